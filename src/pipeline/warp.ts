import type { Image } from '../image/image.js'
import type { Similarity } from './geometry.js'
import { scratch } from './kernel.js'

/** In pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** So far inside of the image, in steps, that rounding along a row cannot leave it. */
const HAIR = 1e-6
/** The kernel samples no fewer. */
const FEWEST_POINTS = 2
/** What the kernel reads behind the pixels. */
const SPARE_BYTES = 2
const BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * The part of an image that a chip shows, as it lies in the kernel's memory: behind the chip. Both take at most about 40 bytes
 * for each pixel of the chip, because chips are cut out of the level of a pyramid that has their size.
 */
interface Window {
  /** Where pixel (0, 0) would lie if all of the image had been copied; may be negative. */
  readonly origin: number
  /** Bytes from row to row. */
  readonly stride: number
}

interface Span {
  readonly from: number
  readonly to: number
}

/**
 * Fills the pixels of a chip (planar RGB, 0..255) into `out` from `offset`, reading the image bilinearly through
 * `chipToImage`. What lies outside of the image is 0.
 */
export function warpBilinear(
  image: Image,
  chipToImage: Similarity,
  chipSize: Size,
  out: Float32Array,
  offset: number,
): void {
  const window = layOut(image, chipToImage, chipSize)
  const chip: Chip = {
    ...chipSize,
    pixels: new Float32Array(scratch.reserve(0).buffer, 0, 3 * chipSize.width * chipSize.height),
  }
  for (let v = 0; v < chipSize.height; v++) warpRow(image, window, chipToImage, v, chip)
  out.set(chip.pixels, offset)
}

interface Chip extends Size {
  /** Planar. */
  readonly pixels: Float32Array
}

/** Makes room for the chip and copies what it shows of the image; undefined when that is nothing. */
function layOut(image: Image, t: Similarity, chip: Size): Window | undefined {
  const chipBytes = 3 * chip.width * chip.height * BYTES
  const [right, bottom] = [chip.width - 1, chip.height - 1]
  const x = spanOf(t.tx, t.a * right, -t.b * bottom, image.width)
  const y = spanOf(t.ty, t.b * right, t.a * bottom, image.height)
  const width = x.to - x.from
  const height = y.to - y.from
  if (!(width > 0 && height > 0)) {
    scratch.reserve(chipBytes)
    return undefined
  }
  // Whole rows are copied at once, which is faster unless much of them is not needed.
  const whole = 2 * width > image.width
  const left = whole ? 0 : x.from
  const stride = 3 * (whole ? image.width : width)
  const bytes = scratch.reserve(chipBytes + stride * height + SPARE_BYTES)
  const rowBytes = whole ? stride * height : stride
  for (let at = chipBytes, row = y.from; row < y.to; row += whole ? height : 1, at += rowBytes) {
    const from = 3 * (row * image.width + left)
    bytes.set(image.data.subarray(from, from + rowBytes), at)
  }
  return { origin: chipBytes - y.from * stride - 3 * left, stride }
}

/** Which pixels of `length` the chip reaches in one direction: its corners lie at `start` and these two ways from there. */
function spanOf(start: number, along: number, down: number, length: number): Span {
  const low = start + Math.min(0, along) + Math.min(0, down)
  const high = start + Math.max(0, along) + Math.max(0, down)
  return { from: Math.max(0, Math.floor(low)), to: Math.min(length, Math.floor(high) + 2) }
}

function warpRow(image: Image, window: Window | undefined, t: Similarity, v: number, chip: Chip): void {
  const size = chip.width
  const plane = size * chip.height
  const row = v * size
  const x = -t.b * v + t.tx
  const y = t.a * v + t.ty
  const inner = window
    ? meet(stepsInside(x, t.a, image.width - 1, size), stepsInside(y, t.b, image.height - 1, size))
    : NO_STEPS
  const isSampled = window !== undefined && inner.to - inner.from >= FEWEST_POINTS
  if (isSampled) {
    const startX = x + inner.from * t.a
    const startY = y + inner.from * t.b
    const count = inner.to - inner.from
    scratch.sample(
      window.origin,
      window.stride,
      startX,
      startY,
      t.a,
      t.b,
      count,
      BYTES * (row + inner.from),
      BYTES * plane,
    )
    if (count === size) return
  }
  const done = isSampled ? inner : NO_STEPS
  const outer = meet(stepsBetween(x, t.a, -1, image.width, size), stepsBetween(y, t.b, -1, image.height, size))
  for (let u = 0; u < size; u++) {
    if (u === done.from) u = done.to
    if (u >= size) break
    if (u >= outer.from && u < outer.to) sampleAtBorder(image, x + u * t.a, y + u * t.b, chip, row + u)
    else for (let c = 0; c < 3; c++) chip.pixels[row + u + c * plane] = 0
  }
}

const NO_STEPS: Span = { from: Number.MAX_SAFE_INTEGER, to: 0 }

function meet(p: Span, q: Span): Span {
  return { from: Math.max(p.from, q.from), to: Math.min(p.to, q.to) }
}

/** The steps `u` of `[0, count)` for which `start + u * step` is at least 0 and below `limit`. */
function stepsInside(start: number, step: number, limit: number, count: number): Span {
  if (step === 0) return start >= 0 && start < limit ? { from: 0, to: count } : NO_STEPS
  const atZero = -start / step
  const atLimit = (limit - start) / step
  return {
    from: Math.max(0, Math.ceil(Math.min(atZero, atLimit) + HAIR)),
    to: Math.min(count, Math.floor(Math.max(atZero, atLimit) - HAIR) + 1),
  }
}

/** The steps `u` of `[0, count)` for which `start + u * step` is from `low` to `high`. */
function stepsBetween(start: number, step: number, low: number, high: number, count: number): Span {
  if (step === 0) return start >= low && start <= high ? { from: 0, to: count } : NO_STEPS
  const atLow = (low - start) / step
  const atHigh = (high - start) / step
  return {
    from: Math.max(0, Math.ceil(Math.min(atLow, atHigh))),
    to: Math.min(count, Math.floor(Math.max(atLow, atHigh)) + 1),
  }
}

/** Bilinear with zeros outside, for the few points whose four neighbours are not all inside. */
function sampleAtBorder(image: Image, x: number, y: number, chip: Chip, o: number): void {
  const { width, height, data } = image
  const { pixels } = chip
  const plane = chip.width * chip.height
  const x0 = Math.floor(x)
  const y0 = Math.floor(y)
  let r = 0
  let g = 0
  let b = 0
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
  pixels[o] = r
  pixels[o + plane] = g
  pixels[o + 2 * plane] = b
}
