import type { Image } from '../image/image.js'
import { type Similarity, scaleOf } from './geometry.js'
import { scratch } from './kernel.js'
import { type Size, warpBilinear } from './warp.js'

/** What the kernel reads, or writes, behind the pixels at most. */
const SPARE_BYTES = 24

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
   * Fills a chip of planar RGB (0..255) into `out` from `offset`, reading the image through `chipToImage`; a number stands
   * for a square. What lies outside of the image is 0.
   */
  warp(chipToImage: Similarity, size: Size | number, out: Float32Array, offset = 0): void {
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
    const chipSize = typeof size === 'number' ? { width: size, height: size } : size
    warpBilinear(this.level(index), t, chipSize, out, offset)
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
  // A single column is its own neighbour, as a single row is.
  const pixels = width > 1 ? data : doubleColumn(data)
  const stride = 3 * Math.max(2, width)
  const bytes = scratch.reserve(pixels.length + SPARE_BYTES + 3 * w * h + SPARE_BYTES)
  bytes.set(pixels)
  const outAt = pixels.length + SPARE_BYTES
  for (let y = 0; y < h; y++) scratch.halve(2 * y * stride, height > 1 ? stride : 0, w, outAt + 3 * w * y)
  return { width: w, height: h, data: bytes.slice(outAt, outAt + 3 * w * h) }
}

function doubleColumn(column: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: 2 * column.length }, (_, i) => column[3 * Math.floor(i / 6) + (i % 3)]!)
}

/** Turns a square chip (planar, `3 * size * size`) into its mirror image, in place. */
export function mirrorChip(chip: Float32Array, size: number): void {
  for (let row = 0; row < 3 * size * size; row += size) chip.subarray(row, row + size).reverse()
}
