import { FaceCompareError } from '../errors.js'
import { estimateAppearance } from '../pipeline/appearance.js'
import { embedFace } from '../pipeline/embed.js'
import { measurePose } from '../pipeline/pose.js'
import type { Recogniser } from '../pipeline/recognise.js'
import { NO_COHORT, scaleByCohort } from '../score/cohort.js'
import { compareFaces } from '../score/compare.js'
import { rateQuality } from '../score/quality.js'
import { directionFrom, lengthOf } from '../score/vectors.js'
import { analyzeWith, type FaceEngine } from './engine.js'
import {
  type FaceAttributes,
  type FacesInPicture,
  type FindOptions,
  type FoundFace,
  mapParts,
  type Template,
} from './face.js'
import { findFaces, type RecognisedFace } from './find-faces.js'
import { openPack } from './open-pack.js'
import type { EngineOptions } from './options.js'
import type { PackNumbers } from './pack-numbers.js'

/** The engine in this process: `findFaces` and `analyze` block its thread while a network runs, and reject with INTERNAL after `close`. */
export async function createEngine({
  maxPixels,
  ...options
}: EngineOptions): Promise<FaceEngine & { readonly numbers: PackNumbers }> {
  const { detector, landmarks, embedders, numbers, close } = await openPack(options)
  const { fit, quality, leastQuality } = numbers
  const recogniser: Recogniser = {
    detector,
    landmarks,
    embed: (pyramid, face) => embedFace(embedders, pyramid, face),
    faceLikeness: numbers.faceLikeness,
  }
  const finding = { maxPixels, measuresShown: quality !== undefined, nowMs: () => performance.now() }

  const underWay = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined

  async function find(bytes: Uint8Array, { which, attributes, templates }: FindOptions): Promise<FacesInPicture> {
    const { faces, ...picture } = await findFaces(bytes, recogniser, { ...finding, which })
    const describe = ({ embedded, shown, ...seen }: RecognisedFace): FoundFace => ({
      ...seen,
      quality: quality && shown && rateQuality(quality, embedded, shown),
      ...(templates && { template: makeTemplate(numbers, embedded) }),
      ...(attributes && { attributes: tellAttributes(numbers, { embedded, landmarks: seen.landmarks }) }),
    })
    return { ...picture, faces: faces.map(describe) }
  }

  const findUnlessClosed: FaceEngine['findFaces'] = async (bytes, options) => {
    if (closed) throw new FaceCompareError('INTERNAL', 'The engine has been closed.')
    const found = find(bytes, options)
    underWay.add(found)
    try {
      return await found
    } finally {
      underWay.delete(found)
    }
  }

  /** Networks are freed when none of them runs. */
  async function freeWhenIdle(): Promise<void> {
    await Promise.allSettled(underWay)
    await close()
  }

  function endOnce(): Promise<void> {
    closed ??= freeWhenIdle()
    return closed
  }

  return {
    findFaces: findUnlessClosed,
    analyze: analyzeWith(findUnlessClosed),
    leastQuality,
    tellsAttributes: numbers.appearance !== undefined,
    compare: (a, b) => compareFaces(a, b, fit),
    numbers,
    close: endOnce,
  }
}

function makeTemplate({ id, fit }: PackNumbers, { embedding, parts, raw }: RecognisedFace['embedded']): Template {
  return {
    packId: id,
    embedding,
    cohort: fit.cohort ? scaleByCohort(fit.cohort, embedding, lengthOf(raw)) : NO_COHORT,
    parts: mapParts((part) => directionFrom(fit.parts[part].mean, parts[part])),
  }
}

/** Throws POSE_FAILED and what {@link estimateAppearance} throws. */
function tellAttributes(
  { appearance }: PackNumbers,
  { embedded, landmarks }: Pick<RecognisedFace, 'embedded' | 'landmarks'>,
): FaceAttributes {
  return { ...measurePose(landmarks), ...estimateAppearance(appearance, embedded.parts) }
}
