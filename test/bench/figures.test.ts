import { describe, expect, it } from 'vitest'
import { formatTable, median, quantile, slope } from '../../bench/figures.js'

describe('median', () => {
  it('is nothing of no values', () => {
    expect(median([])).toBeNaN()
  })

  it('is the middle value, or the mean of the middle two, in whatever order', () => {
    expect(median([9, 1, 2])).toBe(2)
    expect(median([10, 1, 4, 2])).toBe(3)
    expect(median([7])).toBe(7)
  })

  it('orders by number and leaves its argument alone', () => {
    const values = [100, 20, 3]
    expect(median(values)).toBe(20)
    expect(values).toEqual([100, 20, 3])
  })
})

describe('formatTable', () => {
  it('puts names to the left and numbers to the right', () => {
    const table = formatTable([
      ['', 'ms', 'MiB'],
      ['ours', '31.5', '150'],
      ['a peer', '5', '9'],
    ])
    expect(table.split('\n')).toEqual(['          ms  MiB', 'ours    31.5  150', 'a peer     5    9'])
  })
})

describe('quantile', () => {
  it('goes by nearest rank, of values in any order', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([0, 0.5, 0.95, 0.99, 1].map((p) => quantile(values, p))).toEqual([1, 50, 95, 99, 100])
    expect(quantile([], 0.5)).toBeNaN()
  })
})

describe('slope', () => {
  it('fits a line, and none through a single place', () => {
    const line = [0, 1, 2, 5].map((x) => ({ x, y: 7 - 3 * x }))
    expect(slope(line)).toBeCloseTo(-3)
    expect(slope([...line, { x: 1, y: 5 }, { x: 1, y: 3 }])).toBeCloseTo(-3)
    expect(slope([{ x: 1, y: 1 }])).toBeNaN()
  })
})
