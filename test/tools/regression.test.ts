import { expect, it } from 'vitest'
import { seeded } from '../../support/random.js'
import { regress } from '../../tools/regression.js'

const COLUMNS = 40

/** Rows of noise around a centre; the noise is ten times stronger in the first column, which tells nothing. */
function makeRows(count: number, centre: number, seed: number): readonly Float32Array[] {
  const random = seeded(seed)
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: COLUMNS }, (_, i) => (i === 0 ? 10 : 1) * (random() - 0.5) + (i === 3 ? centre : 5)),
  )
}

it('separates two kinds of rows by what differs between them, also when one kind is rare', () => {
  const { direction, offset } = regress(makeRows(400, 1, 1), makeRows(40, -1, 2))
  const measure = (row: Float32Array) => row.reduce((sum, value, i) => sum + value * direction[i]!, offset)
  for (const row of makeRows(100, 1, 3)) expect(measure(row)).toBeGreaterThan(0.3)
  for (const row of makeRows(100, -1, 4)) expect(measure(row)).toBeLessThan(-0.3)
  expect(Math.abs(direction[0]!)).toBeLessThan(0.05 * direction[3]!)
})

it('gives the same numbers each time', () => {
  const once = regress(makeRows(60, 1, 5), makeRows(60, -1, 6))
  expect(regress(makeRows(60, 1, 5), makeRows(60, -1, 6))).toEqual(once)
})
