import { type FaceLikeness, measureFaceLikeness } from '../score/face-likeness.js'
import type { Detection, Detector } from './detect.js'
import type { EmbeddedFace, FacePoints } from './embed.js'
import type { FivePoints } from './five-points.js'
import { findLandmarks, type LandmarkModel, rollOf, turnBetween } from './landmarks.js'
import { lookCloser, rankTurns } from './locate.js'
import type { Pyramid } from './pyramid.js'

/** What of a pack turns a detected face into what it is compared by. */
export interface Recogniser {
  readonly detector: Detector
  readonly landmarks: LandmarkModel
  readonly embed: (pyramid: Pyramid, face: FacePoints) => Promise<EmbeddedFace>
  /** What tells a face from what the detector takes for one; absent where nothing does. */
  readonly faceLikeness?: FaceLikeness | undefined
}

/** Coordinates are pixels of the pyramid's image. */
export interface Recognised {
  readonly face: Detection
  readonly landmarks: Float32Array
  readonly embedded: EmbeddedFace
  readonly alignMs: number
  readonly embedMs: number
}

/** Faces that are turned less from each other than this stand the same way up. */
const SAME_WAY_UP = Math.PI / 4

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
  const { detector } = recogniser
  const first = await embedDetection(recogniser, pyramid, face, nowMs)
  if (first.embedded.upright === undefined) {
    const turned = await turnSurely(detector, pyramid, face)
    return turned ? embedDetection(recogniser, pyramid, turned, nowMs) : first
  }
  let best = first
  const tryTurned = async (turned: Detection): Promise<void> => {
    const next = await embedDetection(recogniser, pyramid, turned, nowMs)
    if (uprightnessOf(next) > uprightnessOf(best)) best = next
  }
  if (uprightnessOf(best) > 0) return best
  for (const turned of await rankTurns(detector, pyramid, face)) {
    await tryTurned(turned)
    if (uprightnessOf(best) > 0) break
  }
  // The box of a look from another side is off; the one along the face's own axis is not.
  const along = await lookCloser(detector, pyramid, best.face, rollOf(best.landmarks))
  if (along) await tryTurned(along)
  return best
}

/** Whether it is a face as far as the pack can tell. */
export function isFace({ faceLikeness }: Recogniser, { embedded }: Recognised): boolean {
  return faceLikeness === undefined || !(measureFaceLikeness(faceLikeness, embedded.parts) < 0)
}

/** The face turned as closer looks see it best; undefined where they are as sure of it as it is, because most faces are upright. */
async function turnSurely(detector: Detector, pyramid: Pyramid, face: Detection): Promise<Detection | undefined> {
  const looks = await rankTurns(detector, pyramid, face)
  const asItIs = looks.find(({ roll }) => turnBetween(roll, face.roll) < SAME_WAY_UP)
  return asItIs && asItIs.score >= detector.kind.sureScore ? undefined : looks[0]
}

function uprightnessOf({ embedded }: Recognised): number {
  return embedded.upright ?? 0
}

async function embedDetection(
  { landmarks: model, embed }: Recogniser,
  pyramid: Pyramid,
  face: Detection,
  nowMs: () => number,
): Promise<Recognised> {
  const startMs = nowMs()
  const landmarks = await findLandmarks(model, pyramid, face)
  const alignedMs = nowMs()
  const embedded = await embed(pyramid, { landmarks, points: fivePoints(face) })
  return { face, landmarks, embedded, alignMs: alignedMs - startMs, embedMs: nowMs() - alignedMs }
}

function fivePoints({ points = [] }: Detection): FivePoints | undefined {
  const [a, b, c, d, e] = points
  return a && b && c && d && e && [a, b, c, d, e]
}
