import { describe, expect, it } from 'vitest'
import { type Compared, findWorst, measureGroups, measurePeople, readSubject } from '../../bench/group-figures.js'

/** Faces are numbers, alike as far as they are near. */
const compared: Compared = { similarityOf: (a, b) => 1 - Math.abs(a - b) / 100, thresholds: [0.9, 0.95, 0.99] }

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

describe('measureGroups', () => {
  const subjects = ['white/1_f_30', 'white/2_f_30', 'white/3_f_30', 'child/1_f_4', 'white/1_m_30', 'child/2_f_5']
  const { groups, keeping } = measureGroups(
    subjects.map((name) => readSubject(`${name}.jpg`)),
    [0, 5, 40, 0, undefined, 1],
    compared,
  )

  it('compares those of one group and one sex, children last', () => {
    expect(groups).toEqual([
      { group: 'white', sex: 'f', pictures: 3, found: 3, pairs: 3, accepted: [1, 1, 0] },
      { group: 'white', sex: 'm', pictures: 1, found: 0, pairs: 0, accepted: [0, 0, 0] },
      { group: 'child 3-6', sex: 'f', pictures: 2, found: 2, pairs: 1, accepted: [1, 1, 1] },
    ])
  })

  it('knows the similarity that keeps a rate in every group', () => {
    expect(keeping).toEqual([
      { far: 1e-3, adults: 0.95, everybody: 0.99 },
      { far: 1e-4, adults: 0.95, everybody: 0.99 },
    ])
  })

  it('names the worst, which a group without pairs never is', () => {
    expect(findWorst(groups.slice(0, 2)).map((worst) => worst?.sex)).toEqual(['f', 'f', 'f'])
  })
})

describe('measurePeople', () => {
  const keeping = [{ far: 1e-3, adults: 0.95, everybody: 0.985 }]

  it('rejects a genuine pair whose picture shows no face, and does not count such strangers', () => {
    const figures = measurePeople(['a', 'a', 'a', 'b', 'b'], [0, 1, undefined, 50, 53], compared, keeping)
    expect(figures).toEqual({
      genuinePairs: 4,
      impostorPairs: 4,
      acceptedAtScores: [0.5, 0.5, 0.25],
      acceptedAtRates: [0.5, 0.5, 0.5],
      keeping: [{ far: 1e-3, adults: 0.5, everybody: 0.25 }],
    })
  })
})
