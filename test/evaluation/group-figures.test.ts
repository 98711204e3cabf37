import { beforeAll, describe, expect, it } from 'vitest'
import { formatGroups } from '../../src/cli/group-tables.js'
import type { DataSet } from '../../src/evaluation/data-set.js'
import type { Outcome } from '../../src/evaluation/face-vectors.js'
import type { GroupReport } from '../../src/evaluation/group-figures.js'
import { groupPictures } from '../../src/evaluation/groups.js'
import { makeReport, type Report } from '../../src/evaluation/report.js'
import { formatHtml } from '../../src/evaluation/report-html.js'
import { scoreAllPairs } from '../../src/evaluation/score-pairs.js'
import { NO_COHORT } from '../../src/score/cohort.js'

/** A face at an angle, in degrees: the cosine similarity of two is the cosine of the difference. */
function faceAt(degrees: number): Outcome {
  const angle = (degrees * Math.PI) / 180
  const embedding = Float32Array.of(Math.cos(angle), Math.sin(angle))
  return {
    face: { embedding, cohort: NO_COHORT, parts: {}, box: { x: 0, y: 0, width: 1, height: 1 }, quality: undefined },
  }
}

const NO_FACE: Outcome = { failure: { kind: 'FACE_NOT_DETECTED', sentence: 'No face was found.' } }

/** The persons of two groups, one person of none; the last picture of B shows no face. */
const PICTURES: readonly (readonly [name: string, outcome: Outcome])[] = [
  ['A/1.jpg', faceAt(0)],
  ['A/2.jpg', faceAt(10)],
  ['B/1.jpg', faceAt(45)],
  ['B/2.jpg', NO_FACE],
  ['C/1.jpg', faceAt(100)],
  ['D/1.jpg', faceAt(120)],
  ['E/1.jpg', faceAt(50)],
]
const PERSONS = ['A', 'B', 'C', 'D', 'E']
const LINES = [...'ABCDXYZUVW'].map((name, i) => ({
  name,
  group: 'AB'.includes(name) ? 'old \u001b' : 'young',
  line: i + 1,
}))

let report: Report
let byGroup: GroupReport
beforeAll(async () => {
  const personOf = Int32Array.from(PICTURES, ([name]) => PERSONS.indexOf(name[0] ?? ''))
  const dataSet: DataSet = {
    pictures: PICTURES.map(([name]) => ({ name, file: `/people/${name}` })),
    pairing: { kind: 'all', persons: PERSONS, personOf },
    leftOut: {},
  }
  const outcomes = PICTURES.map(([, outcome]) => outcome)
  const grouped = groupPictures('/people', LINES, dataSet)
  const faces = outcomes.map((outcome) => ('face' in outcome ? outcome.face : undefined))
  report = makeReport({
    dataSetName: 'people',
    dataSet,
    grouped,
    packId: 'pack-1',
    createdAt: '2026-01-02T03:04:05.000Z',
    outcomes,
    minQuality: 0,
    scored: await scoreAllPairs(faces, personOf, { hardest: 0, grouping: grouped }),
    fars: [0.5],
    folds: 0,
    packThreshold: 0.9,
    // 70 is a cosine of .7, 45.6 degrees; 80 is 36.9 and 90 is 25.8 degrees.
    toScore: (cosine) => 100 * cosine,
  })
  if (!report.byGroup) throw new Error('Expected figures by group')
  byGroup = report.byGroup
})

describe('the figures by group', () => {
  it('follow by hand, and leave out who is in no group', () => {
    expect(byGroup.groups).toEqual([
      {
        name: 'old \u001b',
        persons: 2,
        pictures: 4,
        found: 3,
        // A's pictures are ten degrees apart; of B one shows no face.
        genuine: { pairs: 2, accepted: [1, 1, 1] },
        // 45 and 35 degrees.
        strangers: { pairs: 2, accepted: [2, 1, 0] },
      },
      {
        name: 'young',
        persons: 2,
        pictures: 2,
        found: 2,
        genuine: { pairs: 0, accepted: [0, 0, 0] },
        strangers: { pairs: 1, accepted: [1, 1, 1] },
      },
    ])
    expect(byGroup).toMatchObject({ personsWithout: 1, picturesWithout: 1, genuineAcross: 0 })
    expect(byGroup.unknownNames).toEqual({ count: 6, first: ['X', 'Y', 'Z', 'U', 'V'] })
  })

  it('name the worst group at each score, and none where no group has pairs enough', () => {
    expect(byGroup.worst.map(({ score, group, accepted, pairs }) => [score, group, accepted, pairs])).toEqual([
      [70, 'old \u001b', 2, 2],
      [80, 'young', 1, 1],
      [90, 'young', 1, 1],
    ])
    expect(byGroup.worst.every(({ supported }) => !supported)).toBe(true)
    expect(byGroup.worstSupported).toEqual([])
  })

  it('are a table of 80 columns that marks what few pairs say, without what moves the cursor', () => {
    const text = formatGroups(byGroup, { persons: 5, pictures: 7 })
    expect(text).toMatch(/^old \? +2 +4 +2 +50\.00 % +50\.00 % +50\.00 %$/m)
    expect(text).toMatch(/^young +2 +2 +0( +-){3}$/m)
    expect(text).toMatch(/^promised +0\.1 % +0\.01 % +0\.001 %$/m)
    expect(text).toMatch(/^old \? +2 +100\.00 % \(2\)\* +50\.00 % \(1\)\* +0 % \(0\)\*$/m)
    expect(text).toMatch(/^at 80 +young +100\.00 % +1 of 1\*\nwith pairs enough +none$/m)
    expect(text).toMatch(/^\* fewer pairs than the promise needs: 1000 at 70, 10000 at 80, 100000 at 90$/m)
    expect(text).toMatch(/^without a group: 1 of 5 persons, 1 of 7 pictures$/m)
    expect(text).toMatch(/^unknown names in the groups file: 6 \(X, Y, Z, U, V, and 1 more\)$/m)
    expect(text).not.toContain('\u001b')
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
  })

  it('do not mark what has pairs enough, and say nothing where nothing is amiss', () => {
    const strangers = { pairs: 100_000, accepted: [200, 20, 0] }
    const genuine = { pairs: 10, accepted: [10, 9, 8] }
    const group = { name: 'all', persons: 400, pictures: 450, found: 450, genuine, strangers }
    const of = { group: 'all', pairs: 100_000, supported: true }
    const worst = [
      { ...of, score: 70, far: 1e-3, accepted: 200 },
      { ...of, score: 80, far: 1e-4, accepted: 20 },
      { ...of, score: 90, far: 1e-5, accepted: 0 },
    ]
    const text = formatGroups(
      {
        groups: [group],
        worst,
        worstSupported: worst,
        unknownNames: { count: 0, first: [] },
        personsWithout: 0,
        picturesWithout: 0,
        genuineAcross: 0,
      },
      { persons: 400, pictures: 450 },
    )
    expect(text).toMatch(/^all +100000 +0\.20 % \(200\) +0\.0200 % \(20\) +0 % \(0\)$/m)
    expect(text).toMatch(/^at 70 +all +0\.20 % +200 of 100000$/m)
    expect(text).toMatch(/^at 90 +no pair of any group$/m)
    expect(text).not.toMatch(/\*|enough|without|unknown/)
  })

  it('stand on the page as well', () => {
    const html = formatHtml(report)
    expect(html).toContain('<h2>By group: pairs of strangers of one group that are accepted</h2>')
    expect(html).toContain('<th scope="row">old ?</th>')
    expect(html).toContain('<p>without a group: 1 of 5 persons, 1 of 7 pictures</p>')
  })
})
