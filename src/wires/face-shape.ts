import { type FivePoints, fivePointsOf } from '../pipeline/five-points.js'

type Point = FivePoints[number]

/** The outlines of a face in pixels, with as many points as the vendor's: 88, and two pupils. Left is the left of the picture. */
export interface FaceShape {
  /** 21, from the left ear over the chin to the right ear. */
  readonly profile: readonly Point[]
  /** 8 each: the outer corner, the lower lid, the inner corner, and back along the upper lid. Brows the same way. */
  readonly leftEye: readonly Point[]
  readonly rightEye: readonly Point[]
  readonly leftBrow: readonly Point[]
  readonly rightBrow: readonly Point[]
  /** 22: the left corner, 5 of the outer lower edge, the right corner, 5 of the outer upper edge, 5 of the inner lower, 5 of the inner upper. */
  readonly mouth: readonly Point[]
  /** 13: tip, root, 4 down the left side, 3 along the bottom, the right wing, 3 up the right side. */
  readonly nose: readonly Point[]
  readonly leftPupil: Point
  readonly rightPupil: Point
}

/**
 * The vendor's points from 68 landmarks (iBUG 300-W order), read along the lines between those. Of a brow that order has one line
 * alone: its upper and its lower edge are the same here. A pupil is the centre of its eye.
 */
export function faceShapeOf(landmarks: Float32Array): FaceShape {
  const line = (...indices: readonly number[]): readonly Point[] =>
    indices.map((i) => ({ x: landmarks[2 * i] ?? 0, y: landmarks[2 * i + 1] ?? 0 }))
  const [leftPupil, rightPupil] = fivePointsOf(landmarks)
  const leftBrow = line(17, 18, 19, 20, 21)
  const rightBrow = line(26, 25, 24, 23, 22)
  return {
    profile: resample(line(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 21),
    leftEye: ring(line(36, 41, 40, 39), line(39, 38, 37, 36)),
    rightEye: ring(line(45, 46, 47, 42), line(42, 43, 44, 45)),
    leftBrow: ring(leftBrow, leftBrow.toReversed()),
    rightBrow: ring(rightBrow, rightBrow.toReversed()),
    mouth: [
      ...line(48, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49),
      ...resample(line(60, 67, 66, 65, 64), 7).slice(1, -1),
      ...resample(line(64, 63, 62, 61, 60), 7).slice(1, -1),
    ],
    nose: [
      ...line(30, 27),
      ...resample(line(27, 31), 5).slice(1),
      ...line(32, 33, 34),
      ...resample(line(35, 27), 5).slice(0, -1),
    ],
    leftPupil,
    rightPupil,
  }
}

/** 8 points around: 5 along the one edge with its corners, 3 between them along the other. */
function ring(there: readonly Point[], back: readonly Point[]): readonly Point[] {
  return [...resample(there, 5), ...resample(back, 5).slice(1, -1)]
}

/** `count` points along a line of points, its ends among them, as many between each two of its points as between others. */
function resample(line: readonly Point[], count: number): readonly Point[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (i * (line.length - 1)) / (count - 1)
    const [a, b] = [line[Math.floor(at)], line[Math.ceil(at)]]
    const share = at - Math.floor(at)
    if (!a || !b) throw new RangeError('Expected a line of points')
    return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) }
  })
}
