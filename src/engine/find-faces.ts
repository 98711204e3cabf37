import { FaceCompareError } from '../errors.js'
import { type DecodedImage, decodeDraft, decodeImage, decodeRegion } from '../image/decode.js'
import type { Detection } from '../pipeline/detect.js'
import type { EmbeddedFace } from '../pipeline/embed.js'
import { measureSpotGain } from '../pipeline/exposure.js'
import { isAtLeast, type Located, locateFaces, lookAgain, rankTurns, searchFaces } from '../pipeline/locate.js'
import { searchAllFaces } from '../pipeline/locate-all.js'
import type { Look } from '../pipeline/looks.js'
import { visibleArea } from '../pipeline/prominence.js'
import { isFace, isHardlyFace, type Recognised, type Recogniser, recogniseFace } from '../pipeline/recognise.js'
import { complete, isSameFace } from '../pipeline/same-face.js'
import { measureShown } from '../pipeline/shown.js'
import { Stopwatch } from '../pipeline/stopwatch.js'
import type { Shown } from '../score/flaws.js'
import { type Box, type FindOptions, MOST_FACES, type Stages } from './face.js'
import { type CutRegion, cropImage, cutOut, type Frame, FULL_SIZE, frameOf, moveFace, placeFace } from './frame.js'

/**
 * Width times height that pictures are decoded to: of a picture of 40 megapixels a face of 100 pixels is still 20 wide, as
 * wide as the detector sees well.
 */
export const MAX_DECODED_AREA = 1_600_000

/** The longer side of a face, in pixels, below which its aligned image would show more than there is. */
const SHARP_SIDE = 112

/** A face before it is rated. */
export interface RecognisedFace {
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
}

export interface RecognisedPicture {
  /** At least one. */
  readonly faces: readonly RecognisedFace[]
  readonly faceCount: number
  readonly imageWidth: number
  readonly imageHeight: number
  readonly stages: Stages
}

export interface FindingOptions extends Pick<FindOptions, 'which'> {
  readonly maxPixels: number
  /** Whether to measure how faces are shown. */
  readonly measuresShown: boolean
  /** A monotonic clock. */
  readonly nowMs: () => number
}

/** So many candidates whose parts tell that they are no faces are enough to say that a picture shows none. */
const MOST_CANDIDATES = 8
/** Where all are wanted, so many that are none end the search: of each every way up is tried, and a sheet of smileys has hundreds. */
const MOST_MISTAKEN = 30
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
 * The faces of an image file, the most prominent one first; what the detector takes for one and its parts are not is passed over.
 * With `all` the picture is then searched whole, and of what is found the largest are taken, from large to small. Throws what
 * {@link decodeImage} throws, and FACE_NOT_DETECTED.
 */
export async function findFaces(
  bytes: Uint8Array,
  recogniser: Recogniser,
  { which, maxPixels, measuresShown, nowMs }: FindingOptions,
): Promise<RecognisedPicture> {
  const analysis: Analysis = { bytes, recogniser, maxPixels, watch: new Stopwatch(nowMs), cuts: 0 }
  const first = await findMostProminent(analysis)
  const others = which === 'all' ? await findOthers(analysis, first) : []
  const { image, located } = first.candidate
  const { sourceWidth: imageWidth, sourceHeight: imageHeight } = image
  const describing = { imageWidth, imageHeight, measuresShown }
  const faces = [first, ...others].map((judged) => describe(judged, describing))
  const faceCount = which === 'all' ? faces.length : located.faces.length
  return { faces, faceCount, imageWidth, imageHeight, stages: analysis.watch.spent }
}

interface Found extends Judged {
  readonly candidate: Candidate
  /** What is hardly a face, and was more prominent. */
  readonly stoodBack: readonly Judged[]
}

/**
 * What is hardly a face stands back for one that is, though it is larger: it mostly is a pattern that looks a little like one. The
 * picture in which it was seen is held until then.
 */
async function findMostProminent(analysis: Analysis): Promise<Found> {
  const hardly: (Judged & { readonly candidate: Candidate })[] = []
  let candidates = 0
  for await (const candidate of findInFile(analysis)) {
    const judged = await judge(analysis, candidate)
    if (judged && !isHardlyFace(analysis.recogniser, judged.found)) return { ...judged, candidate, stoodBack: hardly }
    if (judged) hardly.push({ ...judged, candidate })
    if (++candidates === MOST_CANDIDATES) break
  }
  const [first, ...stoodBack] = hardly
  if (first) return { ...first, stoodBack }
  throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
}

interface Candidate {
  readonly image: DecodedImage
  /** All of it. */
  readonly whole: Frame
  readonly located: Located
  /** Whether it is a small version, in which small faces are not seen. */
  readonly isDraft: boolean
}

/**
 * By a small version of a large photograph when its most prominent face is large enough there, else by all that the search needs;
 * what comes next is what is most prominent when the one before is none. At last a picture that is dim but for a spot is brightened.
 */
async function* findInFile(analysis: Analysis): AsyncGenerator<Candidate> {
  const known = yield* findInDraft(analysis)
  const image = await decodeForSearch(analysis)
  const whole = frameOf(image)
  const refused = known.map((face) => moveFace(face, FULL_SIZE, whole))
  yield* findInFrame(analysis, image, whole, refused)
  const gain = measureSpotGain(image, whole.gain)
  if (gain !== undefined) yield* findInFrame(analysis, image, frameOf(image, gain), refused)
}

function decodeForSearch({ bytes, maxPixels, watch }: Analysis): Promise<DecodedImage> {
  return watch.time('decodeMs', () => decodeImage(bytes, { maxPixels, maxArea: MAX_DECODED_AREA }))
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
    yield { image, whole, located: next.value, isDraft: false }
  }
}

/** Returns what was refused, in pixels of the full-size picture, and holds the draft itself no longer than that takes. */
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
  yield { image, whole, located, isDraft: true }
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
  const cut: CutRegion = (region) => decodeRegion(bytes, region, { maxPixels })
  const frame = await watch.time('decodeMs', () => cutOut(cut, whole, chosen, image))
  const moved = moveFace(chosen, whole, frame)
  // On more pixels the detector places it better.
  const [closer = moved] = await watch.time('detectMs', () => rankTurns(recogniser.detector, frame.pyramid, moved))
  return recognise(analysis, frame, closer)
}

/** The other faces of the picture, from large to small. Each must be seen in a closer look, on as many pixels as there are. */
async function findOthers(
  analysis: Analysis,
  { candidate, frame: firstFrame, found, stoodBack }: Found,
): Promise<readonly Judged[]> {
  const { recogniser, watch } = analysis
  const { image, whole, known } = await wholeOf(analysis, candidate)
  const searched = await watch.time('detectMs', () => searchAllFaces(recogniser.detector, whole.pyramid, known))
  // What stood back is not in what is known, and need not be seen again.
  const seen = complete(
    searched,
    stoodBack.map((judged) => moveFace(judged.found.face, judged.frame, whole)),
  )
  const taken = [moveFace(found.face, firstFrame, whole)]
  const isNew = (face: Detection) => !taken.some((other) => isSameFace(other, face))
  const areaOf = ({ box }: Detection) => visibleArea(box, image)
  const cut = cutFromWhole(analysis)
  const others: Judged[] = []
  let mistaken = 0
  for (const face of seen.toSorted((p, q) => areaOf(q) - areaOf(p))) {
    if (others.length === MOST_FACES - 1 || mistaken === MOST_MISTAKEN) break
    if (!isNew(face)) continue
    const isSharp = whole.scale === 1 || isAtLeast(SHARP_SIDE, face)
    const frame = isSharp ? whole : await watch.time('decodeMs', () => cutOut(cut, whole, face, image))
    const moved = moveFace(face, whole, frame)
    const closer = await watch.time('detectMs', () => lookAgain(recogniser.detector, frame.pyramid, moved))
    if (!closer || !isNew(moveFace(closer, frame, whole))) continue
    // A face that leans is told better as it was seen where the closer look chose the wrong way up.
    const judged = (await recognise(analysis, frame, closer)) ?? (await recognise(analysis, frame, moved))
    if (judged) {
      taken.push(moveFace(judged.found.face, frame, whole))
      others.push(judged)
    } else mistaken++
  }
  return others.toSorted((p, q) => areaAtFullSize(q) - areaAtFullSize(p))
}

/** The picture as it is searched, and what is known of it where the most prominent face was not found in a draft. */
async function wholeOf(
  analysis: Analysis,
  { image, whole, located, isDraft }: Candidate,
): Promise<Pick<Candidate, 'image' | 'whole'> & { readonly known?: Look }> {
  if (!isDraft) return { image, whole, known: located }
  const decoded = await decodeForSearch(analysis)
  return { image: decoded, whole: frameOf(decoded) }
}

/** For many regions: the full-size picture is decoded once, when the first of them is asked for. */
function cutFromWhole({ bytes, maxPixels }: Analysis): CutRegion {
  let decoded: Promise<DecodedImage> | undefined
  return async (region) => {
    decoded ??= decodeImage(bytes, { maxPixels })
    return cropImage(await decoded, region)
  }
}

function areaAtFullSize({ frame, found }: Judged): number {
  const { width, height } = found.face.box
  return (width * height) / frame.scale ** 2
}

async function recognise({ recogniser, watch }: Analysis, frame: Frame, face: Detection): Promise<Judged | undefined> {
  const found = await recogniseFace(recogniser, frame.pyramid, face, watch.nowMs)
  watch.add(found.spent)
  return isFace(recogniser, found) ? { frame, found } : undefined
}

interface Describing extends Pick<RecognisedPicture, 'imageWidth' | 'imageHeight'> {
  readonly measuresShown: boolean
}

function describe({ frame, found }: Judged, { imageWidth, imageHeight, measuresShown }: Describing): RecognisedFace {
  const placed = placeFace(found, frame)
  const scene = {
    landmarks: found.landmarks,
    inPicture: placed.landmarks,
    picture: { width: imageWidth, height: imageHeight },
    gain: frame.gain,
  }
  return { ...placed, shown: measuresShown ? measureShown(frame.pyramid, scene) : undefined }
}
