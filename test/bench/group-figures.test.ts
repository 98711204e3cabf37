import { describe, expect, it } from 'vitest'
import { groupSubjects, measureGroups, measurePeople, readSubject, tellPersons } from '../../bench/group-figures.js'
import { findWorst } from '../../src/evaluation/group-figures.js'
import { addPair, binOf, createTally, type Tally } from '../../src/evaluation/tally.js'

/** The similarities that stand for the scores. */
const BINS = [0.9, 0.95, 0.99].map(binOf)

function tallyOf(strangers: readonly number[], genuine: readonly (number | undefined)[] = []): Tally {
  const tally = createTally()
  for (const similarity of strangers) addPair(tally, false, similarity)
  for (const similarity of genuine) addPair(tally, true, similarity)
  return tally
}

describe('readSubject', () => {
  it('reads group, sex and, of children, the class of their age', () => {
    expect(readSubject('east-asian/0001_m_18.jpg')).toEqual({ group: 'east-asian', sex: 'm' })
    expect(readSubject('child/0012_f_6.jpg')).toEqual({ group: 'child 3-6', sex: 'f' })
    expect(readSubject('child/0012_m_7.jpg')).toEqual({ group: 'child 7-12', sex: 'm' })
  })

  it.each(['a.jpg', 'white/0001_x_20.jpg', 'child/0001_m_2.jpg', 'child/0001_m_13.jpg'])('refuses %s', (name) => {
    expect(() => readSubject(name)).toThrow('Expected')
  })
})

describe('tellPersons', () => {
  it('takes each picture for a person of its own, but for those that are of one, however they are said to be', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    expect([...tellPersons(names, [])]).toEqual([0, 1, 2, 3, 4])
    const pairs = [
      ['a', 'c'],
      ['e', 'd'],
      ['c', 'd'],
      ['b', 'elsewhere'],
    ] as const
    const [a, b, c, d, e] = tellPersons(names, pairs)
    expect([c, d, e]).toEqual([a, a, a])
    expect(b).not.toBe(a)
  })
})

describe('measureGroups', () => {
  const names = ['white/1_f_30', 'white/2_f_30', 'white/3_f_30', 'child/1_f_4', 'white/1_m_30', 'child/2_f_5']
  const subjects = names.map((name) => readSubject(`${name}.jpg`))
  const found = [true, true, true, true, false, true]
  const tallies = [tallyOf([0.955, 0.65, 0.6]), tallyOf([]), tallyOf([0.995])]
  const { groups, keeping } = measureGroups(subjects, found, tallies, BINS)

  it('compares those of one group and one sex, children last', () => {
    expect([...groupSubjects(subjects).groupOf]).toEqual([0, 0, 0, 2, 1, 2])
    expect(groups).toEqual([
      { group: 'white', sex: 'f', pictures: 3, found: 3, pairs: 3, accepted: [1, 1, 0] },
      { group: 'white', sex: 'm', pictures: 1, found: 0, pairs: 0, accepted: [0, 0, 0] },
      { group: 'child 3-6', sex: 'f', pictures: 2, found: 2, pairs: 1, accepted: [1, 1, 1] },
    ])
  })

  it('knows the threshold that keeps a rate in every group: so few pairs accept none', () => {
    const [adults, everybody] = [binOf(0.955) + 1, binOf(0.995) + 1]
    expect(keeping).toEqual([
      { far: 1e-3, adults, everybody },
      { far: 1e-4, adults, everybody },
    ])
  })

  it('names the worst, which a group without pairs never is', () => {
    expect(findWorst(groups.slice(0, 2)).map((worst) => worst?.sex)).toEqual(['f', 'f', 'f'])
  })
})

describe('measurePeople', () => {
  const keeping = [{ far: 1e-3, adults: binOf(0.95), everybody: binOf(0.985) }]

  it('rejects a genuine pair whose picture shows no face, and does not count such strangers', () => {
    const tally = tallyOf([0.5, 0.51, 0.47, 0.48], [0.992, 0.97, undefined, undefined])
    addPair(tally, false, undefined)
    expect(measurePeople(tally, BINS, keeping)).toEqual({
      genuinePairs: 4,
      impostorPairs: 4,
      acceptedAtScores: [0.5, 0.5, 0.25],
      acceptedAtRates: [0.5, 0.5, 0.5],
      keeping: [{ far: 1e-3, adults: 0.5, everybody: 0.25 }],
    })
  })
})
