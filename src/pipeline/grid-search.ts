import type { Similarity } from './geometry.js'
import { type GridDetector, type PointedDetection, placeGridFace, runGridDetector } from './grid-detector.js'
import { chooseFace } from './prominence.js'
import type { Pyramid } from './pyramid.js'

/** Where a look at the upright picture shows no face: turned by these angles, then with a margin around it. */
const FURTHER_LOOKS = [
  { roll: Math.PI, zoomOut: 1 },
  { roll: Math.PI / 2, zoomOut: 1 },
  { roll: -Math.PI / 2, zoomOut: 1 },
  { roll: 0, zoomOut: 2 },
] as const

/** Finds the faces of an image, best score first: one look at the whole of it, and where it shows none the surest of four more. */
export async function findGridFaces(detector: GridDetector, pyramid: Pyramid): Promise<readonly PointedDetection[]> {
  const { width, height } = pyramid.image
  const first = await lookAt(detector, pyramid, 0, 1)
  if (first.length > 0) return first
  let best = first
  let bestScore = 0
  for (const { roll, zoomOut } of FURTHER_LOOKS) {
    const faces = await lookAt(detector, pyramid, roll, zoomOut)
    const score = chooseFace(faces, width, height)?.score ?? 0
    if (score > bestScore) [best, bestScore] = [faces, score]
  }
  return best
}

/** Looks at the image in the middle of a square, `zoomOut` times as large as the image and turned clockwise by `roll` radians. */
async function lookAt(
  detector: GridDetector,
  pyramid: Pyramid,
  roll: number,
  zoomOut: number,
): Promise<readonly PointedDetection[]> {
  const { width, height } = pyramid.image
  const size = detector.inputSize
  const toImage = squareAround(width, height, zoomOut * Math.max(width, height), roll, size)
  const pixels = new Float32Array(3 * size * size)
  pyramid.warp(toImage, size, pixels)
  return (await runGridDetector(detector, pixels)).map((face) => placeGridFace(face, toImage))
}

/** A square in the middle of the image, from detector pixels to image pixels; pixel centres are at whole numbers. */
function squareAround(width: number, height: number, side: number, roll: number, size: number): Similarity {
  const a = (Math.cos(roll) * side) / size
  const b = (Math.sin(roll) * side) / size
  const half = (size - 1) / 2
  return { a, b, tx: (width - 1) / 2 - (a * half - b * half), ty: (height - 1) / 2 - (b * half + a * half) }
}
