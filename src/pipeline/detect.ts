import type { Box } from '../engine/face.js'
import { applySimilarity, type Point, type Similarity, scaleOf } from './geometry.js'
import type { Network, Outputs } from './network.js'
import type { Pyramid } from './pyramid.js'
import type { Size } from './warp.js'

/** One face that a detector saw, in pixels of its input, whose corners are at whole numbers. */
export interface SeenFace {
  /** 0..1 */
  readonly score: number
  readonly box: Box
  /** Of detectors that give them: the eyes (in an upright picture the left one first), the nose, then the mouth's corners or its middle. */
  readonly points?: readonly Point[]
}

/** How the outputs of one kind of detector are read, and what its publishers use it with. */
export interface DetectorKind {
  /**
   * The faces that score at least `minScore`, before suppression. Throws an Error that goes on after "The detector ..."
   * when the outputs are not those of the kind.
   */
  readonly decode: (outputs: Outputs, input: Size, minScore: number) => readonly SeenFace[]
  /** From planar RGB pixels (0..255) to what the network wants, in place; absent where that is the same. */
  readonly prepare?: (pixels: Float32Array) => void
  readonly minScore: number
  /** From this score an upright look needs no second one. */
  readonly sureScore: number
  /** What it gives a face that is too small for a look scores at least this there; absent where that is not known. */
  readonly hintScore?: number
  /**
   * A face that a look does not show as one still scores at least so much: `other` in one of four looks that are a quarter turn apart,
   * `larger` in an upright look if it is larger than the face that this shows. Absent where that is not known; not below `hintScore`,
   * which must be known, too.
   */
  readonly suspectScore?: { readonly other: number; readonly larger: number }
  /** Whether it sees most faces that stand on their head, so that fewer turned looks are needed. */
  readonly seesUpsideDown?: boolean
  /** Boxes that overlap more than this are one face. */
  readonly sameFaceIou: number
  /** Sides of the input are multiples of this, in pixels. */
  readonly step: number
}

/** A detector ready to run. */
export interface Detector {
  readonly kind: DetectorKind
  readonly network: Network
  /** Of a network that takes squares of one size only: their side in pixels. */
  readonly inputSize?: number
  readonly minScore: number
}

/** One face in pixels of the image, whose centres are at whole numbers. */
export interface Detection {
  /** 0..1 */
  readonly score: number
  readonly box: Box
  /** How far the head is turned, radians, clockwise: by the points, where there are none by the look, to a quarter turn or so. */
  readonly roll: number
  readonly points?: readonly Point[] | undefined
}

/** A part of the image as a detector is shown it. */
export interface View {
  /** Centre, in pixels of the image; its left upper corner is (0, 0). */
  readonly x: number
  readonly y: number
  /** In pixels of the image, along the turned axes. */
  readonly width: number
  readonly height: number
  /** Pixels of the input for one of the image. */
  readonly scale: number
  /** Clockwise, radians. */
  readonly roll: number
}

/** Runs a detector on what a view shows; each face once, best score first. Around the image it is black. */
export async function lookAt(detector: Detector, pyramid: Pyramid, view: View): Promise<readonly Detection[]> {
  const { kind, network, minScore } = detector
  const input = inputFor(detector, view)
  const toImage = placeView(view, input)
  const run = network.prepare([1, 3, input.height, input.width])
  pyramid.warp(toImage, input, run.input)
  kind.prepare?.(run.input)
  const seen = await run.finish((outputs) => kind.decode(outputs, input, minScore))
  return suppress(seen, kind.sameFaceIou).map((face) => placeFace(face, toImage, view.roll))
}

function inputFor({ kind, inputSize }: Detector, view: View): Size {
  if (inputSize !== undefined) return { width: inputSize, height: inputSize }
  const sideFor = (length: number) => kind.step * Math.max(1, Math.ceil((length * view.scale) / kind.step - HAIR))
  return { width: sideFor(view.width), height: sideFor(view.height) }
}

/** So much of a step may be lost to rounding. */
const HAIR = 1e-3

/** From input pixels to image pixels, both with centres at whole numbers. */
function placeView({ x, y, scale, roll }: View, input: Size): Similarity {
  const a = Math.cos(roll) / scale
  const b = Math.sin(roll) / scale
  const [u, v] = [(input.width - 1) / 2, (input.height - 1) / 2]
  return { a, b, tx: x - 0.5 - (a * u - b * v), ty: y - 0.5 - (b * u + a * v) }
}

/** Greedy non-maximum suppression. */
function suppress<T extends Pick<SeenFace, 'box' | 'score'>>(faces: readonly T[], sameFaceIou: number): T[] {
  const kept: T[] = []
  for (const face of faces.toSorted((p, q) => q.score - p.score)) {
    if (kept.every((other) => overlap(other.box, face.box) <= sameFaceIou)) kept.push(face)
  }
  return kept
}

/** Intersection over union. */
export function overlap(p: Box, q: Box): number {
  const shared = sharedArea(p, q)
  return shared === 0 ? 0 : shared / (p.width * p.height + q.width * q.height - shared)
}

/** The share of a box that lies in another one. */
export function coveredShare(box: Box, other: Box): number {
  const shared = sharedArea(box, other)
  return shared === 0 ? 0 : shared / (box.width * box.height)
}

function sharedArea(p: Box, q: Box): number {
  const width = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x)
  const height = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y)
  return Math.max(0, width) * Math.max(0, height)
}

function placeFace({ score, box, points }: SeenFace, toImage: Similarity, roll: number): Detection {
  const scale = scaleOf(toImage)
  // The networks' coordinates have pixel corners at whole numbers, ours have centres there.
  const place = (x: number, y: number) => applySimilarity(toImage, x - 0.5, y - 0.5)
  const centre = place(box.x + box.width / 2, box.y + box.height / 2)
  // The upright box around a turned one: the same at quarter turns, between them as large as the longer side allows.
  const [c, s] = [Math.abs(Math.cos(roll)), Math.abs(Math.sin(roll))]
  const width = scale * (c * c * box.width + s * s * box.height)
  const height = scale * (s * s * box.width + c * c * box.height)
  const placed = points?.map(({ x, y }) => place(x, y))
  return {
    score,
    box: { x: centre.x - width / 2, y: centre.y - height / 2, width, height },
    roll: placed ? rollOfPoints(placed) : roll,
    ...(placed && { points: placed }),
  }
}

/**
 * The direction from eye to eye together with that from the eyes down to the mouth, each with its length as weight, because a
 * profile has hardly any of the first. 0 where points are missing.
 */
export function rollOfPoints([left, right, , ...mouth]: readonly Point[]): number {
  const [corner, other = corner] = mouth
  if (!left || !right || !corner || !other) return 0
  const downX = (corner.x + other.x - left.x - right.x) / 2
  const downY = (corner.y + other.y - left.y - right.y) / 2
  return Math.atan2(right.y - left.y - downX, right.x - left.x + downY)
}
