import { type GridFace, type GridKind, STRIDES } from './grid-detector.js'
import type { Tensor } from './tensor-model.js'

const POINT_VALUES = 10

/**
 * YuNet as OpenCV runs it (opencv, modules/objdetect/src/face_detect.cpp): BGR 0..255; for each stride a row of `cls`,
 * `obj`, `bbox` (4) and `kps` (10) a cell, row by row. The score is the root of both shares' product, offsets count in
 * cells from the cell's corner, sizes are logarithms in cells. Score and overlap are the defaults of FaceDetectorYN.
 */
export const YUNET: GridKind = { decode: decodeYunet, prepare: swapRedAndBlue, minScore: 0.9, sameFaceIou: 0.3 }

function decodeYunet(outputs: ReadonlyMap<string, Tensor>, inputSize: number, minScore: number): readonly GridFace[] {
  const faces: GridFace[] = []
  for (const stride of STRIDES) {
    const side = inputSize / stride
    const rows = side * side
    const cls = read(outputs, `cls_${stride}`, rows)
    const obj = read(outputs, `obj_${stride}`, rows)
    const bbox = read(outputs, `bbox_${stride}`, 4 * rows)
    const kps = read(outputs, `kps_${stride}`, POINT_VALUES * rows)
    for (let row = 0; row < rows; row++) {
      const score = Math.sqrt(toShare(cls[row]!) * toShare(obj[row]!))
      if (!(score >= minScore)) continue
      const [column, line] = [row % side, Math.floor(row / side)]
      const width = Math.exp(bbox[4 * row + 2]!) * stride
      const height = Math.exp(bbox[4 * row + 3]!) * stride
      const x = (column + bbox[4 * row]!) * stride - width / 2
      const y = (line + bbox[4 * row + 1]!) * stride - height / 2
      const points = Array.from(
        { length: POINT_VALUES },
        (_, i) => (kps[POINT_VALUES * row + i]! + (i % 2 === 0 ? column : line)) * stride,
      )
      faces.push({ score, box: { x, y, width, height }, points })
    }
  }
  return faces
}

function read(outputs: ReadonlyMap<string, Tensor>, name: string, length: number): Float32Array {
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

function swapRedAndBlue(pixels: Float32Array): Float32Array {
  const plane = pixels.length / 3
  const swapped = new Float32Array(pixels.length)
  swapped.set(pixels.subarray(2 * plane), 0)
  swapped.set(pixels.subarray(plane, 2 * plane), plane)
  swapped.set(pixels.subarray(0, plane), 2 * plane)
  return swapped
}
