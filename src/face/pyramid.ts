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
  const { width, height } = image
  const plane = size * size
  for (let v = 0; v < size; v++) {
    const x = -t.b * v + t.tx
    const y = t.a * v + t.ty
    const [fromX, toX] = stepsInside(x, t.a, width - 1, size)
    const [fromY, toY] = stepsInside(y, t.b, height - 1, size)
    const from = Math.max(fromX, fromY)
    const to = Math.max(from, Math.min(toX, toY))
    const row = offset + v * size
    for (let u = 0; u < from; u++) sampleAtBorder(image, x + u * t.a, y + u * t.b, out, row + u, plane)
    sampleInside(image, x + from * t.a, y + from * t.b, t, out, row + from, to - from, plane)
    for (let u = to; u < size; u++) sampleAtBorder(image, x + u * t.a, y + u * t.b, out, row + u, plane)
  }
}

/** The steps `u` of `[0, count)` for which `start + u * step` is at least 0 and below `limit`, as `[first, end)`. */
function stepsInside(start: number, step: number, limit: number, count: number): readonly [number, number] {
  if (step === 0) return start >= 0 && start < limit ? [0, count] : [count, count]
  const atZero = -start / step
  const atLimit = (limit - start) / step
  // A hair inside, so that rounding along the row cannot leave the image.
  const first = Math.ceil(Math.min(atZero, atLimit) + 1e-6)
  const last = Math.floor(Math.max(atZero, atLimit) - 1e-6)
  return first > last ? [count, count] : [Math.min(count, Math.max(0, first)), Math.max(0, Math.min(count, last + 1))]
}

function lerp2(p: number, q: number, r: number, s: number, fx: number, fy: number): number {
  const top = p + fx * (q - p)
  return top + fy * (r + fx * (s - r) - top)
}

/** Samples that have all four neighbours: no test in the loop, which is where a warp spends its time. */
function sampleInside(
  { width, data }: Image,
  startX: number,
  startY: number,
  step: Similarity,
  out: Float32Array,
  start: number,
  count: number,
  plane: number,
): void {
  const stride = width * 3
  let x = startX
  let y = startY
  for (let o = start; o < start + count; o++, x += step.a, y += step.b) {
    const x0 = x | 0
    const y0 = y | 0
    const fx = x - x0
    const fy = y - y0
    const i = y0 * stride + x0 * 3
    const j = i + stride
    out[o] = lerp2(data[i]!, data[i + 3]!, data[j]!, data[j + 3]!, fx, fy)
    out[o + plane] = lerp2(data[i + 1]!, data[i + 4]!, data[j + 1]!, data[j + 4]!, fx, fy)
    out[o + 2 * plane] = lerp2(data[i + 2]!, data[i + 5]!, data[j + 2]!, data[j + 5]!, fx, fy)
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
