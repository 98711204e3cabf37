import { describe, expect, it } from 'vitest'
import { calibrate, fitCalibration } from '../../src/face/calibration.js'

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
