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

/** The engine in this process: `analyze` blocks its thread while a network runs. */
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

  async function analyze(bytes: Uint8Array): Promise<Face> {
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

  const { leastQuality } = numbers
  return { analyze, leastQuality, compare: (a, b) => compareFaces(a, b, fit), numbers, close }
}
