import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toByteRows } from '../../src/pipeline/matrix.js'
import {
  type Cohort,
  type CohortScale,
  measureNearest,
  NO_COHORT,
  relativeSimilarity,
  scaleByCohort,
} from '../../src/score/cohort.js'

/** Of an average face's embedding. */
const LENGTH = 3

/** Members in the plane, at these angles. */
function makeCohort(degrees: readonly number[], more: Partial<Cohort> = {}): Cohort {
  return {
    members: toByteRows(degrees.map(direction), 2),
    nearestShare: 0.15,
    mean: 0.5,
    deviation: 0.1,
    length: LENGTH,
    ...more,
  }
}

function direction(degrees: number): Float32Array {
  return Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180))
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
  it('looks at the most similar members alone', () => {
    // 15 % of 20 are three.
    const cohort = makeCohort([80, 90, 100, ...Array.from({ length: 17 }, (_, i) => 200 + i)])
    const { mean, deviation } = measureNearest(cohort, direction(90))
    const similar = Math.sin((80 * Math.PI) / 180)
    expect(mean).toBeCloseTo((1 + 2 * similar) / 3, 6)
    expect(deviation).toBeCloseTo(Math.sqrt((1 + 2 * similar ** 2) / 3 - ((1 + 2 * similar) / 3) ** 2), 4)
  })

  it('finds the most similar of many in any order, with equals among them', () => {
    const circle = fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 7, maxLength: 120 })
    fc.assert(
      fc.property(circle, (degrees) => {
        const cohort = makeCohort(degrees)
        const { mean } = measureNearest(cohort, direction(0))
        const count = Math.round(0.15 * degrees.length)
        const nearest = degrees.map((angle) => Math.cos((angle * Math.PI) / 180)).toSorted((p, q) => q - p)
        // Members are kept to eight bits.
        expect(mean).toBeCloseTo(nearest.slice(0, count).reduce((sum, value) => sum + value, 0) / count, 2)
      }),
    )
  })
})

describe('scaleByCohort', () => {
  it('refuses an embedding of another length than its members have', () => {
    expect(() => scaleByCohort(makeCohort([0, 30, 60, 90]), new Float32Array(4), LENGTH)).toThrow(
      'Expected a vector of 2 numbers but received 4',
    )
  })

  it('leaves an average face as it is', () => {
    const cohort = makeCohort([0, 40, 80, 120, 160, 200, 240], { nearestShare: 0.5 })
    const embedding = direction(37)
    const { gain, offset } = scaleByCohort({ ...cohort, ...measureNearest(cohort, embedding) }, embedding, LENGTH)
    expect(gain).toBeCloseTo(1, 6)
    expect(offset).toBeCloseTo(0, 6)
  })

  it('brings the likes of every face to the mean and the deviation of those of an average one', () => {
    const embedding = direction(10)
    const cohort = makeCohort([0, 30, 60, 90], { nearestShare: 0.5 })
    const { mean, deviation } = measureNearest(cohort, embedding)
    const { gain, offset, centre } = scaleByCohort(cohort, embedding, LENGTH)
    expect(gain * mean + offset).toBeCloseTo(cohort.mean, 6)
    expect(gain * deviation).toBeCloseTo(cohort.deviation, 6)
    expect(centre).toBe(cohort.mean)
  })

  it('reads the similarities of a face that resembles many as less', () => {
    const cohort = makeCohort([80, 85, 90, 95, 100, 105, 110], { nearestShare: 0.5 })
    const common = scaleByCohort(cohort, direction(90), LENGTH)
    const rare = scaleByCohort(cohort, direction(270), LENGTH)
    const average = cohort.mean
    expect(common.gain * average + common.offset).toBeLessThan(rare.gain * average + rare.offset)
  })
})

describe('the length of an embedding', () => {
  const cohort = makeCohort([0, 30, 60, 90], { nearestShare: 0.5 })
  const read = (length: number, cosine: number) => {
    const scale = scaleByCohort(cohort, direction(10), length)
    return relativeSimilarity(cosine, scale, scale)
  }

  it('says how well a face is seen: the longer, the less its similarities are read as', () => {
    const readings = [2.7, 3, 3.6, 4.2].map((length) => read(length, 0.97))
    expect(readings).toEqual(readings.toSorted((p, q) => q - p))
    expect(new Set(readings).size).toBe(4)
  })

  it('makes no more of what is hardly seen at all, nor less of what no face is', () => {
    for (const length of [0, 0.5, 1]) expect(read(length, 0.97)).toBe(read(2, 0.97))
    for (const length of [9, 100]) expect(read(length, 0.97)).toBe(read(5, 0.97))
  })

  it('leaves equal embeddings equal', () => {
    for (const length of [0, 3, 9]) expect(read(length, 1)).toBeCloseTo(1, 12)
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
