import { describe, expect, it } from 'vitest'
import { expose, measureGain, measureSpotGain } from '../../src/pipeline/exposure.js'

/** A picture of 40 x 30 pixels whose values run evenly from 0 to `most`. */
function ramp(most: number) {
  const data = Uint8Array.from({ length: 3 * 40 * 30 }, (_, i) => Math.round((most * (i % 3600)) / 3600))
  return { width: 40, height: 30, data }
}

describe('dark pictures', () => {
  it('are brightened until their brightest parts are bright', () => {
    const dark = ramp(40)
    const gain = measureGain(dark)
    expect(gain).toBeGreaterThan(5)
    const bright = expose(dark, gain)
    expect(Math.max(...bright.data)).toBeGreaterThan(200)
    expect(bright.data[1800]).toBe(Math.round(gain * dark.data[1800]!))
    expect(bright).toMatchObject({ width: 40, height: 30 })
  })

  it('are told by more than single reflections', () => {
    const dark = ramp(40)
    dark.data.fill(255, 0, 6)
    expect(measureGain(dark)).toBeGreaterThan(5)
  })

  it('are left alone where a hundredth of them is in the light, as a face on a stage is', () => {
    const dark = ramp(40)
    dark.data.fill(200, 0, 3 * 15)
    expect(measureGain(dark)).toBe(1)
  })

  it('are brightened without a jump: a little less light makes a little more of a difference', () => {
    const gains = Array.from({ length: 200 }, (_, i) => measureGain(ramp(30 + i)))
    for (let i = 1; i < gains.length; i++) expect(Math.abs(gains[i]! - gains[i - 1]!)).toBeLessThan(0.35)
    expect(gains.at(-1)).toBe(1)
  })

  it('are brightened so far and no further: a black one stays dark', () => {
    expect(measureGain({ width: 9, height: 9, data: new Uint8Array(243) })).toBe(12)
  })

  it('leave all others as they are, without a copy', () => {
    const plain = ramp(200)
    expect(measureGain(plain)).toBe(1)
    expect(expose(plain, 1)).toBe(plain)
  })

  it('have a second chance when only a spot of them is bright', () => {
    const dim = ramp(100)
    dim.data.fill(240, 0, 3 * 15)
    expect(measureGain(dim)).toBe(1)
    expect(measureSpotGain(dim, 1)).toBeCloseTo(220 / 98, 0)
    expect(measureSpotGain(ramp(200), 1)).toBeUndefined()
    expect(measureSpotGain(ramp(40), measureGain(ramp(40)))).toBeUndefined()
  })
})
