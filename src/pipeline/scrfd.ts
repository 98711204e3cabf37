import type { DetectorKind, SeenFace } from './detect.js'
import type { Outputs } from './network.js'
import type { Size } from './warp.js'

const STRIDES = [8, 16, 32] as const
const ANCHORS_PER_CELL = 2
const BOX_VALUES = 4
const POINTS = 5
const POINT_VALUES = 2 * POINTS

/**
 * SCRFD with key points as InsightFace runs it (detection/scrfd/tools/scrfd.py): RGB, (x - 127.5) / 128; for each stride
 * a score, the distances to the four sides of the box and the offsets of the five points, two rows a cell, counted in
 * strides from the cell's corner. The files name their outputs by numbers, so that only the shapes tell them apart.
 */
export const SCRFD: DetectorKind = {
  decode: decodeScrfd,
  prepare(pixels) {
    for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i]! - 127.5) / 128
  },
  minScore: 0.5,
  sureScore: 0.7,
  sameFaceIou: 0.4,
  step: 32,
}

function decodeScrfd(outputs: Outputs, { width, height }: Size, minScore: number): readonly SeenFace[] {
  const faces: SeenFace[] = []
  for (const stride of STRIDES) {
    const columns = width / stride
    const rows = ANCHORS_PER_CELL * columns * (height / stride)
    const scores = find(outputs, rows, 1, stride)
    const boxes = find(outputs, rows, BOX_VALUES, stride)
    const offsets = find(outputs, rows, POINT_VALUES, stride)
    for (let row = 0; row < rows; row++) {
      const score = scores[row]!
      if (!(score >= minScore)) continue
      const cell = Math.floor(row / ANCHORS_PER_CELL)
      const [x, y] = [(cell % columns) * stride, Math.floor(cell / columns) * stride]
      const [left, top, right, bottom] = [0, 1, 2, 3].map((i) => boxes[BOX_VALUES * row + i]! * stride)
      const offsetAt = (i: number) => offsets[POINT_VALUES * row + i]! * stride
      const points = Array.from({ length: POINTS }, (_, i) => ({ x: x + offsetAt(2 * i), y: y + offsetAt(2 * i + 1) }))
      const box = { x: x - left!, y: y - top!, width: left! + right!, height: top! + bottom! }
      faces.push({ score, box, points })
    }
  }
  return faces
}

/** The output of so many rows and columns, with a batch of one before them or without. */
function find(outputs: Outputs, rows: number, columns: number, stride: number): Float32Array {
  for (const { data, dims } of outputs.values()) {
    if (dims.at(-1) === columns && dims.at(-2) === rows && data.length === rows * columns) return data
  }
  throw new Error(`has no output of ${rows} x ${columns}, as a scrfd with key points has for stride ${stride}`)
}
