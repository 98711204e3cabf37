import { fitSimilarity, type Point, type Similarity } from './geometry.js'

/** Centres of the eyes, tip of the nose, corners of the mouth; of two the left one in an upright picture first. */
export type FivePoints = readonly [eyeLeft: Point, eyeRight: Point, nose: Point, mouthLeft: Point, mouthRight: Point]

/**
 * Where the five points lie in an aligned face of 112 pixels: the template that ArcFace was published with (InsightFace,
 * python-package/insightface/utils/face_align.py) and that SFace, AdaFace and most others share.
 */
export const ARCFACE_TEMPLATE: readonly number[] = [
  38.2946, 51.6963, 73.5318, 51.5014, 56.0252, 71.7366, 41.5493, 92.3655, 70.7299, 92.2041,
]
const TEMPLATE_SIZE = 112

/** First and last of the landmarks (iBUG 300-W order) whose mean is each of the five points. */
const RANGES = [
  [36, 41],
  [42, 47],
  [30, 30],
  [48, 48],
  [54, 54],
] as const

/** The five points of 68 landmarks. */
export function fivePointsOf(landmarks: Float32Array): FivePoints {
  const [a, b, c, d, e] = RANGES
  const mean = ([first, last]: readonly [number, number]): Point => {
    const count = last - first + 1
    let x = 0
    let y = 0
    for (let i = first; i <= last; i++) {
      x += landmarks[2 * i]! / count
      y += landmarks[2 * i + 1]! / count
    }
    return { x, y }
  }
  return [mean(a), mean(b), mean(c), mean(d), mean(e)]
}

/**
 * The transform from the pixels of a face of `size` pixels, aligned to {@link ARCFACE_TEMPLATE}, to those of the image.
 * Fitted in the direction in which its publishers fit it, image to template, which is not quite the inverse of the other.
 */
export function alignFivePoints(points: FivePoints, size: number): Similarity {
  const template = ARCFACE_TEMPLATE.map((v) => (v * size) / TEMPLATE_SIZE)
  return invert(
    fitSimilarity(
      points.flatMap(({ x, y }) => [x, y]),
      template,
    ),
  )
}

function invert({ a, b, tx, ty }: Similarity): Similarity {
  const det = a * a + b * b
  const [p, q] = [a / det, -b / det]
  return { a: p, b: q, tx: -(p * tx - q * ty), ty: -(q * tx + p * ty) }
}
