import { FaceCompareError } from '../errors.js'
import { embedFace } from '../pipeline/embed.js'
import type { Recogniser } from '../pipeline/recognise.js'
import { NO_COHORT, scaleByCohort } from '../score/cohort.js'
import { compareFaces } from '../score/compare.js'
import { rateQuality } from '../score/quality.js'
import { directionFrom } from '../score/vectors.js'
import { analyzePicture } from './analyze-picture.js'
import type { FaceEngine } from './engine.js'
import { type Face, mapParts } from './face.js'
import { openPack } from './open-pack.js'
import type { EngineOptions } from './options.js'
import type { PackNumbers } from './pack-numbers.js'

/** The engine in this process: `analyze` blocks its thread while a network runs, and rejects with INTERNAL after `close`. */
export async function createEngine({
  maxPixels,
  ...options
}: EngineOptions): Promise<FaceEngine & { readonly numbers: PackNumbers }> {
  const { detector, landmarks, embedders, numbers, close } = await openPack(options)
  const { id, fit, quality } = numbers
  const recogniser: Recogniser = {
    detector,
    landmarks,
    embed: (pyramid, face) => embedFace(embedders, pyramid, face),
    faceLikeness: numbers.faceLikeness,
  }
  const analyzing = { maxPixels, measuresShown: quality !== undefined, nowMs: () => performance.now() }

  const underWay = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined

  async function analyzeOne(bytes: Uint8Array): Promise<Face> {
    const { embedded, shown, ...found } = await analyzePicture(bytes, recogniser, analyzing)
    const { embedding, parts } = embedded
    return {
      ...found,
      packId: id,
      embedding,
      quality: quality && shown && rateQuality(quality, embedded, shown),
      cohort: fit.cohort ? scaleByCohort(fit.cohort, embedding) : NO_COHORT,
      parts: mapParts((part) => directionFrom(fit.parts[part].mean, parts[part])),
    }
  }

  async function analyze(bytes: Uint8Array): Promise<Face> {
    if (closed) throw new FaceCompareError('INTERNAL', 'The engine has been closed.')
    const face = analyzeOne(bytes)
    underWay.add(face)
    try {
      return await face
    } finally {
      underWay.delete(face)
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

  const { leastQuality } = numbers
  return { analyze, leastQuality, compare: (a, b) => compareFaces(a, b, fit), numbers, close: endOnce }
}
