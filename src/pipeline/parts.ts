import { mapParts, type PartName } from '../engine/face.js'
import type { Similarity } from './geometry.js'
import { scratch } from './kernel.js'

/** First and last landmark of each part (iBUG 300-W order); both brows and both eyes are one part. */
const PART_LANDMARKS: Readonly<Record<PartName, readonly [number, number]>> = {
  eyebrow: [17, 26],
  eye: [36, 47],
  nose: [27, 35],
  mouth: [48, 67],
}

/** A part's box is pooled to this grid: three cells wide, two high. */
const COLUMNS = 3
const ROWS = 2
const SLOTS = ROWS * COLUMNS

const BYTES = Float32Array.BYTES_PER_ELEMENT
/** The kernel takes so many channels at once. */
const MAPS_AT_ONCE = 2
/** A place and a weight, as the kernel reads them. */
const CELL_BYTES = 2 * BYTES

/** A square feature map (planar) and where its cells lie in the chip: cell `i` covers `origin + i * stride` to `origin + (i + 1) * stride` pixels. */
export interface FeatureMap {
  readonly values: Float32Array
  readonly side: number
  readonly origin: number
  readonly stride: number
}

interface Span {
  readonly low: number
  readonly high: number
}

/** The descriptors of all parts from one feature map, neither centred nor scaled: `channels * ROWS * COLUMNS` numbers each. */
export function poolParts(
  map: FeatureMap,
  landmarks: Float32Array,
  chipToImage: Similarity,
): Record<PartName, Float32Array> {
  const plane = map.side * map.side
  const channels = map.values.length / plane
  const spare = channels % MAPS_AT_ONCE === 0 ? 0 : plane
  const cellsAt = BYTES * (map.values.length + spare)
  const length = channels * SLOTS
  const mostBytes = cellsAt + CELL_BYTES * SLOTS * plane + BYTES * (SLOTS + length + SLOTS)
  const { buffer } = scratch.reserve(mostBytes)
  new Float32Array(buffer).set(map.values)
  return mapParts((part) => {
    const { weights, indices, ends } = coveredCells(partBox(part, landmarks, chipToImage), map)
    // Points that are no numbers cover nothing.
    if (weights.length === 0) return new Float32Array(length)
    const cells = new DataView(buffer, cellsAt)
    for (const [i, weight] of weights.entries()) {
      cells.setInt32(CELL_BYTES * i, BYTES * indices[i]!, true)
      cells.setFloat32(CELL_BYTES * i + BYTES, weight, true)
    }
    const endsAt = cellsAt + CELL_BYTES * weights.length
    for (const [slot, end] of ends.entries()) {
      cells.setInt32(endsAt - cellsAt + BYTES * slot, cellsAt + CELL_BYTES * end, true)
    }
    const outAt = endsAt + BYTES * SLOTS
    scratch.pool(0, BYTES * plane, channels + (channels % MAPS_AT_ONCE), cellsAt, endsAt, outAt)
    return new Float32Array(buffer, outAt, length).slice()
  })
}

/** The bounding box of a part's landmarks, in chip pixels. */
function partBox(part: PartName, landmarks: Float32Array, t: Similarity): { readonly x: Span; readonly y: Span } {
  const [first, last] = PART_LANDMARKS[part]
  const det = t.a * t.a + t.b * t.b
  const xs: number[] = []
  const ys: number[] = []
  for (let i = first; i <= last; i++) {
    const dx = landmarks[2 * i]! - t.tx
    const dy = landmarks[2 * i + 1]! - t.ty
    xs.push((t.a * dx + t.b * dy) / det)
    ys.push((t.a * dy - t.b * dx) / det)
  }
  return { x: { low: Math.min(...xs), high: Math.max(...xs) }, y: { low: Math.min(...ys), high: Math.max(...ys) } }
}

/** The cells of a map that the slots of a part's grid cover, slot by slot, with their shares of it, and where each slot's end. */
function coveredCells(box: { readonly x: Span; readonly y: Span }, map: FeatureMap) {
  const columns = coverage(box.x, COLUMNS, map)
  const ends: number[] = []
  const indices: number[] = []
  const weights: number[] = []
  for (const row of coverage(box.y, ROWS, map)) {
    for (const column of columns) {
      for (const [y, wy] of row) {
        for (const [x, wx] of column) {
          indices.push(y * map.side + x)
          weights.push(wx * wy)
        }
      }
      ends.push(indices.length)
    }
  }
  return { ends, indices, weights }
}

/** For each of `count` equal slices of a span: the map cells that it covers with their shares, which sum to one. */
function coverage(span: Span, count: number, map: FeatureMap): (readonly [index: number, share: number])[][] {
  const toCells = (pixels: number) => Math.min(map.side, Math.max(0, (pixels - map.origin) / map.stride))
  return Array.from({ length: count }, (_, slice) => {
    const step = (span.high - span.low) / count
    let low = toCells(span.low + slice * step)
    let high = toCells(span.low + (slice + 1) * step)
    if (high - low < 1e-3) {
      // A flat or outlying part still reads the cell that it lies in.
      const middle = Math.min(map.side - 1e-3, Math.max(1e-3, (low + high) / 2))
      low = middle - 1e-3
      high = middle + 1e-3
    }
    const cells: (readonly [number, number])[] = []
    for (let i = Math.floor(low); i < high && i < map.side; i++) {
      cells.push([i, (Math.min(high, i + 1) - Math.max(low, i)) / (high - low)])
    }
    return cells
  })
}
