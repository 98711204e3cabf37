import { describe, expect, it } from 'vitest'
import { formatTable, median } from '../../bench/figures.js'

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
