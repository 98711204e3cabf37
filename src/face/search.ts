import { type Detection, lookForFaces } from './detect.js'
import type { Similarity } from './geometry.js'
import type { Model, Models } from './models.js'
import { chooseFace } from './prominence.js'
import type { Pyramid } from './pyramid.js'

/**
 * From these scores of the chosen face on a look is believed and no further one is taken. The first, coarse look must be
 * surer, because an upside-down face may look like an upright one (5 % of them score .75 there, hardly one .8); once the
 * turned looks have been compared, less will do. Chosen on DevTrain.
 */
const SURE_AT_FIRST = 0.8
const SURE_OF_TURN = 0.7
const SURE = 0.75

/** Only a face of at least this share of the longer side is left to the coarse detector: smaller ones might escape it. */
const LARGE_SHARE = 0.25

/** A face that only a further look shows needs a higher score than others, because more looks see more that is none. */
const MIN_FURTHER_SCORE = 0.6

/** Zooming out gives a face that fills the frame the margin that the detector knows. */
const ZOOM_OUT = 2
const TURNS = [Math.PI, Math.PI / 2, -Math.PI / 2]

/** Below this longer side there is nothing in a picture that the finest detector sees and the full one does not. */
const MIN_SIDE_FOR_FINEST = 400

type Detectors = Pick<Models, 'coarseDetector' | 'detector' | 'fineDetector'>

/** What one look at the image showed. */
interface Look {
  readonly faces: readonly Detection[]
  readonly chosen: Detection | undefined
  /** Of the chosen face; 0 when there is none. */
  readonly score: number
}

/**
 * Finds the faces of an image, best score first. An easy photograph takes one coarse look. Where that is not sure of a
 * large face, coarse looks at the turned and the zoomed-out image follow, then finer ones for smaller faces; the first
 * that is sure ends the search, else the surest counts.
 */
export async function findFaces(models: Detectors, pyramid: Pyramid): Promise<readonly Detection[]> {
  const first = await lookAt(pyramid, models.coarseDetector)
  if (first.score >= SURE_AT_FIRST && isLarge(first, pyramid)) return first.faces
  const coarse = await lookFurther(first, turnedLooks(pyramid, models.coarseDetector), 1)
  if (coarse.score >= SURE_OF_TURN && isLarge(coarse, pyramid)) return coarse.faces
  const full = await lookAt(pyramid, models.detector)
  if (full.score >= SURE) return full.faces
  const { width, height } = pyramid.image
  const finest = Math.max(width, height) < MIN_SIDE_FOR_FINEST ? [] : [() => lookAt(pyramid, models.fineDetector)]
  return (await lookFurther(full, [...finest, ...turnedLooks(pyramid, models.detector)], SURE)).faces
}

function turnedLooks(pyramid: Pyramid, detector: Model): readonly (() => Promise<Look>)[] {
  return [...TURNS.map((roll) => () => lookAt(pyramid, detector, 1, roll)), () => lookAt(pyramid, detector, ZOOM_OUT)]
}

/** The surest of a look and further ones, which are taken until one reaches `enough`. */
async function lookFurther(start: Look, looks: readonly (() => Promise<Look>)[], enough: number): Promise<Look> {
  let best = start
  for (const look of looks) {
    const seen = await look()
    if (seen.score > Math.max(best.score, MIN_FURTHER_SCORE)) best = seen
    if (best.score >= enough) break
  }
  return best
}

function isLarge({ chosen }: Look, { image }: Pyramid): boolean {
  return chosen !== undefined && chosen.box.width >= LARGE_SHARE * Math.max(image.width, image.height)
}

/** Looks at the image in the middle of a square, `zoomOut` times as large as the image and turned clockwise by `roll` radians. */
async function lookAt(pyramid: Pyramid, detector: Model, zoomOut = 1, roll = 0): Promise<Look> {
  const { width, height } = pyramid.image
  const window = windowAround(width, height, zoomOut * Math.max(width, height), roll, detector.inputSize)
  const faces = await lookForFaces(detector, pyramid, window)
  const chosen = chooseFace(faces, width, height)
  return { faces, chosen, score: chosen?.score ?? 0 }
}

/** A square in the middle of the image as the transform from detector pixels to image pixels; pixel centres are at whole numbers. */
function windowAround(width: number, height: number, side: number, roll: number, size: number): Similarity {
  const a = (Math.cos(roll) * side) / size
  const b = (Math.sin(roll) * side) / size
  const half = (size - 1) / 2
  return { a, b, tx: (width - 1) / 2 - (a * half - b * half), ty: (height - 1) / 2 - (b * half + a * half) }
}
