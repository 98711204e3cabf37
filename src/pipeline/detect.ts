import type { Box } from '../engine/face.js'
import type { Image } from '../image/image.js'
import { applySimilarity, type Point, type Similarity, scaleOf } from './geometry.js'
import type { Model } from './models.js'
import type { Pyramid } from './pyramid.js'

/** One face that the detector saw, in pixels of the image. */
export interface Detection {
  readonly box: Box
  /** 0..1 */
  readonly score: number
  /** BlazeFace's six: the two eyes as they stand in an upright picture (left first), nose tip, mouth, the two ears likewise. */
  readonly keypoints: readonly Point[]
}

/** A detection below this score is none (MediaPipe's own default). */
export const MIN_DETECTION_SCORE = 0.5
/** Boxes that overlap more than this are one face, and are averaged (MediaPipe's weighted suppression). */
const SAME_FACE_IOU = 0.3

const VALUES_PER_ANCHOR = 17
const KEYPOINTS = 6

interface Candidate {
  readonly score: number
  /** Box centre, width, height, then six key points, in detector pixels. */
  readonly values: readonly number[]
}

/** What the detector sees around the image: black, or the mean colour of the image. */
export type Ground = 'black' | 'mean'

/** Runs a detector on the square that `toImage` cuts out of the image (detector pixels to image pixels); best score first. */
export async function lookForFaces(
  detector: Model,
  pyramid: Pyramid,
  toImage: Similarity,
  ground: Ground = 'black',
): Promise<readonly Detection[]> {
  const size = detector.inputSize
  const run = detector.prepare(1)
  pyramid.warp(toImage, size, run.input)
  if (ground === 'mean') paintGround(run.input, size, toImage, pyramid.image)
  return run.finish(({ raw }) => {
    if (!raw) throw new Error('The detector has no output named raw')
    return suppress(decodeAnchors(raw, size)).map((candidate) => toDetection(candidate, toImage))
  })
}

/** Gives everything outside of the image, which is black, the mean colour of what lies inside. */
function paintGround(input: Float32Array, size: number, { a, b, tx, ty }: Similarity, image: Image): void {
  const plane = size * size
  const outside: number[] = []
  const sum = [0, 0, 0]
  for (let i = 0; i < plane; i++) {
    const u = i % size
    const v = Math.floor(i / size)
    const x = a * u - b * v + tx
    const y = b * u + a * v + ty
    if (x < 0 || y < 0 || x > image.width - 1 || y > image.height - 1) outside.push(i)
    else for (let c = 0; c < 3; c++) sum[c]! += input[c * plane + i]!
  }
  const inside = Math.max(1, plane - outside.length)
  for (const i of outside) for (let c = 0; c < 3; c++) input[c * plane + i] = sum[c]! / inside
}

/** The grid of BlazeFace back: two anchors a cell at stride 16, then six a cell at stride 32. */
function decodeAnchors(raw: Float32Array, size: number): Candidate[] {
  const minLogit = Math.log(MIN_DETECTION_SCORE / (1 - MIN_DETECTION_SCORE))
  const candidates: Candidate[] = []
  let anchor = 0
  for (const [stride, perCell] of [
    [16, 2],
    [32, 6],
  ] as const) {
    const cells = size / stride
    for (let cell = 0; cell < cells * cells; cell++) {
      const ax = ((cell % cells) + 0.5) * stride
      const ay = (Math.floor(cell / cells) + 0.5) * stride
      for (let k = 0; k < perCell; k++, anchor++) {
        const o = anchor * VALUES_PER_ANCHOR
        if (raw[o]! < minLogit) continue
        const values = [raw[o + 1]! + ax, raw[o + 2]! + ay, raw[o + 3]!, raw[o + 4]!]
        for (let p = 0; p < KEYPOINTS; p++) values.push(raw[o + 5 + 2 * p]! + ax, raw[o + 6 + 2 * p]! + ay)
        candidates.push({ score: 1 / (1 + Math.exp(-raw[o]!)), values })
      }
    }
  }
  return candidates
}

/** Weighted non-maximum suppression: a face is the score-weighted mean of all boxes that overlap its best one. */
function suppress(candidates: readonly Candidate[]): Candidate[] {
  let rest = candidates.toSorted((p, q) => q.score - p.score)
  const faces: Candidate[] = []
  while (rest.length > 0) {
    const best = rest[0]!
    const same = rest.filter((c) => c === best || overlap(best.values, c.values) > SAME_FACE_IOU)
    const weight = same.reduce((sum, c) => sum + c.score, 0)
    const values = best.values.map((_, i) => same.reduce((sum, c) => sum + c.score * c.values[i]!, 0) / weight)
    faces.push({ score: best.score, values })
    rest = rest.filter((c) => !same.includes(c))
  }
  return faces
}

/** Whether two boxes overlap as much as those that one look takes for the same face. */
export function isSameFace(p: Box, q: Box): boolean {
  const centred = ({ x, y, width, height }: Box) => [x + width / 2, y + height / 2, width, height]
  return overlap(centred(p), centred(q)) > SAME_FACE_IOU
}

/** Intersection over union of boxes given as centre, width, height. */
function overlap(p: readonly number[], q: readonly number[]): number {
  const width = Math.min(p[0]! + p[2]! / 2, q[0]! + q[2]! / 2) - Math.max(p[0]! - p[2]! / 2, q[0]! - q[2]! / 2)
  const height = Math.min(p[1]! + p[3]! / 2, q[1]! + q[3]! / 2) - Math.max(p[1]! - p[3]! / 2, q[1]! - q[3]! / 2)
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (p[2]! * p[3]! + q[2]! * q[3]! - shared)
}

function toDetection({ score, values }: Candidate, toImage: Similarity): Detection {
  const scale = scaleOf(toImage)
  // The network's coordinates have pixel corners at whole numbers, ours have centres there.
  const centre = applySimilarity(toImage, values[0]! - 0.5, values[1]! - 0.5)
  const width = values[2]! * scale
  const height = values[3]! * scale
  const keypoints: Point[] = []
  for (let p = 4; p < values.length; p += 2) {
    keypoints.push(applySimilarity(toImage, values[p]! - 0.5, values[p + 1]! - 0.5))
  }
  return { score, box: { x: centre.x - width / 2, y: centre.y - height / 2, width, height }, keypoints }
}
