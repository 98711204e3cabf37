import { describe, expect, it } from 'vitest'
import { mapParts } from '../../src/engine/face.js'
import type { Shown } from '../../src/score/flaws.js'
import { type Rated, rateLength, rateQuality } from '../../src/score/quality.js'

/** Of 101 plain faces the worst has a length of 2, the best one of 4. */
const FIT = { lengths: Array.from({ length: 101 }, (_, i) => 2 + i / 50), least: 0.9 }

/** A face whose embedding has this length. */
function faceOf(length: number, parts: Partial<Rated['parts']> = {}): Rated {
  return { raw: Float32Array.of(length, 0), parts: { ...mapParts(() => Float32Array.of(1, 0)), ...parts } }
}

const WELL: Shown = { pixels: 1, detail: 0.35, brightness: 120, burnt: 0, aside: 0.1, outside: 0 }

describe('quality', () => {
  it('is the share of plain faces whose embedding is no longer', () => {
    expect(rateLength(FIT, 3)).toBe(50)
    expect(rateLength(FIT, 3.01)).toBe(50.5)
    expect(rateLength(FIT, 4)).toBe(100)
    expect(rateLength(FIT, 9)).toBe(100)
  })

  it('tells poor pictures apart that are all worse than the worst plain one', () => {
    expect(rateLength(FIT, 2.02)).toBe(1)
    expect(rateLength(FIT, 1.01)).toBe(0.5)
    expect(rateLength(FIT, 0)).toBe(0)
  })

  it('has two decimals, and is never rounded up', () => {
    for (let hundredths = 0; hundredths <= 100; hundredths++) {
      expect(rateLength(FIT, 2.02 * (hundredths / 100))).toBe(hundredths / 100)
    }
    expect(rateLength(FIT, 2.02 * 0.2899)).toBe(0.28)
    expect(rateLength(FIT, 2.999999)).toBe(49.99)
  })

  it('never falls as the embedding gets longer', () => {
    const rated = Array.from({ length: 500 }, (_, i) => rateLength(FIT, i / 100))
    expect(rated).toEqual(rated.toSorted((p, q) => p - q))
  })

  it.each<[string, Partial<Shown>]>([
    ['small', { pixels: 0.2 }],
    ['blurred', { detail: 0.12 }],
    ['dark', { brightness: 20 }],
    ['over_exposed', { burnt: 0.4 }],
    ['turned_away', { aside: 0.9 }],
    ['cut_off', { outside: 0.3 }],
  ])('names what is wrong: %s', (reason, wrong) => {
    expect(rateQuality(FIT, faceOf(3), { ...WELL, ...wrong }).reasons).toEqual([reason])
  })

  it('names nothing where nothing is wrong, and a face of few pixels small but not blurred', () => {
    expect(rateQuality(FIT, faceOf(3), WELL)).toEqual({ score: 50, reasons: [] })
    expect(rateQuality(FIT, faceOf(3), { ...WELL, pixels: 0.2, detail: 0.1 }).reasons).toEqual(['small'])
  })

  it('calls covered what its parts say is covered', () => {
    const covered = { directions: mapParts((part) => Float32Array.of(0, part === 'mouth' ? 1 : 0)), offset: -0.5 }
    expect(rateQuality({ ...FIT, covered }, faceOf(3, { mouth: Float32Array.of(0, 1) }), WELL).reasons).toEqual([
      'covered',
    ])
    expect(rateQuality({ ...FIT, covered }, faceOf(3), WELL).reasons).toEqual([])
  })
})
