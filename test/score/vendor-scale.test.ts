import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVendorScale } from '../../src/score/vendor-scale.js'
import { REKOGNITION_SCALE } from '../../src/wires/rekognition/scale.js'
import { IAI_SCALES } from '../../src/wires/tencent-iai/scale.js'

/** Scores are given in steps of a hundredth. */
const score = fc.integer({ min: 0, max: 10_000 }).map((steps) => steps / 100)
const vendorScore = fc.double({ min: 0, max: 100, noNaN: true })

describe.each([
  [
    'Rekognition',
    REKOGNITION_SCALE,
    [
      [0, 0],
      [70, 70],
      [80, 80],
      [90, 99],
      [100, 100],
    ],
  ],
  [
    'IAI 2.0',
    IAI_SCALES['2.0'],
    [
      [0, 0],
      [70, 70],
      [80, 80],
      [90, 90],
      [100, 100],
    ],
  ],
  [
    'IAI 3.0',
    IAI_SCALES['3.0'],
    [
      [0, 0],
      [45, 20],
      [60, 30],
      [70, 40],
      [80, 50],
      [90, 60],
      [100, 100],
    ],
  ],
] as const)('the scale of %s', (_, scale, knots) => {
  it.each([...knots])('reads %d as %d, and back', (ours, theirs) => {
    expect(scale.toVendor(ours)).toBe(theirs)
    expect(scale.leastScore(theirs)).toBe(ours)
  })

  it('never falls and never jumps', () => {
    fc.assert(
      fc.property(score, score, (a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        const rise = scale.toVendor(high) - scale.toVendor(low)
        expect(rise).toBeGreaterThanOrEqual(0)
        expect(rise).toBeLessThanOrEqual(5 * (high - low) + 1e-3)
        expect(scale.toVendor(high)).toBeLessThanOrEqual(100)
      }),
    )
  })

  it('tells two scores apart', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999 }), (steps) => {
        expect(scale.toVendor((steps + 1) / 100)).toBeGreaterThan(scale.toVendor(steps / 100))
      }),
    )
  })

  it('lets through a threshold just what is seen at it and above', () => {
    fc.assert(
      fc.property(score, vendorScore, (ours, threshold) => {
        expect(ours >= scale.leastScore(threshold)).toBe(scale.toVendor(ours) >= threshold)
      }),
    )
    fc.assert(
      fc.property(score, (ours) => {
        expect(scale.leastScore(scale.toVendor(ours))).toBe(ours)
      }),
    )
  })

  it('is a straight line between its knots', () => {
    for (const [i, [x1, y1]] of knots.entries()) {
      const before = knots[i - 1]
      if (before) expect(scale.toVendor((before[0] + x1) / 2)).toBeCloseTo((before[1] + y1) / 2, 3)
    }
  })
})

describe('createVendorScale', () => {
  it('refuses a rate that no score stands for, and scores that do not rise', () => {
    expect(() => createVendorScale([[2e-4, 50]])).toThrow(RangeError)
    expect(() =>
      createVendorScale([
        [1e-3, 50],
        [1e-4, 50],
      ]),
    ).toThrow(RangeError)
    expect(() => createVendorScale([[1e-3, 100]])).toThrow(RangeError)
  })
})
