import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toByteRows } from '../../src/pipeline/matrix.js'
import {
  type Cohort,
  type CohortScale,
  measureLikes,
  NO_COHORT,
  relativeSimilarity,
  scaleByCohort,
} from '../../src/score/cohort.js'
import { seeded } from '../../support/random.js'

/** Of an average face's embedding. */
const LENGTH = 3

interface PlaneClass {
  readonly share: number
  readonly mean: readonly [number, number]
  readonly directions?: readonly (readonly [number, number])[]
  readonly evenVariance?: number
}

/** Classes in the plane. */
function makeCohort(classes: readonly PlaneClass[], more: Partial<Cohort> = {}): Cohort {
  const rows = classes.flatMap(({ mean, directions = [] }) => [mean, ...directions])
  return {
    classes: classes.map(({ share, directions = [], evenVariance = 0 }) => ({
      share,
      directions: directions.length,
      evenVariance,
    })),
    rows: toByteRows(
      rows.map((row) => Float32Array.from(row)),
      2,
    ),
    likes: { hundredth: 0.5, tenThousandth: 0.7 },
    length: LENGTH,
    ...more,
  }
}

const ALONG: PlaneClass = { share: 1, mean: [0.3, 0.1], directions: [[0.1, 0]], evenVariance: 0.0025 }
const TWO: readonly PlaneClass[] = [
  { ...ALONG, share: 0.75 },
  { share: 0.25, mean: [0, 0.5], evenVariance: 0.01 },
]

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

describe('measureLikes', () => {
  it('tells the quantiles of a normal distribution', () => {
    const { hundredth, tenThousandth } = measureLikes(makeCohort([ALONG]), direction(0))
    const deviation = Math.sqrt(0.1 ** 2 + 0.0025)
    expect(hundredth).toBeCloseTo(0.3 + 2.3263 * deviation, 3)
    expect(tenThousandth).toBeCloseTo(0.3 + 3.719 * deviation, 3)
    // Across its direction a class is spread evenly; rows are kept to eight bits.
    expect(measureLikes(makeCohort([ALONG]), direction(90)).hundredth).toBeCloseTo(0.1 + 2.3263 * 0.05, 2)
  })

  it('tells the similarities that so many drawn members of a mixture reach', () => {
    const random = seeded(5)
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const face = direction(30)
    const similarities = Float64Array.from({ length: 200_000 }, () => {
      const { mean, directions = [], evenVariance = 0 } = random() < 0.75 ? TWO[0]! : TWO[1]!
      const along = directions.map(normal)
      const at = mean.map(
        (value, i) =>
          value + Math.sqrt(evenVariance) * normal() + along.reduce((sum, w, k) => sum + w * directions[k]![i]!, 0),
      )
      return at[0]! * face[0]! + at[1]! * face[1]!
    }).sort()
    const { hundredth, tenThousandth } = measureLikes(makeCohort(TWO), face)
    expect(hundredth).toBeCloseTo(similarities[198_000]!, 2)
    expect(Math.abs(tenThousandth - similarities[199_980]!)).toBeLessThan(0.03)
  })
})

describe('scaleByCohort', () => {
  it('refuses an embedding of another length than its rows have', () => {
    expect(() => scaleByCohort(makeCohort(TWO), new Float32Array(4), LENGTH)).toThrow(
      'Expected a vector of 2 numbers but received 4',
    )
  })

  it('leaves an average face as it is', () => {
    const cohort = makeCohort(TWO)
    const embedding = direction(37)
    const { gain, offset } = scaleByCohort({ ...cohort, likes: measureLikes(cohort, embedding) }, embedding, LENGTH)
    expect(gain).toBeCloseTo(1, 6)
    expect(offset).toBeCloseTo(0, 6)
  })

  it('brings the likes of every face to where those of an average one are', () => {
    const embedding = direction(10)
    const cohort = makeCohort(TWO)
    const { hundredth, tenThousandth } = measureLikes(cohort, embedding)
    const { gain, offset, centre } = scaleByCohort(cohort, embedding, LENGTH)
    expect(gain * hundredth + offset).toBeCloseTo(cohort.likes.hundredth, 6)
    expect(gain * tenThousandth + offset).toBeCloseTo(cohort.likes.tenThousandth, 6)
    expect(centre).toBe(cohort.likes.hundredth)
  })

  it('reads the similarities of a face that resembles many as less', () => {
    const cohort = makeCohort([{ share: 1, mean: [0, 0.4], evenVariance: 0.01 }])
    const common = scaleByCohort(cohort, direction(90), LENGTH)
    const rare = scaleByCohort(cohort, direction(270), LENGTH)
    expect(common.gain * 0.5 + common.offset).toBeLessThan(rare.gain * 0.5 + rare.offset)
  })
})

describe('the length of an embedding', () => {
  const cohort = makeCohort(TWO)
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
