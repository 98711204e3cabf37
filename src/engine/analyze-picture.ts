import { FaceCompareError } from '../errors.js'
import { type DecodedImage, decodeDraft, decodeImage } from '../image/decode.js'
import type { Detection } from '../pipeline/detect.js'
import type { EmbeddedFace } from '../pipeline/embed.js'
import { measureSpotGain } from '../pipeline/exposure.js'
import { isAtLeast, type Located, locateFaces, rankTurns, searchFaces } from '../pipeline/locate.js'
import { isFace, type Recognised, type Recogniser, recogniseFace } from '../pipeline/recognise.js'
import { measureShown } from '../pipeline/shown.js'
import { Stopwatch } from '../pipeline/stopwatch.js'
import type { Shown } from '../score/flaws.js'
import type { Box, Stages } from './face.js'
import { cutOut, type Frame, FULL_SIZE, frameOf, moveFace, placeFace } from './frame.js'

/**
 * Width times height that pictures are decoded to: of a picture of 40 megapixels a face of 100 pixels is still 20 wide, as
 * wide as the detector sees well.
 */
export const MAX_DECODED_AREA = 1_600_000

/** The longer side of a face, in pixels, below which its aligned image would show more than there is. */
const SHARP_SIDE = 112

export interface AnalysedPicture {
  readonly embedded: EmbeddedFace
  /** Where the face is, in pixels of the upright full-size picture. */
  readonly box: Box
  /** 68 points in the same pixels, x and y in turn. */
  readonly landmarks: Float32Array
  readonly detectionScore: number
  /** Degrees, clockwise positive. */
  readonly rollDegrees: number
  /** Undefined unless it was asked for. */
  readonly shown: Shown | undefined
  readonly faceCount: number
  readonly imageWidth: number
  readonly imageHeight: number
  readonly stages: Stages
}

export interface AnalyzeOptions {
  readonly maxPixels: number
  /** Whether to measure how the face is shown. */
  readonly measuresShown: boolean
  /** A monotonic clock. */
  readonly nowMs: () => number
}

/** So many candidates whose parts tell that they are no faces are enough to say that a picture shows none. */
const MOST_CANDIDATES = 8
/** So many are cut out of the full-size picture, which may have to be decoded as a whole for each. */
const MOST_CUTS = 2

/** One call. */
interface Analysis {
  readonly bytes: Uint8Array
  readonly recogniser: Recogniser
  readonly maxPixels: number
  readonly watch: Stopwatch
  /** How many candidates were cut out of the full-size picture. */
  cuts: number
}

/**
 * The most prominent face of an image file; what the detector takes for one and its parts are not is passed over. Throws
 * what {@link decodeImage} throws, and FACE_NOT_DETECTED.
 */
export async function analyzePicture(
  bytes: Uint8Array,
  recogniser: Recogniser,
  { maxPixels, measuresShown, nowMs }: AnalyzeOptions,
): Promise<AnalysedPicture> {
  const analysis: Analysis = { bytes, recogniser, maxPixels, watch: new Stopwatch(nowMs), cuts: 0 }
  let candidates = 0
  for await (const candidate of findInFile(analysis)) {
    const judged = await judge(analysis, candidate)
    if (judged) return describe(judged, candidate, { measuresShown, stages: analysis.watch.spent })
    if (++candidates === MOST_CANDIDATES) break
  }
  throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
}

interface Candidate {
  readonly image: DecodedImage
  /** All of it. */
  readonly whole: Frame
  readonly located: Located
}

/**
 * By a small version of a large photograph when its most prominent face is large enough there, else by all that the search needs;
 * what comes next is what is most prominent when the one before is none. At last a picture that is dim but for a spot is brightened.
 */
async function* findInFile(analysis: Analysis): AsyncGenerator<Candidate> {
  const { bytes, maxPixels, watch } = analysis
  const known = yield* findInDraft(analysis)
  const image = await watch.time('decodeMs', () => decodeImage(bytes, { maxPixels, maxArea: MAX_DECODED_AREA }))
  const whole = frameOf(image)
  const refused = known.map((face) => moveFace(face, FULL_SIZE, whole))
  yield* findInFrame(analysis, image, whole, refused)
  const gain = measureSpotGain(image, whole.gain)
  if (gain !== undefined) yield* findInFrame(analysis, image, frameOf(image, gain), refused)
}

async function* findInFrame(
  { recogniser, watch }: Analysis,
  image: DecodedImage,
  whole: Frame,
  refused: readonly Detection[],
): AsyncGenerator<Candidate> {
  const search = searchFaces(recogniser.detector, whole.pyramid, { refused })
  for (;;) {
    const next = await watch.time('detectMs', () => search.next())
    if (next.done) return
    yield { image, whole, located: next.value }
  }
}

/** Returns what was refused, in pixels of the full-size picture, and holds the draft no longer than that takes. */
async function* findInDraft({
  bytes,
  maxPixels,
  watch,
  recogniser,
}: Analysis): AsyncGenerator<Candidate, readonly Detection[]> {
  const image = await watch.time('decodeMs', () => decodeDraft(bytes, { maxPixels, maxArea: MAX_DECODED_AREA }))
  if (!image) return []
  const whole = frameOf(image)
  const options = { leastSide: SHARP_SIDE }
  const located = await watch.time('detectMs', () => locateFaces(recogniser.detector, whole.pyramid, options))
  if (!located || !isAtLeast(SHARP_SIDE, located.chosen)) return []
  yield { image, whole, located }
  return [moveFace(located.chosen, whole, FULL_SIZE)]
}

interface Judged {
  readonly frame: Frame
  readonly found: Recognised
}

/**
 * The candidate where it has as many pixels as there are; undefined where its parts tell that it is no face. The first one that is
 * too small in the shrunk picture is cut out at once, because it mostly is a face; a later one must pass for a face as it is.
 */
async function judge(analysis: Analysis, { image, whole, located }: Candidate): Promise<Judged | undefined> {
  const { bytes, maxPixels, recogniser, watch } = analysis
  const { chosen } = located
  if (whole.scale === 1 || isAtLeast(SHARP_SIDE, chosen)) return recognise(analysis, whole, chosen)
  if (analysis.cuts > 0) {
    const asItIs = await recognise(analysis, whole, chosen)
    if (!asItIs || analysis.cuts === MOST_CUTS) return asItIs
  }
  analysis.cuts++
  const frame = await watch.time('decodeMs', () => cutOut(bytes, whole, chosen, { image, maxPixels }))
  const moved = moveFace(chosen, whole, frame)
  // On more pixels the detector places it better.
  const [closer = moved] = await watch.time('detectMs', () => rankTurns(recogniser.detector, frame.pyramid, moved))
  return recognise(analysis, frame, closer)
}

async function recognise({ recogniser, watch }: Analysis, frame: Frame, face: Detection): Promise<Judged | undefined> {
  const found = await recogniseFace(recogniser, frame.pyramid, face, watch.nowMs)
  watch.add(found.spent)
  return isFace(recogniser, found) ? { frame, found } : undefined
}

function describe(
  { frame, found }: Judged,
  { image, located }: Candidate,
  { measuresShown, stages }: { readonly measuresShown: boolean; readonly stages: Stages },
): AnalysedPicture {
  const { sourceWidth: imageWidth, sourceHeight: imageHeight } = image
  const placed = placeFace(found, frame)
  const scene = {
    landmarks: found.landmarks,
    inPicture: placed.landmarks,
    picture: { width: imageWidth, height: imageHeight },
    gain: frame.gain,
  }
  const shown = measuresShown ? measureShown(frame.pyramid, scene) : undefined
  return { ...placed, shown, faceCount: located.faces.length, imageWidth, imageHeight, stages }
}
