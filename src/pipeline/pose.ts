import { FaceCompareError } from '../errors.js'
import { rollOf } from './landmarks.js'

/** How a head is turned. */
export interface Pose {
  /** Positive for a head that looks up. */
  readonly pitchDegrees: number
  /** Positive for a head that looks to the right of the picture. */
  readonly yawDegrees: number
  /** Clockwise positive: how far it is turned in the plane of the picture. */
  readonly rollDegrees: number
}

/**
 * Points of a generic head (a landmark, then x to the right of the picture, y down, z towards the camera, in centimetres):
 * those that the users of dlib's landmarks tell poses by, from lincolnhard/head-pose-estimation.
 */
const HEAD = [
  [17, -6.825897, -6.760612, 4.402142],
  [21, -1.330353, -7.122144, 6.903745],
  [22, 1.330353, -7.122144, 6.903745],
  [26, 6.825897, -6.760612, 4.402142],
  [36, -5.311432, -5.485328, 3.987654],
  [39, -1.78993, -5.393625, 4.413414],
  [42, 1.78993, -5.393625, 4.413414],
  [45, 5.311432, -5.485328, 3.987654],
  [31, -2.005628, -1.409845, 6.165652],
  [35, 2.005628, -1.409845, 6.165652],
  [48, -2.774015, 2.080775, 5.048531],
  [54, 2.774015, 2.080775, 5.048531],
  [57, 0, 3.116408, 6.097667],
  [8, 0, 7.415691, 4.070434],
] as const

type Triple = readonly [number, number, number]

const CENTRE = ([1, 2, 3] as const).map((axis) => meanOf(HEAD.map((point) => point[axis])))
/** The same points around their middle. */
const SHAPE = HEAD.map(([, x, y, z]): Triple => [x - CENTRE[0]!, y - CENTRE[1]!, z - CENTRE[2]!])
const INVERSE = invert(momentsOf(SHAPE))

/**
 * The pose by 68 landmarks (x and y in turn): the turn of a generic head whose points, seen from far away, come nearest to
 * them. Throws POSE_FAILED where they are no numbers, or all at one place.
 */
export function measurePose(landmarks: Float32Array): Pose {
  const roll = rollOf(landmarks)
  const [right, down] = fitAxes(landmarks, roll)
  const forward = cross(right, down)
  // Where the nose points, in the picture turned upright: the third column of the turn.
  const [x, y, z] = [right[2], down[2], forward[2]]
  const pitch = -Math.asin(Math.min(1, Math.max(-1, y)))
  const yaw = Math.atan2(x, z)
  if (![pitch, yaw, roll].every(Number.isFinite)) {
    throw new FaceCompareError('POSE_FAILED', 'The pose of the face could not be estimated.')
  }
  return { pitchDegrees: degrees(pitch), yawDegrees: degrees(yaw), rollDegrees: degrees(roll) }
}

/** What x and y of the picture, turned upright, are in the head: the two nearest unit vectors at right angles. */
function fitAxes(landmarks: Float32Array, roll: number): readonly [Triple, Triple] {
  const [c, s] = [Math.cos(roll), Math.sin(roll)]
  const upright = HEAD.map(([index]) => {
    const [x, y] = [landmarks[2 * index]!, landmarks[2 * index + 1]!]
    return [c * x + s * y, c * y - s * x] as const
  })
  const [p, q] = ([0, 1] as const).map((axis): Triple => {
    const middle = meanOf(upright.map((point) => point[axis]))
    const sum = [0, 1, 2].map((k) =>
      upright.reduce((total, point, i) => total + (point[axis] - middle) * SHAPE[i]![k]!, 0),
    )
    const row = (k: number) => dot(INVERSE[k]!, [sum[0]!, sum[1]!, sum[2]!])
    return [row(0), row(1), row(2)]
  })
  return orthonormalise(p!, q!)
}

/** Both vectors times the inverse root of their products with each other: neither is preferred to the other. */
function orthonormalise(p: Triple, q: Triple): readonly [Triple, Triple] {
  const [a, b, d] = [dot(p, p), dot(p, q), dot(q, q)]
  const root = Math.sqrt(a * d - b * b)
  const scale = 1 / (root * Math.sqrt(a + d + 2 * root))
  const mix = (u: number, v: number): Triple => [
    scale * (u * p[0] + v * q[0]),
    scale * (u * p[1] + v * q[1]),
    scale * (u * p[2] + v * q[2]),
  ]
  return [mix(d + root, -b), mix(-b, a + root)]
}

function momentsOf(points: readonly Triple[]): readonly Triple[] {
  const of = (r: 0 | 1 | 2, c: 0 | 1 | 2) => points.reduce((sum, point) => sum + point[r] * point[c], 0)
  return ([0, 1, 2] as const).map((r): Triple => [of(r, 0), of(r, 1), of(r, 2)])
}

/** Of a symmetric matrix. */
function invert([a, b, c]: readonly Triple[]): readonly Triple[] {
  const columns = [cross(b!, c!), cross(c!, a!), cross(a!, b!)]
  const determinant = dot(a!, columns[0]!)
  return columns.map(([x, y, z]): Triple => [x / determinant, y / determinant, z / determinant])
}

function cross(p: Triple, q: Triple): Triple {
  return [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]]
}

function dot(p: Triple, q: Triple): number {
  return p[0] * q[0] + p[1] * q[1] + p[2] * q[2]
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function degrees(radians: number): number {
  return (radians * 180) / Math.PI
}
