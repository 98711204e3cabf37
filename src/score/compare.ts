import { mapParts, type PartName, type Template } from '../engine/face.js'
import { calibrate } from './calibration.js'
import { relativeSimilarity } from './cohort.js'
import type { Fit } from './fit.js'
import { dotProduct } from './vectors.js'

/** Similarity of each facial part, 0 to 100. */
export type PartSimilarities = Readonly<Record<PartName, number>>

/** The result of comparing two faces. */
export interface Comparison {
  /**
   * Calibrated score, 0 to 100: of pairs of grown-up strangers of one group and one sex, in the worst of the groups that were measured, one
   * in a thousand reaches 70, one in ten thousand 80, one in a hundred thousand 90.
   */
  readonly similarity: number
  readonly parts: PartSimilarities
  /** Raw cosine similarity of the fused embeddings, -1 to 1. */
  readonly cosine: number
}

/** What the similarity of two faces is read from. */
export type Comparable = Pick<Template, 'packId' | 'embedding' | 'cohort'>

/** Cosine similarity of two faces, and that among their likes. Throws RangeError when they were made by different model packs. */
export function measureSimilarity(
  a: Comparable,
  b: Comparable,
): { readonly cosine: number; readonly relative: number } {
  if (a.packId !== b.packId) {
    throw new RangeError(`Expected two faces of one model pack but received ${a.packId} and ${b.packId}`)
  }
  const cosine = dotProduct(a.embedding, b.embedding)
  return { cosine, relative: relativeSimilarity(cosine, a.cohort, b.cohort) }
}

/** Compares two faces. Symmetric. Throws RangeError when they were made by different model packs. */
export function compareFaces(a: Template, b: Template, fit: Fit): Comparison {
  const { cosine, relative } = measureSimilarity(a, b)
  return {
    similarity: calibrate(fit.calibration, relative),
    parts: mapParts((part) => calibrate(fit.parts[part].calibration, dotProduct(a.parts[part], b.parts[part]))),
    cosine,
  }
}
