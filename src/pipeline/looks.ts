import { type Detection, type Detector, lookAt, type View } from './detect.js'
import type { Pyramid } from './pyramid.js'
import { merge } from './same-face.js'
import type { Size } from './warp.js'

// The numbers of this file were chosen on DevTrain.

/** The longer side of the first look, in pixels of the detector's input. */
const FIRST_SIDE = 128
/** A picture longer than this many times its shorter side is looked at finer, so that its faces do not vanish. */
const LONGEST = 3
/**
 * One longer than this many times its shorter side is no picture of anybody. Finer looks at all of its length would take minutes: of one
 * 1 pixel high and 60,000 wide they would be 5 million pixels wide.
 */
const MOST_SLENDER = 200
/** A face that is this wide in a look, in pixels of its input, is not missed by it, nor are larger ones. */
export const WELL_SEEN = 20
/**
 * What is larger in a look than this is seen or is no face: a finer look says nothing new of it. What is smaller than the least is too
 * small for a face also in one that is twice as fine.
 */
const LARGEST_HINT = 1.5 * WELL_SEEN
const SMALLEST_HINT = 0.3 * WELL_SEEN
export const QUARTER = Math.PI / 2
export const TURNS = [QUARTER, -QUARTER, Math.PI]

/** A longer side of the input than this, in pixels, would take a run hundreds of megabytes: there is more than one look. */
const MOST_SIDE = 512
/** Parts of a picture that are looked at one by one overlap by this share, so that no small face is cut in two. */
const TILE_OVERLAP = 0.1

/** What a look at all of an image shows. */
export interface Look {
  readonly faces: readonly Detection[]
  /** What may be faces that are too small for it; `undefined` where the detector gives no hints. */
  readonly hints: readonly Detection[] | undefined
}

/** Who looks at what. */
export interface Search {
  readonly detector: Detector
  readonly pyramid: Pyramid
  readonly pick: Keep
}

/** Leaves out what was refused. */
export type Keep = (faces: readonly Detection[]) => readonly Detection[]

/** Pixels of the input for one of the image in the coarsest look. */
export function firstScale({ inputSize = FIRST_SIDE }: Detector, { width, height }: Size): number {
  return inputSize / Math.min(Math.max(width, height), LONGEST * Math.min(width, height))
}

/** Whether an image is so long and narrow that it is not looked at. */
export function isTooSlender({ width, height }: Size): boolean {
  return Math.max(width, height) > MOST_SLENDER * Math.min(width, height)
}

/** Whether a detector tells more than what it takes for faces. */
export function givesHints({ kind, minScore }: Detector): boolean {
  return kind.hintScore !== undefined && kind.hintScore < minScore
}

/** What a look at all of an image shows, and what else it shows that is no face for the detector: nothing where that gives no hints. */
export interface KeenLook extends Pick<Look, 'faces'> {
  readonly unsure: readonly Detection[]
}

/** An upright look at all of the image. */
export async function lookForHints(search: Search, scale: number): Promise<Look & KeenLook> {
  const look = await lookKeenly(search, scale, 0)
  const hints = givesHints(search.detector) ? look.unsure.filter((face) => isHint(face, scale)) : undefined
  return { ...look, hints }
}

/** A look at all of the image, also for what is no face for the detector. */
export async function lookKeenly(search: Search, scale: number, roll: number): Promise<KeenLook> {
  const { detector } = search
  if (!givesHints(detector)) return { faces: await lookAtAll(search, scale, roll), unsure: [] }
  const { minScore, kind } = detector
  const unsure: Detection[] = []
  // What is no face for the detector hides neither hints nor faces.
  const pick: Keep = (seen) => {
    unsure.push(...search.pick(seen.filter(({ score }) => score < minScore)))
    return search.pick(seen.filter(({ score }) => score >= minScore))
  }
  const keen = { ...detector, minScore: kind.hintScore ?? minScore }
  return { faces: await lookAtAll({ ...search, detector: keen, pick }, scale, roll), unsure }
}

function isHint({ box }: Detection, scale: number): boolean {
  const side = Math.max(box.width, box.height) * scale
  return side >= SMALLEST_HINT && side <= LARGEST_HINT
}

/**
 * All of the image, in several parts where the detector cannot see it at once. What was refused is left out before the faces of the
 * parts are put together: else it would take those inside of it with it.
 */
export async function lookAtAll(
  { detector, pyramid, pick }: Search,
  scale: number,
  roll: number,
): Promise<readonly Detection[]> {
  const { width, height } = pyramid.image
  const [c, s] = [Math.abs(Math.cos(roll)), Math.abs(Math.sin(roll))]
  const longest = (detector.inputSize ?? MOST_SIDE) / scale / (c + s)
  let faces: readonly Detection[] = []
  for (const x of spread(width, longest)) {
    for (const y of spread(height, longest)) {
      const [w, h] = [Math.min(width, longest), Math.min(height, longest)]
      const view: View = { x, y, width: c * w + s * h, height: s * w + c * h, scale, roll }
      faces = merge(faces, pick(await lookAt(detector, pyramid, view)))
    }
  }
  return faces
}

/** The centres of the parts, none longer than `most`, that cover a length. */
function spread(length: number, most: number): readonly number[] {
  if (length <= most * (1 + 1e-6)) return [length / 2]
  const count = Math.ceil((length - most) / ((1 - TILE_OVERLAP) * most)) + 1
  return Array.from({ length: count }, (_, i) => most / 2 + (i * (length - most)) / (count - 1))
}
