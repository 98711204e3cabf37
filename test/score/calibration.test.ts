import { describe, expect, it } from 'vitest'
import { calibrate, fitSupportedCalibration } from '../../src/score/calibration.js'
import { fitCalibration } from '../../tools/fit-calibration.js'

/** Similarities of a million impostor pairs, spread evenly from 0.5 down to -0.5. */
const impostors = Float32Array.from({ length: 1_000_000 }, (_, i) => 0.5 - i / 1_000_000)

describe('fitCalibration', () => {
  const knots = fitCalibration(impostors)

  it.each([
    [70, 1e-3],
    [80, 1e-4],
    [90, 1e-5],
  ])('gives the score %d to a false accept rate of %d', (score, far) => {
    const accepted = impostors.filter((cosine) => calibrate(knots, cosine) >= score).length / impostors.length
    expect(accepted / far).toBeGreaterThan(0.8)
    expect(accepted / far).toBeLessThan(1.25)
  })

  it('ends at 0 and exactly 100, and never falls', () => {
    expect(calibrate(knots, -1)).toBe(0)
    expect(calibrate(knots, 1)).toBe(100)
    expect(calibrate(knots, 1.0000001)).toBe(100)
    let last = -1
    for (let cosine = -1; cosine <= 1; cosine += 0.001) {
      const score = calibrate(knots, cosine)
      expect(score).toBeGreaterThanOrEqual(last)
      last = score
    }
  })

  it('refuses impostors that cannot make a curve', () => {
    expect(() => fitCalibration(new Float32Array(0))).toThrow('impostor')
    expect(() => fitCalibration(new Float32Array(1000).fill(0.2))).toThrow('differ')
  })
})

describe('fitSupportedCalibration', () => {
  /** As if so many impostor pairs lay evenly from -0.5 to 0.5. */
  const of = (pairs: number) => (far: number) => (pairs * far >= 1 ? 0.5 - far : undefined)

  it('refuses to make a curve of nothing, or of faces that are all alike', () => {
    expect(() => fitSupportedCalibration(of(1))).toThrow('There are too few impostor pairs for any score.')
    expect(() => fitSupportedCalibration(() => 1)).toThrow(/tell nobody apart, or the labels are wrong/)
    expect(() => fitSupportedCalibration(() => -1)).toThrow(/tell nobody apart/)
  })

  it('has every score where there are pairs enough', () => {
    const { knots, supportedScore } = fitSupportedCalibration(of(100_000))
    expect(supportedScore).toBe(90)
    expect(calibrate(knots, 0.5 - 1e-3)).toBe(70)
    expect(calibrate(knots, 0.5 - 1e-5)).toBe(90)
    expect(calibrate(knots, 1)).toBe(100)
  })

  it('runs straight to 100 from the highest score that the pairs suffice for', () => {
    const { knots, supportedScore } = fitSupportedCalibration(of(150))
    expect(supportedScore).toBe(60)
    expect(knots).toEqual([
      [-1, 0],
      [0, 25],
      [0.4, 45],
      [0.49, 60],
      [1 - 1e-6, 100],
    ])
    expect(calibrate(knots, (0.49 + 1) / 2)).toBeCloseTo(80, 1)
  })

  it('gives a similarity that several rates fall on the highest of their scores', () => {
    const { knots } = fitSupportedCalibration((far) => (far >= 1e-2 ? Math.min(0.2, 0.5 - far) : undefined))
    expect(knots.map(([, score]) => score)).toEqual([0, 25, 60, 100])
  })
})
