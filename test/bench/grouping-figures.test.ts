import { expect, it } from 'vitest'
import { measureGroups } from '../../bench/grouping-figures.js'

it('measureGroups counts pairs', () => {
  // Person 0 has three pictures, person 1 two, person 2 one. One group is mixed.
  const figures = measureGroups([[0, 1, 3], [2], [4], [5]], [0, 0, 0, 1, 1, 2])
  expect(figures).toEqual({ precision: 1 / 3, recall: 1 / 4, f1: 2 / 7, groups: 1, mixedGroups: 1 })
  expect(measureGroups([[0], [1]], [0, 0])).toMatchObject({ precision: 1, recall: 0 })
})
