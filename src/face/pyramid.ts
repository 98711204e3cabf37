import type { Image } from '../image/image.js'
import { type Similarity, scaleOf } from './geometry.js'

/**
 * An image with its halvings, made when first asked for. Sampling a large face from the level that fits its size
 * keeps a warp free of aliasing at the price of a bilinear one.
 */
export class Pyramid {
  readonly #levels: Image[]

  constructor(readonly image: Image) {
    this.#levels = [image]
  }

  /** Level 0 is the image; each further one is half as wide and high. Never smaller than one pixel. */
  level(index: number): Image {
    while (this.#levels.length <= index) this.#levels.push(halve(this.#levels[this.#levels.length - 1]!))
    return this.#levels[index]!
  }

  /**
   * Fills `size * size` pixels of planar RGB (0..255) into `out` from `offset`, reading the image through `chipToImage`.
   * What lies outside of the image is 0.
   */
  warp(chipToImage: Similarity, size: number, out: Float32Array, offset = 0): void {
    const index = levelFor(scaleOf(chipToImage), this.image)
    const factor = 2 ** -index
    // Pixel centres are at whole numbers, so that halving moves the origin by half a pixel less a quarter.
    const shift = 0.5 * factor - 0.5
    const t = {
      a: chipToImage.a * factor,
      b: chipToImage.b * factor,
      tx: chipToImage.tx * factor + shift,
      ty: chipToImage.ty * factor + shift,
    }
    warpBilinear(this.level(index), t, size, out, offset)
  }
}

function levelFor(imagePixelsPerChipPixel: number, image: Image): number {
  const wanted = Math.max(0, Math.round(Math.log2(imagePixelsPerChipPixel)))
  const most = Math.floor(Math.log2(Math.max(1, Math.min(image.width, image.height))))
  return Math.min(wanted, most)
}

function halve({ width, height, data }: Image): Image {
  const w = Math.max(1, width >> 1)
  const h = Math.max(1, height >> 1)
  const out = new Uint8Array(w * h * 3)
  const right = width > 1 ? 3 : 0
  const below = height > 1 ? width * 3 : 0
  let o = 0
  for (let y = 0; y < h; y++) {
    let i = 2 * y * width * 3
    for (let x = 0; x < w; x++, i += 6) {
      for (let c = i; c < i + 3; c++) {
        out[o++] = (data[c]! + data[c + right]! + data[c + below]! + data[c + right + below]! + 2) >> 2
      }
    }
  }
  return { width: w, height: h, data: out }
}

function warpBilinear(image: Image, t: Similarity, size: number, out: Float32Array, offset: number): void {
  const { width, height, data } = image
  const stride = width * 3
  const plane = size * size
  const maxX = width - 1
  const maxY = height - 1
  let o = offset
  for (let v = 0; v < size; v++) {
    let x = -t.b * v + t.tx
    let y = t.a * v + t.ty
    for (let u = 0; u < size; u++, o++, x += t.a, y += t.b) {
      if (x >= 0 && y >= 0 && x < maxX && y < maxY) {
        const x0 = x | 0
        const y0 = y | 0
        const fx = x - x0
        const fy = y - y0
        const i = y0 * stride + x0 * 3
        const j = i + stride
        const w11 = fx * fy
        const w01 = fx - w11
        const w10 = fy - w11
        const w00 = 1 - fx - w10
        out[o] = w00 * data[i]! + w01 * data[i + 3]! + w10 * data[j]! + w11 * data[j + 3]!
        out[o + plane] = w00 * data[i + 1]! + w01 * data[i + 4]! + w10 * data[j + 1]! + w11 * data[j + 4]!
        out[o + 2 * plane] = w00 * data[i + 2]! + w01 * data[i + 5]! + w10 * data[j + 2]! + w11 * data[j + 5]!
      } else {
        sampleAtBorder(image, x, y, out, o, plane)
      }
    }
  }
}

/** Bilinear with zeros outside, for the few samples whose four neighbours are not all inside. */
function sampleAtBorder(image: Image, x: number, y: number, out: Float32Array, o: number, plane: number): void {
  const { width, height, data } = image
  let r = 0
  let g = 0
  let b = 0
  if (x > -1 && y > -1 && x < width && y < height) {
    const x0 = Math.floor(x)
    const y0 = Math.floor(y)
    for (let dy = 0; dy < 2; dy++) {
      for (let dx = 0; dx < 2; dx++) {
        const px = x0 + dx
        const py = y0 + dy
        if (px < 0 || py < 0 || px >= width || py >= height) continue
        const weight = (dx === 0 ? 1 - (x - x0) : x - x0) * (dy === 0 ? 1 - (y - y0) : y - y0)
        const i = (py * width + px) * 3
        r += weight * data[i]!
        g += weight * data[i + 1]!
        b += weight * data[i + 2]!
      }
    }
  }
  out[o] = r
  out[o + plane] = g
  out[o + 2 * plane] = b
}

/** Writes the mirror image of the chip at `from` (planar, `3 * size * size`) to `to`; both lie in `chips`. */
export function mirrorChip(chips: Float32Array, from: number, to: number, size: number): void {
  for (let row = 0; row < 3 * size; row++) {
    const i = from + row * size
    const j = to + row * size + size - 1
    for (let u = 0; u < size; u++) chips[j - u] = chips[i + u]!
  }
}
