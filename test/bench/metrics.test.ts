import { describe, expect, it } from 'vitest'
import { accuracyAt, bestThreshold, measureRoc, thresholdAtFar } from '../../support/metrics.js'

const pairs = (genuine: readonly number[], impostors: readonly number[]) => [
  ...genuine.map((similarity) => ({ genuine: true, similarity })),
  ...impostors.map((similarity) => ({ genuine: false, similarity })),
]

describe('measureRoc', () => {
  it('is perfect when all genuine pairs lie above all impostors', () => {
    const roc = measureRoc(pairs([0.9, 0.8], [0.1, 0.2]))
    expect(roc.auc).toBe(1)
    expect(roc.tarAtFar(0.001)).toBe(1)
    expect(roc.equalErrorRate).toBe(0)
  })

  it('counts ties half and orders half right', () => {
    expect(measureRoc(pairs([0.5], [0.5])).auc).toBe(0.5)
    expect(measureRoc(pairs([0.1, 0.9], [0.5, 0.5])).auc).toBe(0.5)
  })

  it('accepts at most the wanted share of impostors', () => {
    const impostors = Array.from({ length: 100 }, (_, i) => i / 100)
    const roc = measureRoc(pairs([0.985, 0.975, 0.5, 2], impostors))
    // One of a hundred may pass: the threshold is the second highest impostor, .98.
    expect(roc.tarAtFar(0.01)).toBe(0.5)
    expect(roc.tarAtFar(0)).toBe(0.25)
  })

  it('counts pairs that could not be compared as errors', () => {
    const failed = pairs([0.9, Number.NEGATIVE_INFINITY], [0.1, Number.POSITIVE_INFINITY])
    expect(accuracyAt(failed, 0.5)).toBe(0.5)
    expect(measureRoc(failed).auc).toBe(0.25)
    expect(bestThreshold(failed)).toBeCloseTo(0.5, 6)
  })

  it('refuses pairs of one kind only', () => {
    expect(() => measureRoc(pairs([0.5], []))).toThrow('both')
  })
})

describe('bestThreshold', () => {
  it('separates what can be separated, in the middle of the gap', () => {
    expect(bestThreshold(pairs([0.8, 0.9], [0.1, 0.4]))).toBeCloseTo(0.6, 6)
  })
  it('makes the fewest errors where classes overlap', () => {
    const overlapping = pairs([0.3, 0.7, 0.8, 0.9], [0.1, 0.2, 0.4])
    expect(accuracyAt(overlapping, bestThreshold(overlapping))).toBeCloseTo(6 / 7, 6)
  })
  it('is not one that is best by chance: others at which hardly more pairs are wrong count as well', () => {
    const many = (similarity: number) => Array<number>(1000).fill(similarity)
    // Below .12 there is one error less than anywhere from there to .8.
    const lucky = pairs([...many(0.8), 0.12], [...many(0.1)])
    expect(bestThreshold(lucky)).toBeCloseTo(0.45, 6)
  })
})

describe('thresholdAtFar', () => {
  it('is the highest similarity that may not pass', () => {
    expect(thresholdAtFar([5, 4, 3, 2], 0.5)).toBe(3)
    expect(thresholdAtFar([5, 4, 3, 2], 1)).toBe(Number.NEGATIVE_INFINITY)
  })
})
