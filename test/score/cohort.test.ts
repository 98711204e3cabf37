import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_FIT_FILE, readFitFile } from '../../src/packs/fit-file.js'
import { EFFORTS, type Effort } from '../../src/pipeline/effort.js'
import {
  type Cohort,
  type CohortScale,
  headOfCohort,
  measureNearest,
  NO_COHORT,
  projectOnto,
  relativeSimilarity,
  scaleByCohort,
} from '../../src/score/cohort.js'

/** Twenty members in the plane, one head number and one axis; the embeddings have three numbers. */
function makeCohort(degrees: readonly number[]): Cohort {
  const members = degrees.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)])
  return { head: 1, axes: Float32Array.of(0.6, 0.8), members: Float32Array.from(members), mean: 0.5, deviation: 0.1 }
}

/** As they come from a cohort: the reading of equal embeddings lies above the centre. */
const scaleAround = (centre: number) =>
  fc
    .record({
      gain: fc.double({ min: 0.5, max: 1.6, noNaN: true }),
      shift: fc.double({ min: -0.02, max: 0.02, noNaN: true }),
    })
    .map(({ gain, shift }): CohortScale => ({ gain, offset: centre - gain * (centre + shift), centre }))
const scales = fc
  .double({ min: 0, max: 0.95, noNaN: true })
  .chain((centre) => fc.tuple(scaleAround(centre), scaleAround(centre)))

describe('measureNearest', () => {
  it('looks at the most similar members alone, along the axes', () => {
    // 15 % of 20 are three: the embedding points along the axis, at 90 degrees.
    const cohort = makeCohort([80, 90, 100, ...Array.from({ length: 17 }, (_, i) => 200 + i)])
    const { mean, deviation } = measureNearest(cohort, Float32Array.of(0, 0.6, 0.8))
    const similar = Math.sin((80 * Math.PI) / 180)
    expect(mean).toBeCloseTo((1 + 2 * similar) / 3, 6)
    expect(deviation).toBeCloseTo(Math.sqrt((1 + 2 * similar ** 2) / 3 - ((1 + 2 * similar) / 3) ** 2), 4)
  })

  it('finds the most similar of many in any order, with equals among them', () => {
    const circle = fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 7, maxLength: 120 })
    fc.assert(
      fc.property(circle, (degrees) => {
        const cohort = makeCohort(degrees)
        const { mean } = measureNearest(cohort, Float32Array.of(1, 0, 0))
        const count = Math.round(0.15 * degrees.length)
        const nearest = degrees.map((angle) => Math.cos((angle * Math.PI) / 180)).toSorted((p, q) => q - p)
        expect(mean).toBeCloseTo(nearest.slice(0, count).reduce((sum, value) => sum + value, 0) / count, 5)
      }),
    )
  })

  it('projects what is not of the head', () => {
    expect([...projectOnto(makeCohort([0]), Float32Array.of(0.25, 1, 0.5))]).toEqual([
      0.25,
      expect.closeTo(0.6 + 0.4, 6),
    ])
  })
})

describe('projectOnto', () => {
  it.each([1, 7, 8, 24, 1024])('multiplies axes of %i numbers', (length) => {
    const axes = Float32Array.from({ length: 5 * length }, (_, i) => Math.sin(i))
    const embedding = Float32Array.from({ length: 3 + length }, (_, i) => Math.cos(3 * i))
    const expected = [0, 1, 2, 3, 4].map((axis) =>
      axes.subarray(axis * length, (axis + 1) * length).reduce((sum, value, i) => sum + value * embedding[3 + i]!, 0),
    )
    const projected = projectOnto({ head: 3, axes }, embedding)
    expect([...projected.subarray(0, 3)]).toEqual([...embedding.subarray(0, 3)])
    expect([...projected.subarray(3)]).toEqual(expected.map((value) => expect.closeTo(value, 4)))
  })
})

describe('scaleByCohort', () => {
  it('leaves an average face as it is', () => {
    const cohort = makeCohort([0, 40, 80, 120, 160, 200, 240])
    const embedding = Float32Array.of(0.8, 0.36, 0.48)
    const { gain, offset } = scaleByCohort({ ...cohort, ...measureNearest(cohort, embedding) }, embedding)
    expect(gain).toBeCloseTo(1, 6)
    expect(offset).toBeCloseTo(0, 6)
  })

  it('reads the similarities of a face that resembles many as less', () => {
    const cohort = makeCohort([80, 85, 90, 95, 100, 105, 110])
    const common = scaleByCohort(cohort, Float32Array.of(0, 0.6, 0.8))
    const rare = scaleByCohort(cohort, Float32Array.of(1, 0, 0))
    const average = cohort.mean
    expect(common.gain * average + common.offset).toBeLessThan(rare.gain * average + rare.offset)
  })
})

describe('relativeSimilarity', () => {
  it('is the cosine similarity where there is no cohort', () => {
    for (const cosine of [-1, -0.5, 0, 0.85, 0.95, 1]) {
      expect(relativeSimilarity(cosine, NO_COHORT, NO_COHORT)).toBeCloseTo(cosine, 12)
    }
  })

  it('is symmetric, stays in its range, never falls with rising cosine, and is exactly 1 for equal embeddings', () => {
    const cosine = fc.double({ min: -1, max: 1, noNaN: true })
    fc.assert(
      fc.property(scales, cosine, cosine, ([a, b], c, d) => {
        const [low, high] = [Math.min(c, d), Math.max(c, d)]
        const [atLow, atHigh] = [relativeSimilarity(low, a, b), relativeSimilarity(high, a, b)]
        expect(atLow).toBeLessThanOrEqual(atHigh + 1e-12)
        expect(Math.abs(atLow)).toBeLessThanOrEqual(1)
        expect(relativeSimilarity(low, b, a)).toBe(atLow)
        expect(relativeSimilarity(1, a, b)).toBeCloseTo(1, 12)
      }),
    )
  })
})

describe('headOfCohort', () => {
  it('keeps the first numbers of each member, at unit length', () => {
    const members = Float32Array.of(3, 4, 7, 0, 2, 9)
    const { head, axes, members: heads } = headOfCohort({ head: 2, axes: Float32Array.of(0.6, 0.8), members }, 2)
    expect([head, axes.length]).toEqual([2, 0])
    expect([...heads]).toEqual([0.6, 0.8, 0, 1].map((value) => expect.closeTo(value, 6)))
  })
})

describe("the default pack's cohort", () => {
  it('is one for all efforts, of which fast has the head alone', async () => {
    const cohortOf = async (effort: Effort) => (await readFitFile(DEFAULT_FIT_FILE, effort)).fit.cohort!
    const [fast, full, best] = [await cohortOf('fast'), await cohortOf('default'), await cohortOf('best')]
    expect(best.members).toEqual(full.members)
    const width = projectOnto(full, new Float32Array(128 + 1024)).length
    const size = full.members.length / width
    expect(size).toBeGreaterThanOrEqual(500)
    expect(fast.members.length).toBe(size * 128)
    expect(projectOnto(fast, new Float32Array(128)).length).toBe(128)
  })

  it('bends the similarities of average faces above every threshold that matters', async () => {
    for (const effort of EFFORTS) {
      const { fit } = await readFitFile(DEFAULT_FIT_FILE, effort)
      const average = { gain: 1.1, offset: fit.cohort!.mean * (1 - 1.1), centre: fit.cohort!.mean }
      const thresholds = fit.calibration.filter(([, score]) => score <= 90).map(([similarity]) => similarity)
      const highest = Math.max(...thresholds)
      // Not bent, a cosine comes to its reading.
      const cosine = (highest - average.offset) / average.gain
      expect(relativeSimilarity(cosine, average, average)).toBeCloseTo(highest, 9)
    }
  })
})
