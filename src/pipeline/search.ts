import { type Detection, type Ground, isSameFace, lookForFaces } from './detect.js'
import type { Similarity } from './geometry.js'
import { rollOf } from './landmarks.js'
import type { Model, Models } from './models.js'
import { chooseFace } from './prominence.js'
import type { Pyramid } from './pyramid.js'

/**
 * From this score a large face of a coarse look is believed and the search is over. An upside-down face may look like an
 * upright one (5 % of them score .75 there, hardly one .8). All numbers of this file were chosen on DevTrain.
 */
const SURE_AT_ONCE = 0.8
/** From this score a face that a closer look confirmed is believed, once all coarse looks, or a finer one, were taken. */
const SURE = 0.75
/** A confirmed face below this score is none, even where nothing better is found. */
const MIN_CONFIRMED_SCORE = 0.6

/**
 * Only a face of at least this share of the longer side is left to the coarse detector, which places smaller ones less
 * exactly. Of those that are larger than half of this it misses one in a hundred or fewer, so that it sees who else is there.
 */
const LARGE_SHARE = 0.2

/** Zooming out gives a face that fills or overflows the frame the margin that the detector knows. */
const ZOOM_OUT = 2
const FAR_ZOOM_OUT = 2.5
const TURNS = [Math.PI, Math.PI / 2, -Math.PI / 2]

/** Below this longer side there is nothing in a picture that the finest detector sees and the full one does not. */
const MIN_SIDE_FOR_FINEST = 400

/** A closer look shows the face with as much margin as a zoomed-out one: this many times its width. */
const CLOSER_SIDE = 2
/** So many faces of one look are looked at closer before it counts as showing none. */
const MAX_CLOSER_LOOKS = 8

/**
 * A face so wide, in pixels, is told apart as well as a larger one: DevTrain's, which are 91 to 118 wide, are when they are shrunk
 * to this.
 */
const SHARP_SIDE = 80

type Detectors = Pick<Models, 'coarseDetector' | 'detector' | 'fineDetector'>

/** A square to look at: how large, how far turned, through which network. */
interface View {
  readonly detector: Model
  /** Side of the square in longer sides of the image; 1 when not given. */
  readonly zoomOut?: number
  /** Clockwise, in radians; 0 when not given. */
  readonly roll?: number
}

/** What one look at the image showed. */
interface Look {
  readonly faces: readonly Detection[]
  readonly chosen: Detection | undefined
  /** Of the chosen face; 0 when there is none. */
  readonly score: number
}

/**
 * Finds the faces of an image, best score first. An easy photograph takes one coarse look. Where that is not sure of a
 * large face, coarse looks at the turned and the zoomed-out image follow, then finer ones for smaller faces. Of these
 * further looks a face counts only when a closer look confirms it; the first sure one ends the search, else the surest
 * counts.
 */
export async function findFaces(models: Detectors, pyramid: Pyramid): Promise<readonly Detection[]> {
  const first = await lookAt(pyramid, { detector: models.coarseDetector })
  if (isSure(first, SURE_AT_ONCE) && isLarge(first, pyramid)) return first.faces
  const confirm = (look: Look) => confirmLook(look, models.coarseDetector, pyramid)
  let best = await confirm(first)
  for (const view of coarseViews(models)) {
    if (isSure(best, SURE_AT_ONCE) && isLarge(best, pyramid)) break
    best = surer(best, await confirm(await lookAt(pyramid, view)))
  }
  if (isSure(best, SURE) && isLarge(best, pyramid)) return best.faces
  for (const view of finerViews(models, pyramid)) {
    const seen = await confirm(await lookAt(pyramid, view))
    // Not the surest of all: a finer look sees all the faces that the most prominent one is chosen from.
    if (isSure(seen, SURE)) return seen.faces
    best = surer(best, seen)
  }
  return isSure(best, MIN_CONFIRMED_SCORE) ? best.faces : []
}

/**
 * Finds the faces of a small version of a photograph by two looks at most: none unless one of them is sure of a face that
 * needs no larger version.
 */
export async function findPlainFaces(models: Detectors, pyramid: Pyramid): Promise<readonly Detection[]> {
  const first = await lookAt(pyramid, { detector: models.coarseDetector })
  if (isSure(first, SURE_AT_ONCE) && isLarge(first, pyramid) && isSharp(first)) return first.faces
  const second = await lookAt(pyramid, { detector: models.detector })
  if (!isSure(second, SURE_AT_ONCE) || !isSharp(second)) return []
  const confirmed = await confirmLook(second, models.coarseDetector, pyramid)
  return isSure(confirmed, SURE_AT_ONCE) && isSharp(confirmed) ? confirmed.faces : []
}

function coarseViews({ coarseDetector: detector }: Detectors): readonly View[] {
  return [
    ...TURNS.map((roll) => ({ detector, roll })),
    { detector, zoomOut: ZOOM_OUT },
    { detector, zoomOut: FAR_ZOOM_OUT },
  ]
}

/**
 * Upright before turned, cheap before dear; at last the turned close-ups. The finest look is as dear as ten others, so it
 * is taken upright and upside down only: that shows most faces that lie on their side, too.
 */
function finerViews({ coarseDetector, detector, fineDetector }: Detectors, { image }: Pyramid): readonly View[] {
  const isFinestOfUse = Math.max(image.width, image.height) >= MIN_SIDE_FOR_FINEST
  return [
    { detector },
    ...(isFinestOfUse ? [{ detector: fineDetector }] : []),
    ...TURNS.map((roll) => ({ detector, roll })),
    ...(isFinestOfUse ? [{ detector: fineDetector, roll: Math.PI }] : []),
    ...TURNS.map((roll) => ({ detector: coarseDetector, roll, zoomOut: ZOOM_OUT })),
  ]
}

function isSure({ score }: Look, enough: number): boolean {
  return score >= enough
}

function isLarge({ chosen }: Look, { image }: Pyramid): boolean {
  return chosen !== undefined && chosen.box.width >= LARGE_SHARE * Math.max(image.width, image.height)
}

function isSharp({ chosen }: Look): boolean {
  return chosen !== undefined && chosen.box.width >= SHARP_SIDE
}

function surer(p: Look, q: Look): Look {
  return q.score > p.score ? q : p
}

/** Looks at a square around the middle of the image. */
async function lookAt(pyramid: Pyramid, { detector, zoomOut = 1, roll = 0 }: View): Promise<Look> {
  const { width, height } = pyramid.image
  const window = windowAround(width / 2, height / 2, zoomOut * Math.max(width, height), roll, detector.inputSize)
  // A black ground suits the usual margin; on one that covers half of what it sees the detector is less sure.
  const ground: Ground = zoomOut > 1 ? 'mean' : 'black'
  return describeLook(await lookForFaces(detector, pyramid, window, ground), pyramid)
}

function describeLook(faces: readonly Detection[], { image }: Pyramid): Look {
  const chosen = chooseFace(faces, image.width, image.height)
  return { faces, chosen, score: chosen?.score ?? 0 }
}

/** The look with its most prominent face as a closer look shows it; faces that are not confirmed are dropped on the way. */
async function confirmLook(look: Look, detector: Model, pyramid: Pyramid): Promise<Look> {
  const { width, height } = pyramid.image
  const confirmed = new Set<Detection>()
  let faces = look.faces
  for (let looks = 0; looks < MAX_CLOSER_LOOKS; looks++) {
    const chosen = chooseFace(faces, width, height)
    if (!chosen || confirmed.has(chosen)) break
    const seen = await lookCloser(chosen, detector, pyramid)
    const others = faces.filter((face) => face !== chosen && !(seen && isSameFace(face.box, seen.box)))
    faces = seen ? [seen, ...others] : others
    if (seen) confirmed.add(seen)
  }
  const chosen = chooseFace(faces, width, height)
  if (!chosen || !confirmed.has(chosen)) return { faces: [], chosen: undefined, score: 0 }
  return { faces: faces.toSorted((p, q) => q.score - p.score), chosen, score: chosen.score }
}

/** The face in a square of its own, upright by its key points, or upside down when it is surer so. */
async function lookCloser(face: Detection, detector: Model, pyramid: Pyramid): Promise<Detection | undefined> {
  const { x, y, width, height } = face.box
  const looks: Detection[] = []
  for (const roll of [rollOf(face), rollOf(face) + Math.PI]) {
    const window = windowAround(x + width / 2, y + height / 2, CLOSER_SIDE * width, roll, detector.inputSize)
    const seen = await lookForFaces(detector, pyramid, window, 'mean')
    looks.push(...seen.filter(({ box }) => isSameFace(box, face.box)).slice(0, 1))
  }
  return looks.toSorted((p, q) => q.score - p.score)[0]
}

/**
 * A square around a point of the image (its left upper corner is 0, 0) as the transform from detector pixels to image
 * pixels, whose centres are at whole numbers.
 */
function windowAround(x: number, y: number, side: number, roll: number, size: number): Similarity {
  const a = (Math.cos(roll) * side) / size
  const b = (Math.sin(roll) * side) / size
  const half = (size - 1) / 2
  return { a, b, tx: x - 0.5 - (a * half - b * half), ty: y - 0.5 - (b * half + a * half) }
}
