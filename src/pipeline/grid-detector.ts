import type { Box } from '../engine/face.js'
import type { Detection } from './detect.js'
import type { FivePoints } from './five-points.js'
import { applySimilarity, type Similarity, scaleOf } from './geometry.js'
import type { Tensor, TensorModel } from './tensor-model.js'

/** One face that a detector of the grid kind saw, in pixels of its input. */
export interface GridFace {
  /** 0..1 */
  readonly score: number
  readonly box: Box
  /** The five points, x and y in turn. */
  readonly points: readonly number[]
}

/** How the outputs of one kind of detector are read, and what its publishers use it with. */
export interface GridKind {
  /**
   * The faces that score at least `minScore`, before suppression. Throws an Error that goes on after "The detector ..."
   * when the outputs are not those of the kind.
   */
  readonly decode: (outputs: ReadonlyMap<string, Tensor>, inputSize: number, minScore: number) => readonly GridFace[]
  /** From the planar RGB pixels (0..255) of a square to what the network wants. */
  readonly prepare: (pixels: Float32Array) => Float32Array
  readonly minScore: number
  /** Boxes that overlap more than this are one face. */
  readonly sameFaceIou: number
}

/** A detector that gives a box and five points, ready to run. */
export interface GridDetector {
  readonly kind: GridKind
  readonly model: TensorModel
  /** Side of the square input in pixels. */
  readonly inputSize: number
  readonly minScore: number
}

/** A detection with the points that faces are aligned by. */
export interface PointedDetection extends Detection {
  readonly points: FivePoints
}

/** The strides of both kinds: one grid of cells for each. */
export const STRIDES = [8, 16, 32] as const

/** Runs a detector on a square of its size (planar RGB, 0..255); best score first, each face once. */
export async function runGridDetector(detector: GridDetector, pixels: Float32Array): Promise<readonly GridFace[]> {
  const { kind, model, inputSize, minScore } = detector
  const outputs = await model.run({ data: kind.prepare(pixels), dims: [1, 3, inputSize, inputSize] })
  return suppress(kind.decode(outputs, inputSize, minScore), kind.sameFaceIou)
}

/** Greedy non-maximum suppression. */
export function suppress(faces: readonly GridFace[], sameFaceIou: number): readonly GridFace[] {
  const kept: GridFace[] = []
  for (const face of faces.toSorted((p, q) => q.score - p.score)) {
    if (kept.every((other) => overlap(other.box, face.box) <= sameFaceIou)) kept.push(face)
  }
  return kept
}

function overlap(p: Box, q: Box): number {
  const width = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x)
  const height = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y)
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (p.width * p.height + q.width * q.height - shared)
}

/** The face in pixels of the image. Key points have the order of the default detector, without the ears. */
export function placeGridFace({ score, box, points }: GridFace, toImage: Similarity): PointedDetection {
  const scale = scaleOf(toImage)
  const centre = applySimilarity(toImage, box.x + box.width / 2, box.y + box.height / 2)
  const [width, height] = [box.width * scale, box.height * scale]
  const pointAt = (i: number) => applySimilarity(toImage, points[2 * i]!, points[2 * i + 1]!)
  const five: FivePoints = [pointAt(0), pointAt(1), pointAt(2), pointAt(3), pointAt(4)]
  const [eyeLeft, eyeRight, nose, mouthLeft, mouthRight] = five
  const mouth = { x: (mouthLeft.x + mouthRight.x) / 2, y: (mouthLeft.y + mouthRight.y) / 2 }
  return {
    score,
    box: { x: centre.x - width / 2, y: centre.y - height / 2, width, height },
    keypoints: [eyeLeft, eyeRight, nose, mouth],
    points: five,
  }
}
