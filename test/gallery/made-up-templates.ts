import fc from 'fast-check'
import type { Likeness } from '../../src/gallery/template-rows.js'
import { relativeSimilarity } from '../../src/score/cohort.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'
import { seeded } from '../../support/random.js'

/** A template whose numbers the seed tells, read by a cohort as those of faces are. */
export function templateOf(seed: number, columns: number): Likeness {
  const random = seeded(seed)
  const embedding = normalise(Float32Array.from({ length: columns }, () => random() + random() + random() - 1.5))
  const [gain, shift, centre] = [0.8 + 0.4 * random(), 0.04 * random() - 0.02, 0.18]
  return { embedding, cohort: { gain, offset: centre - gain * (centre + shift), centre } }
}

export const seeds = fc.integer({ min: 0, max: 2 ** 31 })

export function similarityOf(a: Likeness, b: Likeness): number {
  return relativeSimilarity(dotProduct(a.embedding, b.embedding), a.cohort, b.cohort)
}
