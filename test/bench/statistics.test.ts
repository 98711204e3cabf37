import { describe, expect, it } from 'vitest'
import { median, quantile, slope } from '../../bench/statistics.js'

describe('statistics of the benchmarks', () => {
  it('take quantiles by nearest rank, of values in any order', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([0, 0.5, 0.95, 0.99, 1].map((p) => quantile(values, p))).toEqual([1, 50, 95, 99, 100])
    expect(median([3, 1, 2])).toBe(2)
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('fit a line, and none through a single place', () => {
    const line = [0, 1, 2, 5].map((x) => ({ x, y: 7 - 3 * x }))
    expect(slope(line)).toBeCloseTo(-3)
    expect(slope([...line, { x: 1, y: 5 }, { x: 1, y: 3 }])).toBeCloseTo(-3)
    expect(slope([{ x: 1, y: 1 }])).toBeNaN()
  })
})
