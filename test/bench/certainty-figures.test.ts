import { expect, it } from 'vitest'
import { fitOdds, type KnownSubject, measureAge, measureSex, shareRight } from '../../bench/certainty-figures.js'

const subject = (part: Partial<KnownSubject>): KnownSubject => ({
  ...{ isChild: false, years: 30, isMan: true, age: 30, gender: 90 },
  ...part,
})

it('finds the years within which four ages in five lie, of adults and of children', () => {
  const adults = [1, 2, 3, 4, 50].map((off) => subject({ age: 30 + off }))
  const children = [7, -7, 0, 0, 50].map((off) => subject({ isChild: true, age: 30 + off }))
  expect(() => measureAge(adults)).toThrow(RangeError)
  expect(measureAge([...adults, ...children])).toEqual({ years: 7, adults: 0.8, children: 0.8 })
})

it('holds how surely a sex is told against how often it is right', () => {
  const rows = measureSex([
    subject({ gender: 96 }),
    subject({ gender: 4, isMan: false }),
    subject({ gender: 3 }),
    subject({ gender: 100, isChild: true }),
  ])
  expect(rows.find(({ from }) => from === 0.95)?.adults).toEqual({
    faces: 3,
    stated: expect.closeTo(0.963, 3),
    right: expect.closeTo(0.667, 3),
  })
  expect(rows.at(-1)).toMatchObject({ adults: { faces: 0 }, children: { faces: 1, stated: 1, right: 1 } })
})

it('finds the odds that made the labels', () => {
  const values = Array.from({ length: 2000 }, (_, i) => (i % 100) + 0.5)
  const labels = values.map((value, i) => 1 / (1 + Math.exp(-0.1 * (value - 30))) > (Math.floor(i / 100) + 0.5) / 20)
  const { middle, slope } = fitOdds(values, labels)
  expect(middle).toBeCloseTo(30, 0)
  expect(slope).toBeCloseTo(0.1, 1)
})

it('counts no answer as certain', () => {
  expect(shareRight({ yes: 10, no: 10, yesRight: 8, noRight: 10 })).toEqual({ yes: 9 / 10, no: 11 / 14 })
})
