import type { Stages } from '../engine/face.js'
import { measureParts, type PartsMeasure } from '../score/parts-measure.js'
import type { Detection, Detector } from './detect.js'
import type { EmbeddedFace, FacePoints } from './embed.js'
import type { FivePoints } from './five-points.js'
import { findLandmarks, type LandmarkModel, rollOf, turnBetween } from './landmarks.js'
import { lookCloser, rankTurns } from './locate.js'
import type { Pyramid } from './pyramid.js'
import { Stopwatch } from './stopwatch.js'

/** What of a pack turns a detected face into what it is compared by. */
export interface Recogniser {
  readonly detector: Detector
  readonly landmarks: LandmarkModel
  readonly embed: (pyramid: Pyramid, face: FacePoints) => Promise<EmbeddedFace>
  /** What tells a face from what the detector takes for one; absent where nothing does. */
  readonly faceLikeness?: PartsMeasure | undefined
}

/** Coordinates are pixels of the pyramid's image. */
export interface Recognised {
  readonly face: Detection
  readonly landmarks: Float32Array
  readonly embedded: EmbeddedFace
  /** Milliseconds spent in each stage, those on what was tried in vain included. */
  readonly spent: Omit<Stages, 'decodeMs'>
}

/** Faces that are turned less from each other than this stand the same way up. */
const SAME_WAY_UP = Math.PI / 4

/** A face measures about 1, of 600 portraits of DevTrain none less than 0.4. What is none and yet passes for a face mostly measures less than this. */
const HARDLY_LIKE = 0.3

/**
 * Finds the landmarks of a face and embeds it. One look at a portrait does not tell whether it is upside down, and the landmark
 * network makes an upright face of anything. But the embedding tells, and where it says no the face is tried as closer looks show
 * it the other ways up. Where the pack has no such measure, those looks decide. `nowMs` is a monotonic clock.
 */
export async function recogniseFace(
  recogniser: Recogniser,
  pyramid: Pyramid,
  face: Detection,
  nowMs: () => number,
): Promise<Recognised> {
  const watch = new Stopwatch(nowMs)
  const embedAs = (detection: Detection) => embedDetection(recogniser, pyramid, detection, watch)
  const first = await embedAs(face)
  const isTold = first.embedded.upright !== undefined
  const best = isTold
    ? await turnByEmbedding(recogniser.detector, { pyramid, first, watch, embedAs })
    : await turnByLooks(recogniser.detector, { pyramid, first, watch, embedAs })
  return { ...best, spent: watch.spent }
}

/** A face as it was tried. */
type Tried = Omit<Recognised, 'spent'>

interface Trying {
  readonly pyramid: Pyramid
  readonly first: Tried
  readonly watch: Stopwatch
  readonly embedAs: (face: Detection) => Promise<Tried>
}

async function turnByEmbedding(detector: Detector, { pyramid, first, watch, embedAs }: Trying): Promise<Tried> {
  let best = first
  const tryTurned = async (turned: Detection): Promise<void> => {
    const next = await embedAs(turned)
    if (uprightnessOf(next) > uprightnessOf(best)) best = next
  }
  if (uprightnessOf(best) > 0) return best
  for (const turned of await watch.time('detectMs', () => rankTurns(detector, pyramid, first.face))) {
    await tryTurned(turned)
    if (uprightnessOf(best) > 0) break
  }
  // The box of a look from another side is off; the one along the face's own axis is not.
  const { face, landmarks } = best
  const along = await watch.time('detectMs', () => lookCloser(detector, pyramid, face, rollOf(landmarks)))
  if (along) await tryTurned(along)
  return best
}

async function turnByLooks(detector: Detector, { pyramid, first, watch, embedAs }: Trying): Promise<Tried> {
  const turned = await watch.time('detectMs', () => turnSurely(detector, pyramid, first.face))
  return turned ? embedAs(turned) : first
}

/** Whether it is a face as far as the pack can tell. */
export function isFace({ faceLikeness }: Recogniser, { embedded }: Tried): boolean {
  return faceLikeness === undefined || !(measureParts(faceLikeness, embedded.parts) < 0)
}

/**
 * Whether the detector is not sure of it, it stands upright in no way that was tried, and its parts are hardly those of a face: of what
 * passes for a face this is seldom one, unless it is shown very poorly.
 */
export function isHardlyFace({ detector, faceLikeness }: Recogniser, tried: Tried): boolean {
  if (tried.face.score >= detector.kind.sureScore || uprightnessOf(tried) > 0) return false
  return faceLikeness !== undefined && measureParts(faceLikeness, tried.embedded.parts) < HARDLY_LIKE
}

/** The face turned as closer looks see it best; undefined where they are as sure of it as it is, because most faces are upright. */
async function turnSurely(detector: Detector, pyramid: Pyramid, face: Detection): Promise<Detection | undefined> {
  const looks = await rankTurns(detector, pyramid, face)
  const asItIs = looks.find(({ roll }) => turnBetween(roll, face.roll) < SAME_WAY_UP)
  return asItIs && asItIs.score >= detector.kind.sureScore ? undefined : looks[0]
}

function uprightnessOf({ embedded }: Tried): number {
  return embedded.upright ?? 0
}

async function embedDetection(
  { landmarks: model, embed }: Recogniser,
  pyramid: Pyramid,
  face: Detection,
  watch: Stopwatch,
): Promise<Tried> {
  const landmarks = await watch.time('alignMs', () => findLandmarks(model, pyramid, face))
  const embedded = await watch.time('embedMs', () => embed(pyramid, { landmarks, points: fivePoints(face) }))
  return { face, landmarks, embedded }
}

function fivePoints({ points = [] }: Detection): FivePoints | undefined {
  const [a, b, c, d, e] = points
  return a && b && c && d && e && [a, b, c, d, e]
}
