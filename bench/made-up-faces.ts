import type { Likeness } from '../src/gallery/template-rows.js'
import { normalise } from '../src/score/vectors.js'
import { seeded } from '../support/random.js'

/** Numbers of an embedding: a power of two. */
export const COLUMNS = 512
/** Faces lie around centres, as people of one descent, sex and age do. */
const CENTRES = 200
/** Mean cosine similarity of two strangers of one centre. */
const LIKENESS_OF_CENTRE = 0.15
/** Embeddings differ as if they had 100 independent numbers: cosine similarities of strangers deviate by 0.1, as the default pack's do. */
const DECAY = 100
/** Cosine similarities of a genuine probe to its template. */
const GENUINE = { mean: 0.6, deviation: 0.12, least: 0.3, most: 0.98 } as const
/** How much the gains and the means of cohorts differ, and their mean: about as the default pack has them. */
const COHORT = { deviation: 0.11, shift: 0.02, centre: 0.18 } as const

const centres = Array.from({ length: CENTRES }, (_, i) => directionOf(seeded(1_000_000_000 + i)))

/** Made-up face number `i`, from 0: always the same. */
export function makeUpFace(i: number): Likeness {
  const random = seeded(i)
  return { embedding: around(centreOf(i), LIKENESS_OF_CENTRE ** 0.5, random), cohort: cohortOf(random) }
}

/** Another picture of face `i`. */
export function makeUpProbe(i: number): Likeness {
  const random = seeded(2_000_000_000 + i)
  const cosine = GENUINE.mean + GENUINE.deviation * gaussian(random)
  const within = Math.min(GENUINE.most, Math.max(GENUINE.least, cosine))
  return { embedding: around(makeUpFace(i).embedding, within, random), cohort: cohortOf(random) }
}

/** A unit vector whose cosine similarity to another one is about this. */
function around(centre: Float32Array, cosine: number, random: () => number): Float32Array {
  const rest = Math.sqrt(1 - cosine * cosine)
  const own = directionOf(random)
  return normalise(own.map((value, i) => rest * value + cosine * (centre[i] ?? 0)))
}

function centreOf(i: number): Float32Array {
  return centres[i % CENTRES] ?? new Float32Array(COLUMNS)
}

/** A unit vector whose variance falls from one principal axis to the next; these lie across the numbers, as a network's do. */
function directionOf(random: () => number): Float32Array {
  const vector = new Float32Array(COLUMNS)
  for (let i = 0; i < COLUMNS; i++) vector[i] = gaussian(random) * Math.exp(-i / DECAY)
  return normalise(turn(vector))
}

/** Walsh-Hadamard transform, in place: turns all axes without changing any angle. */
function turn(vector: Float32Array): Float32Array {
  for (let half = 1; half < vector.length; half *= 2) {
    for (let start = 0; start < vector.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const [a, b] = [vector[i]!, vector[i + half]!]
        vector[i] = a + b
        vector[i + half] = a - b
      }
    }
  }
  return vector
}

function cohortOf(random: () => number) {
  const gain = Math.exp(COHORT.deviation * gaussian(random))
  return {
    gain,
    offset: COHORT.centre - gain * (COHORT.centre + COHORT.shift * gaussian(random)),
    centre: COHORT.centre,
  }
}

/** Mean 0, deviation 1: near enough to a normal distribution. */
function gaussian(random: () => number): number {
  return 2 * (random() + random() + random() - 1.5)
}
