import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accuracyFrom,
  bestBin,
  binAtFar,
  equalErrorRate,
  farFrom,
  measureCurve,
  rocAuc,
  tarFrom,
  thresholdOf,
} from '../../src/evaluation/figures.js'
import { addPair, BIN_COUNT, binOf, createTally, lowerEdge } from '../../src/evaluation/tally.js'
import { measureRoc } from '../../support/metrics.js'

/** `undefined` is a pair that could not be compared. */
type Cosines = readonly (number | undefined)[]

function curveOf(genuine: Cosines, impostors: Cosines) {
  const tally = createTally()
  for (const cosine of genuine) addPair(tally, true, cosine)
  for (const cosine of impostors) addPair(tally, false, cosine)
  return measureCurve(tally)
}

const binAt = (threshold: number) => binOf(threshold)

describe('the bins of a tally', () => {
  it('hold every cosine similarity, those that rounding left outside included', () => {
    expect([binOf(-1.0000001), binOf(-1), binOf(0), binOf(1), binOf(1.0000001)]).toEqual([
      0,
      0,
      BIN_COUNT / 2,
      BIN_COUNT - 1,
      BIN_COUNT - 1,
    ])
  })
  it('begin at their lower edge', () => {
    for (const bin of [0, 1, 777, BIN_COUNT - 1]) expect(binOf(lowerEdge(bin))).toBe(bin)
  })
})

describe('figures by hand', () => {
  it('are perfect when all genuine pairs lie above all impostors', () => {
    const curve = curveOf([0.9, 0.8], [0.1, 0.2])
    expect(rocAuc(curve)).toBe(1)
    expect(equalErrorRate(curve)).toBe(0)
    expect(tarFrom(curve, binAtFar(curve, 0.001))).toBe(1)
    expect(thresholdOf(bestBin(curve))).toBeCloseTo(0.5, 5)
  })

  it('count ties half and orders half right', () => {
    expect(rocAuc(curveOf([0.5], [0.5]))).toBe(0.5)
    expect(rocAuc(curveOf([0.1, 0.9], [0.5, 0.5]))).toBe(0.5)
  })

  it('accept at most the wanted share of impostors', () => {
    const impostors = Array.from({ length: 100 }, (_, i) => i / 100)
    const curve = curveOf([0.985, 0.975, 0.5, 0.995], impostors)
    const bin = binAtFar(curve, 0.01)
    // One of a hundred may pass: the threshold lies just above the second highest impostor, .98.
    expect(thresholdOf(bin)).toBeCloseTo(0.98, 5)
    expect([farFrom(curve, bin), tarFrom(curve, bin)]).toEqual([0.01, 0.5])
    expect(farFrom(curve, binAtFar(curve, 0.03))).toBe(0.03)
  })

  it('find the rate at which both errors are equal', () => {
    // At .5: two of four genuine pairs rejected, two of four impostors accepted.
    expect(equalErrorRate(curveOf([0.2, 0.4, 0.7, 0.9], [0.1, 0.3, 0.6, 0.8]))).toBe(0.5)
    // At .5: one of four rejected, one of four accepted.
    expect(equalErrorRate(curveOf([0.4, 0.6, 0.7, 0.9], [0.1, 0.2, 0.3, 0.8]))).toBe(0.25)
  })

  it('count a pair that could not be compared as an error, whatever its label', () => {
    const curve = curveOf([0.9, undefined], [0.1, undefined])
    expect(accuracyFrom(curve, binAt(0.5))).toEqual({ plain: 0.5, balanced: 0.5 })
    expect(rocAuc(curve)).toBe(0.25)
  })

  it('take a genuine pair that could not be compared for rejected, an impostor pair for none', () => {
    const curve = curveOf([0.9, undefined], [0.1, 0.2, undefined])
    const bin = binAtFar(curve, 0.5)
    expect([tarFrom(curve, bin), farFrom(curve, bin)]).toEqual([0.5, 0.5])
  })

  it('tell accuracy over all pairs from the mean of both kinds', () => {
    const curve = curveOf([0.4], [0.1, 0.2, 0.3])
    expect(accuracyFrom(curve, binAt(0.5))).toEqual({ plain: 0.75, balanced: 0.5 })
    expect(accuracyFrom(curve, bestBin(curve))).toEqual({ plain: 1, balanced: 1 })
  })

  it('ask for both kinds of pairs', () => {
    expect(() => curveOf([0.5], [])).toThrow('both')
    expect(() => curveOf([undefined], [0.5])).toThrow('both')
  })
})

describe('figures against brute force', () => {
  // In the middle of bins, few enough that ties are common.
  const cosine = fc.integer({ min: -40, max: 40 }).map((step) => lowerEdge(BIN_COUNT / 2 + step * 1000) + 1e-6)
  const cosines = fc.array(cosine, { minLength: 1, maxLength: 40, size: 'max' })
  // Each run goes through a million bins several times; lists as long as may be show more than many short ones.
  const RUNS = { numRuns: 12 }
  const thresholds = (values: readonly number[]) => [-1, ...values, 1]

  it('agree on area and true accept rates with the figures of a plain list', () => {
    fc.assert(
      fc.property(cosines, cosines, fc.constantFrom(0.5, 0.2, 0.05), (genuine, impostors, far) => {
        const curve = curveOf(genuine, impostors)
        const roc = measureRoc([
          ...genuine.map((similarity) => ({ genuine: true, similarity })),
          ...impostors.map((similarity) => ({ genuine: false, similarity })),
        ])
        expect(rocAuc(curve)).toBeCloseTo(roc.auc, 10)
        expect(tarFrom(curve, binAtFar(curve, far))).toBeCloseTo(roc.tarAtFar(far), 10)
      }),
      RUNS,
    )
  })

  it('find no threshold that is better than the best', () => {
    fc.assert(
      fc.property(cosines, cosines, (genuine, impostors) => {
        const curve = curveOf(genuine, impostors)
        const balancedAt = (t: number) =>
          genuine.filter((c) => c >= t).length / genuine.length / 2 +
          impostors.filter((c) => c < t).length / impostors.length / 2
        const best = Math.max(...thresholds([...genuine, ...impostors]).map(balancedAt))
        const bin = bestBin(curve)
        expect(accuracyFrom(curve, bin).balanced).toBeCloseTo(best, 10)
        expect(balancedAt(thresholdOf(bin))).toBeCloseTo(best, 10)
      }),
      RUNS,
    )
  })

  it('find no threshold where the two errors are closer', () => {
    fc.assert(
      fc.property(cosines, cosines, (genuine, impostors) => {
        const errors = thresholds([...genuine, ...impostors]).map((t) => {
          const rejected = genuine.filter((c) => c < t).length / genuine.length
          const accepted = impostors.filter((c) => c >= t).length / impostors.length
          return { gap: Math.abs(rejected - accepted), rate: (rejected + accepted) / 2 }
        })
        const gap = Math.min(...errors.map((e) => e.gap))
        const closest = errors.filter((e) => e.gap < gap + 1e-9).map((e) => e.rate)
        const rate = equalErrorRate(curveOf(genuine, impostors))
        expect(Math.min(...closest.map((r) => Math.abs(r - rate)))).toBeLessThan(1e-9)
      }),
      RUNS,
    )
  })
})
