import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readPackNumbers } from '../../src/engine/pack-numbers.js'
import { compareFaces } from '../../src/score/compare.js'
import type { Fit } from '../../src/score/fit.js'
import { normalise } from '../../src/score/vectors.js'
import { makeFace } from '../support/made-face.js'

let fit: Fit
beforeAll(async () => {
  fit = (await readPackNumbers({})).fit
})

const vector = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 })
const face = fc
  .record({
    embedding: vector.filter((v) => Math.hypot(...v) > 0.1),
    part: vector.filter((v) => Math.hypot(...v) > 0.1),
    gain: fc.double({ min: 0.7, max: 1.4, noNaN: true }),
  })
  .map(({ embedding, part, gain }) =>
    makeFace({
      embedding: normalise(Float32Array.from(embedding)),
      // An average face's similarities are read as they are around its mean.
      cohort: { gain, offset: 0.3 * (1 - gain), centre: 0.3 },
      part: normalise(Float32Array.from(part)),
    }),
  )

describe("compareFaces with the default pack's curves", () => {
  it('gives a face compared with itself exactly 100, in everything', () => {
    fc.assert(
      fc.property(face, (a) => {
        const { similarity, parts } = compareFaces(a, a, fit)
        expect(similarity).toBe(100)
        expect(Object.values(parts)).toEqual([100, 100, 100, 100])
      }),
    )
  })

  it('does not depend on the order, and stays between 0 and 100', () => {
    fc.assert(
      fc.property(face, face, (a, b) => {
        const there = compareFaces(a, b, fit)
        expect(compareFaces(b, a, fit)).toEqual(there)
        for (const score of [there.similarity, ...Object.values(there.parts)]) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

describe('compareFaces', () => {
  it('refuses faces of two packs', () => {
    fc.assert(
      fc.property(face, face, (a, b) => {
        expect(() => compareFaces(a, { ...b, packId: 'other' }, fit)).toThrow(RangeError)
      }),
      { numRuns: 1 },
    )
  })
})
