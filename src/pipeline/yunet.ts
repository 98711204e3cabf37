import type { DetectorKind, SeenFace } from './detect.js'
import type { Outputs } from './network.js'
import type { Size } from './warp.js'

const STRIDES = [8, 16, 32] as const
const POINTS = 5
const POINT_VALUES = 2 * POINTS

/**
 * YuNet as OpenCV runs it (opencv, modules/objdetect/src/face_detect.cpp): BGR 0..255; for each stride a row of `cls`,
 * `obj`, `bbox` (4) and `kps` (10) a cell, row by row. The score is the root of both shares' product, offsets count in
 * cells from the cell's corner, sizes are logarithms in cells. Score and overlap are the defaults of FaceDetectorYN.
 */
export const YUNET: DetectorKind = {
  decode: decodeYunet,
  prepare: swapRedAndBlue,
  minScore: 0.9,
  sureScore: 0.9,
  sameFaceIou: 0.3,
  step: 32,
}

function decodeYunet(outputs: Outputs, input: Size, minScore: number): readonly SeenFace[] {
  const faces: SeenFace[] = []
  for (const stride of STRIDES) {
    const columns = input.width / stride
    const rows = columns * (input.height / stride)
    const cls = read(outputs, `cls_${stride}`, rows)
    const obj = read(outputs, `obj_${stride}`, rows)
    const bbox = read(outputs, `bbox_${stride}`, 4 * rows)
    const kps = read(outputs, `kps_${stride}`, POINT_VALUES * rows)
    for (let row = 0; row < rows; row++) {
      const score = Math.sqrt(toShare(cls[row]!) * toShare(obj[row]!))
      if (!(score >= minScore)) continue
      const [column, line] = [row % columns, Math.floor(row / columns)]
      const width = Math.exp(bbox[4 * row + 2]!) * stride
      const height = Math.exp(bbox[4 * row + 3]!) * stride
      const x = (column + bbox[4 * row]!) * stride - width / 2
      const y = (line + bbox[4 * row + 1]!) * stride - height / 2
      const offsetAt = (i: number) => kps[POINT_VALUES * row + i]!
      const points = Array.from({ length: POINTS }, (_, i) => ({
        x: (column + offsetAt(2 * i)) * stride,
        y: (line + offsetAt(2 * i + 1)) * stride,
      }))
      faces.push({ score, box: { x, y, width, height }, points })
    }
  }
  return faces
}

function read(outputs: Outputs, name: string, length: number): Float32Array {
  const output = outputs.get(name)
  if (!output) throw new Error(`has no output ${name}, as a yunet has`)
  if (output.data.length !== length) {
    throw new Error(`has ${output.data.length} numbers in its output ${name} where a yunet has ${length}`)
  }
  return output.data
}

function toShare(value: number): number {
  return Math.min(1, Math.max(0, value))
}

function swapRedAndBlue(pixels: Float32Array): void {
  const plane = pixels.length / 3
  const red = pixels.slice(0, plane)
  pixels.copyWithin(0, 2 * plane)
  pixels.set(red, 2 * plane)
}
