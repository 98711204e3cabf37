import { FaceCompareError } from '../errors.js'
import { type DecodedImage, decodeDraft, decodeImage, decodeRegion, type Region } from '../image/decode.js'
import type { Detection, Detector } from '../pipeline/detect.js'
import type { EmbeddedFace } from '../pipeline/embed.js'
import { expose, measureGain } from '../pipeline/exposure.js'
import { rollOf } from '../pipeline/landmarks.js'
import { isAtLeast, type Located, locateFaces, rankTurns, searchFaces } from '../pipeline/locate.js'
import { Pyramid } from '../pipeline/pyramid.js'
import { isFace, type Recognised, type Recogniser, recogniseFace } from '../pipeline/recognise.js'
import { measureShown, type Shown } from '../pipeline/shown.js'
import type { Box, Stages } from './face.js'

/**
 * Width times height that pictures are decoded to: of a picture of 40 megapixels a face of 100 pixels is still 20 wide, as
 * wide as the detector sees well.
 */
export const MAX_DECODED_AREA = 1_600_000

/** The longer side of a face, in pixels, below which its aligned image would show more than there is. */
const SHARP_SIDE = 112
/** What is cut out of the full-size picture, in longer sides of the face: all that an aligned face shows, however it is turned. */
const CUT_SIDE = 2

export interface AnalysedPicture {
  readonly embedded: EmbeddedFace
  /** Where the face is, in pixels of the upright full-size picture. */
  readonly box: Box
  /** 68 points in the same pixels, x and y in turn. */
  readonly landmarks: Float32Array
  readonly detectionScore: number
  /** Degrees, clockwise positive. */
  readonly rollDegrees: number
  readonly shown: Shown
  readonly faceCount: number
  readonly imageWidth: number
  readonly imageHeight: number
  readonly stages: Stages
}

export interface AnalyzeOptions {
  readonly maxPixels: number
  /** A monotonic clock. */
  readonly nowMs: () => number
}

/**
 * An image, and where its pixels are in the full-size picture: `x` and `y` of its corner, and its pixels for one of that. Of a dark
 * picture they are brightened by `gain`.
 */
interface Frame {
  readonly pyramid: Pyramid
  readonly gain: number
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** So many candidates whose parts tell that they are no faces are enough to say that a picture shows none. */
const MOST_CANDIDATES = 8

/**
 * The most prominent face of an image file; what the detector takes for one and its parts are not is passed over. Throws
 * what {@link decodeImage} throws, and FACE_NOT_DETECTED.
 */
export async function analyzePicture(
  bytes: Uint8Array,
  recogniser: Recogniser,
  { maxPixels, nowMs }: AnalyzeOptions,
): Promise<AnalysedPicture> {
  const watch = new Stopwatch(nowMs)
  const { detector } = recogniser
  let candidates = 0
  for await (const { image, whole, located } of findInFile(bytes, detector, maxPixels, watch)) {
    const { frame, face } = await sharpen(bytes, whole, located.chosen, { detector, maxPixels, watch, image })
    const found = await recogniseFace(recogniser, frame.pyramid, face, nowMs)
    if (!isFace(recogniser, found)) {
      if (++candidates === MOST_CANDIDATES) break
      continue
    }
    const { alignMs, embedMs } = found
    const stages = { decodeMs: watch.decodeMs, detectMs: watch.detectMs, alignMs, embedMs }
    const { sourceWidth: imageWidth, sourceHeight: imageHeight } = image
    const placed = placeFace(found, frame)
    const shown = measureShown(frame.pyramid, {
      landmarks: found.landmarks,
      inPicture: placed.landmarks,
      picture: { width: imageWidth, height: imageHeight },
      gain: frame.gain,
    })
    return { ...placed, shown, faceCount: located.faces.length, imageWidth, imageHeight, stages }
  }
  throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
}

/** Adds up what one picture takes. */
class Stopwatch {
  decodeMs = 0
  detectMs = 0
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  decoding<T>(work: () => Promise<T>): Promise<T> {
    return this.#time(work, (ms) => {
      this.decodeMs += ms
    })
  }

  detecting<T>(work: () => Promise<T>): Promise<T> {
    return this.#time(work, (ms) => {
      this.detectMs += ms
    })
  }

  async #time<T>(work: () => Promise<T>, add: (ms: number) => void): Promise<T> {
    const startMs = this.#nowMs()
    const result = await work()
    add(this.#nowMs() - startMs)
    return result
  }
}

interface FoundInFile {
  readonly image: DecodedImage
  /** All of it. */
  readonly whole: Frame
  readonly located: Located
}

/**
 * By a small version of a large photograph when its most prominent face is large enough there, else by all that the search needs;
 * what comes next is what is most prominent when the one before is none.
 */
async function* findInFile(
  bytes: Uint8Array,
  detector: Detector,
  maxPixels: number,
  watch: Stopwatch,
): AsyncGenerator<FoundInFile> {
  const limits = { maxPixels, maxArea: MAX_DECODED_AREA }
  const draft = await watch.decoding(() => decodeDraft(bytes, limits))
  if (draft) {
    const whole = frameOf(draft)
    const located = await watch.detecting(() => locateFaces(detector, whole.pyramid, { leastSide: SHARP_SIDE }))
    if (located && isAtLeast(SHARP_SIDE, located.chosen)) yield { image: draft, whole, located }
  }
  const image = await watch.decoding(() => decodeImage(bytes, limits))
  const whole = frameOf(image)
  const search = searchFaces(detector, whole.pyramid)
  for (;;) {
    const next = await watch.detecting(() => search.next())
    if (next.done) return
    yield { image, whole, located: next.value }
  }
}

function frameOf(image: DecodedImage): Frame {
  const gain = measureGain(image)
  return { pyramid: new Pyramid(expose(image, gain)), gain, x: 0, y: 0, scale: image.scale }
}

/** The face where it has as many pixels as there are: cut out of the full-size picture when the shrunk one shows it too small. */
async function sharpen(
  bytes: Uint8Array,
  whole: Frame,
  face: Detection,
  context: { detector: Detector; maxPixels: number; watch: Stopwatch; image: DecodedImage },
): Promise<{ readonly frame: Frame; readonly face: Detection }> {
  const { detector, maxPixels, watch, image } = context
  if (whole.scale === 1 || isAtLeast(SHARP_SIDE, face)) return { frame: whole, face }
  const region = regionAround(face.box, image)
  const cut = await watch.decoding(() => decodeRegion(bytes, region, { maxPixels }))
  const { gain } = whole
  const frame: Frame = { pyramid: new Pyramid(expose(cut, gain)), gain, x: region.left, y: region.top, scale: 1 }
  const moved = moveFace(face, whole, frame)
  // On more pixels the detector places it better.
  const [closer = moved] = await watch.detecting(() => rankTurns(detector, frame.pyramid, moved))
  return { frame, face: closer }
}

function regionAround({ x, y, width, height }: Box, { sourceWidth, sourceHeight, scale }: DecodedImage): Region {
  const half = (CUT_SIDE * Math.max(width, height)) / 2 / scale
  const [centreX, centreY] = [(x + width / 2) / scale, (y + height / 2) / scale]
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))
  const left = clamp(Math.floor(centreX - half), sourceWidth - 1)
  const top = clamp(Math.floor(centreY - half), sourceHeight - 1)
  return {
    left,
    top,
    width: Math.max(1, clamp(Math.ceil(centreX + half), sourceWidth) - left),
    height: Math.max(1, clamp(Math.ceil(centreY + half), sourceHeight) - top),
  }
}

function moveFace(face: Detection, from: Frame, to: Frame): Detection {
  const ratio = to.scale / from.scale
  const x = (value: number) => (value / from.scale + from.x - to.x) * to.scale
  const y = (value: number) => (value / from.scale + from.y - to.y) * to.scale
  const { box, points } = face
  const moved = { x: x(box.x), y: y(box.y), width: box.width * ratio, height: box.height * ratio }
  return { ...face, box: moved, ...(points && { points: points.map((p) => ({ x: x(p.x), y: y(p.y) })) }) }
}

function placeFace({ face, landmarks, embedded }: Recognised, { x, y, scale }: Frame) {
  const { box, score } = face
  return {
    embedded,
    box: { x: box.x / scale + x, y: box.y / scale + y, width: box.width / scale, height: box.height / scale },
    landmarks: landmarks.map((value, i) => value / scale + (i % 2 === 0 ? x : y)),
    detectionScore: score,
    rollDegrees: (rollOf(landmarks) * 180) / Math.PI,
  }
}
