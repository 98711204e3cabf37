import { FaceCompareError } from '../errors.js'
import type { Point } from './geometry.js'

/**
 * The outline of a face in 88 points, the parts and their order those of the original service (sibling-calls, FaceItem: derived from
 * its example). "Left" is the left of an upright picture. Coordinates are those of the landmarks.
 */
export interface FaceShape {
  /** 21: from the left ear over the chin to the right ear. */
  readonly profile: readonly Point[]
  /** 8: from the outer corner along the lower lid to the inner corner, and back along the upper lid. */
  readonly leftEye: readonly Point[]
  readonly rightEye: readonly Point[]
  /** 8: from the outer end along the lower edge to the inner end, and back along the upper edge. */
  readonly leftEyebrow: readonly Point[]
  readonly rightEyebrow: readonly Point[]
  /**
   * 22: left corner, 5 of the outer lower edge, right corner, 5 of the outer upper edge (from right to left); then 5 of the inner
   * lower edge (from left to right), 5 of the inner upper edge (from right to left).
   */
  readonly mouth: readonly Point[]
  /** 13: tip, root, 4 down the left side to the wing, 3 along the bottom, right wing, 3 up the right side. */
  readonly nose: readonly Point[]
}

/** How thick an eyebrow is taken to be, as a share of its length: the landmarks know its upper edge alone. */
const BROW_THICKNESS = 0.16
/** How far a wing of the nose stands out from its landmark, as a share of the way from the middle of the nose to that. */
const WING = 0.25
/** Where the side of the nose begins, as a share of the way from its root to the inner corner of the eye. */
const BESIDE_ROOT = 0.3

/**
 * From 68 landmarks (iBUG 300-W order, x and y in turn). Measured, because they are landmarks: six points of each eye, the upper edge and
 * both ends of each eyebrow, the mouth's outer edge and the middle three points of both inner edges, tip, root and bottom of the nose,
 * and the ends and the middle of the profile. Interpolated, on lines through landmarks: the other points of the profile, the middle of each
 * lid, the lower edges of the brows, the two outer points of the mouth's inner edges, wings and sides of the nose. Throws
 * LANDMARKS_FAILED where a landmark is no number.
 */
export function outlineFace(landmarks: ArrayLike<number>): FaceShape {
  if (!Array.from(landmarks).every(Number.isFinite)) {
    throw new FaceCompareError('LANDMARKS_FAILED', 'The landmarks of the face could not be found.')
  }
  const at = (index: number): Point => ({ x: landmarks[2 * index]!, y: landmarks[2 * index + 1]! })
  const all = (...indices: readonly number[]): readonly Point[] => indices.map(at)
  const mid = (a: number, b: number): Point => between(at(a), at(b), 0.5)
  return {
    profile: spread(
      Array.from({ length: 17 }, (_, i) => at(i)),
      21,
    ),
    leftEye: [...all(36, 41), mid(41, 40), ...all(40, 39, 38), mid(38, 37), at(37)],
    rightEye: [...all(45, 46), mid(46, 47), ...all(47, 42, 43), mid(43, 44), at(44)],
    leftEyebrow: outlineBrow(all(17, 18, 19, 20, 21), mid(36, 39)),
    rightEyebrow: outlineBrow(all(26, 25, 24, 23, 22), mid(45, 42)),
    mouth: [
      ...all(48, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49),
      ...[mid(60, 67), ...all(67, 66, 65), mid(65, 64)],
      ...[mid(64, 63), ...all(63, 62, 61), mid(61, 60)],
    ],
    nose: [
      ...all(30, 27),
      ...descendNose(at(27), at(39), at(31), at(33)),
      ...all(32, 33, 34),
      ...descendNose(at(27), at(42), at(35), at(33)).toReversed(),
    ],
  }
}

/** `upper` goes from the outer to the inner end; the lower edge runs below it, towards the eye. */
function outlineBrow(upper: readonly Point[], eye: Point): readonly Point[] {
  const [outer, inner] = [upper[0]!, upper.at(-1)!]
  const arch = upper.slice(1, -1)
  const towardsEye = minus(eye, arch[1]!)
  const far = Math.hypot(towardsEye.x, towardsEye.y)
  const share = far > 0 ? Math.min(0.5, (BROW_THICKNESS * distance(outer, inner)) / far) : 0
  return [outer, ...arch.map((point) => plus(point, towardsEye, share)), inner, ...arch.toReversed()]
}

/** Four points from beside the root to the wing. */
function descendNose(root: Point, eyeCorner: Point, besideBottom: Point, bottom: Point): readonly Point[] {
  const wing = plus(besideBottom, minus(besideBottom, bottom), WING)
  return spread([between(root, eyeCorner, BESIDE_ROOT), wing], 4)
}

/** So many points at even steps along a line through points, its ends included. */
function spread(line: readonly Point[], count: number): readonly Point[] {
  const lengths = [0]
  for (const [i, point] of line.slice(1).entries()) lengths.push(lengths[i]! + distance(line[i]!, point))
  const total = lengths.at(-1)!
  return Array.from({ length: count }, (_, i) => {
    const along = (total * i) / (count - 1)
    // Rounding may put the last one behind the end.
    const next = lengths.findIndex((length, place) => place > 0 && (length >= along || place === line.length - 1))
    const step = lengths[next]! - lengths[next - 1]!
    return between(line[next - 1]!, line[next]!, step > 0 ? (along - lengths[next - 1]!) / step : 0)
  })
}

function between(p: Point, q: Point, share: number): Point {
  return { x: p.x + share * (q.x - p.x), y: p.y + share * (q.y - p.y) }
}

function plus(p: Point, v: Point, times: number): Point {
  return { x: p.x + times * v.x, y: p.y + times * v.y }
}

function minus(p: Point, q: Point): Point {
  return { x: p.x - q.x, y: p.y - q.y }
}

function distance(p: Point, q: Point): number {
  return Math.hypot(p.x - q.x, p.y - q.y)
}
