import { binAtFar, measureCurve, measureImpostors, tarFrom } from '../src/evaluation/figures.js'
import { type Counted, countAccepted, PROMISES } from '../src/evaluation/group-figures.js'
import type { Grouping } from '../src/evaluation/groups.js'
import type { Tally } from '../src/evaluation/tally.js'

/** What the name of a picture says of the person: `GROUP/NNNN_SEX_AGE.jpg`. */
export interface Subject {
  readonly group: string
  readonly sex: 'f' | 'm'
}

/** Strangers of one group and one sex. */
export interface GroupFigures extends Subject, Counted {
  readonly pictures: number
  /** Pictures that show a face. */
  readonly found: number
}

/** What belongs to the thresholds that keep a rate in the worst group of adults, and of all. */
interface Keeping {
  readonly far: number
  readonly adults: number
  readonly everybody: number
}

interface GroupsMeasured {
  readonly groups: readonly GroupFigures[]
  /** For 1e-3 and 1e-4, as bins of a tally: the thresholds at which no group accepts more. */
  readonly keeping: readonly Keeping[]
}

/** People all against all. Shares of genuine pairs; one with a picture that shows no face is rejected. */
export interface PeopleFigures {
  readonly genuinePairs: number
  readonly impostorPairs: number
  /** At the scores of {@link PROMISES}. */
  readonly acceptedAtScores: readonly number[]
  /** At the false accept rates of {@link PROMISES}, over the same people. */
  readonly acceptedAtRates: readonly number[]
  /** At the thresholds that keep a rate in the worst group. */
  readonly keeping: readonly Keeping[]
}

/** All of one pack. */
export interface PackGroups {
  /** Name and hash of what its embeddings depend on. */
  readonly pack: string
  /** UTC. */
  readonly date: string
  readonly groups: readonly GroupFigures[]
  readonly people?: PeopleFigures
}

const KEPT_RATES = [1e-3, 1e-4] as const
/** Classes of children: from, to, both included. */
const CHILDREN = [
  [3, 6],
  [7, 12],
] as const

/** Throws an Error with one sentence for a name that says nothing of a person. */
export function readSubject(name: string): Subject {
  const [, folder, sex, years] = /^([\w-]+)\/\d+_([fm])_(\d+)\.jpg$/.exec(name) ?? []
  if (!folder || !sex || !years) throw new Error(`Expected GROUP/NNNN_SEX_AGE.jpg but received ${name}.`)
  return { group: folder === 'child' ? nameChildren(Number(years)) : folder, sex: sex === 'f' ? 'f' : 'm' }
}

function nameChildren(age: number): string {
  const found = CHILDREN.find(([from, to]) => age >= from && age <= to)
  if (!found) throw new Error(`Expected a child of 3 to 12 years but received one of ${age}.`)
  return `${CHILD}${found.join('-')}`
}

const CHILD = 'child '

export function isChild({ group }: Pick<Subject, 'group'>): boolean {
  return group.startsWith(CHILD)
}

/** Those of one group and one sex are compared; children come last. */
export function groupSubjects(subjects: readonly Subject[]): Grouping {
  const names = [...new Set(subjects.map(keyOf))].sort()
  return { names, groupOf: Int32Array.from(subjects, (subject) => names.indexOf(keyOf(subject))) }
}

function keyOf({ group, sex }: Subject): string {
  return `${isChild({ group }) ? 1 : 0} ${group} ${sex}`
}

/**
 * The person of each picture: one of its own, but for those that were seen to be of one.
 *
 * @param same pairs of names; of names that are not there nothing is told
 */
export function tellPersons(names: readonly string[], same: readonly (readonly [string, string])[]): Int32Array {
  const personOf = Int32Array.from(names.keys())
  for (const [name, other] of same) {
    const [person, joined] = [personOf[names.indexOf(name)], personOf[names.indexOf(other)]]
    if (person === undefined || joined === undefined) continue
    for (const [i, known] of personOf.entries()) if (known === joined) personOf[i] = person
  }
  return personOf
}

/**
 * @param found whether each picture shows a face
 * @param tallies of the groups of {@link groupSubjects}, whose strangers are pictures of two persons as {@link tellPersons} tells them
 * @param bins those of the scores of {@link PROMISES}
 */
export function measureGroups(
  subjects: readonly Subject[],
  found: readonly boolean[],
  tallies: readonly Tally[],
  bins: readonly number[],
): GroupsMeasured {
  const { groupOf } = groupSubjects(subjects)
  const groups = tallies.map((tally, place): GroupFigures => {
    const members = [...groupOf.keys()].filter((i) => groupOf[i] === place)
    const { group, sex } = subjects[members[0]!]!
    const pictures = { pictures: members.length, found: members.filter((i) => found[i]).length }
    return { group, sex, ...pictures, ...countAccepted(tally, bins).strangers }
  })
  const keepIn = (far: number, counts: (group: GroupFigures) => boolean) =>
    Math.max(...tallies.filter((_, i) => counts(groups[i]!)).map((tally) => binAtFar(measureImpostors(tally), far)))
  return {
    groups,
    keeping: KEPT_RATES.map((far) => ({
      far,
      adults: keepIn(far, (group) => !isChild(group)),
      everybody: keepIn(far, () => true),
    })),
  }
}

/** @param bins as in {@link measureGroups} */
export function measurePeople(
  tally: Tally,
  bins: readonly number[],
  keeping: GroupsMeasured['keeping'] = [],
): PeopleFigures {
  const curve = measureCurve(tally)
  return {
    genuinePairs: curve.genuinePairs,
    impostorPairs: curve.impostorPairs,
    acceptedAtScores: bins.map((bin) => tarFrom(curve, bin)),
    acceptedAtRates: PROMISES.map(({ far }) => tarFrom(curve, binAtFar(curve, far))),
    keeping: keeping.map(({ far, adults, everybody }) => ({
      far,
      adults: tarFrom(curve, adults),
      everybody: tarFrom(curve, everybody),
    })),
  }
}
