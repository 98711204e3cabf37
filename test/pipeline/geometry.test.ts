import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applySimilarity, fitSimilarity, scaleOf, squareToImage } from '../../src/pipeline/geometry.js'

const number = fc.double({ min: -100, max: 100, noNaN: true })

describe('fitSimilarity', () => {
  it('recovers the transform that moved the points', () => {
    fc.assert(
      fc.property(number, number, number, number, (a, b, tx, ty) => {
        const t = { a, b, tx, ty }
        const from = [0, 0, 10, 0, 10, 20, -5, 7]
        const to: number[] = []
        for (let i = 0; i < from.length; i += 2) {
          const p = applySimilarity(t, from[i]!, from[i + 1]!)
          to.push(p.x, p.y)
        }
        const found = fitSimilarity(from, to)
        for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(found[key]).toBeCloseTo(t[key], 6)
      }),
    )
  })

  it('averages out an error in one point', () => {
    const found = fitSimilarity([0, 0, 2, 0, 2, 2, 0, 2], [0, 0, 2, 0, 2, 2, 0, 2.4])
    expect(found.a).toBeCloseTo(1.05, 6)
    expect(found.ty).toBeGreaterThan(0)
  })

  it('refuses points that say nothing', () => {
    expect(() => fitSimilarity([1, 1, 1, 1], [0, 0, 1, 1])).toThrow('two different points')
    expect(() => fitSimilarity([1, 1], [0, 0])).toThrow('equally long')
    expect(() => fitSimilarity([1, 1, 2, 2], [0, 0])).toThrow('equally long')
  })
})

describe('squareToImage', () => {
  it('puts the middle of the chip on the centre and turns clockwise', () => {
    const t = squareToImage(50, 60, 40, Math.PI / 2, 20)
    expect(applySimilarity(t, 10, 10)).toEqual({ x: expect.closeTo(50, 6), y: expect.closeTo(60, 6) })
    expect(applySimilarity(t, 20, 10)).toEqual({ x: expect.closeTo(50, 6), y: expect.closeTo(80, 6) })
    expect(scaleOf(t)).toBeCloseTo(2, 6)
  })
})
