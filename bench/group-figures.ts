import { countWhile, thresholdAtFar } from '../support/metrics.js'

/** What the name of a picture says of the person: `GROUP/NNNN_SEX_AGE.jpg`. */
export interface Subject {
  readonly group: string
  readonly sex: 'f' | 'm'
}

/** The scores that stand for a false accept rate, and the rate that each promises. */
export const PROMISES = [
  { score: 70, far: 1e-3 },
  { score: 80, far: 1e-4 },
  { score: 90, far: 1e-5 },
] as const

/** One face with what it is compared by. */
export interface Compared {
  /** Relative similarity of two faces, by their places in the list. */
  readonly similarityOf: (a: number, b: number) => number
  /** The least similarity with each of the scores of {@link PROMISES}. */
  readonly thresholds: readonly number[]
}

/** Strangers of one group and one sex. */
export interface GroupFigures extends Subject {
  readonly pictures: number
  /** Pictures that show a face. */
  readonly found: number
  readonly pairs: number
  /** Of the pairs, those that reach the scores of {@link PROMISES}. */
  readonly accepted: readonly number[]
}

export interface GroupsMeasured {
  readonly groups: readonly GroupFigures[]
  /** For 1e-3 and 1e-4: the similarity above which no group of adults accepts more, and none of all groups. */
  readonly keeping: readonly { readonly far: number; readonly adults: number; readonly everybody: number }[]
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
  readonly keeping: readonly { readonly far: number; readonly adults: number; readonly everybody: number }[]
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

/** @param faces for each picture its place in what is compared; undefined where it shows no face */
export function measureGroups(
  subjects: readonly Subject[],
  faces: readonly (number | undefined)[],
  compared: Compared,
): GroupsMeasured {
  const keys = [...new Set(subjects.map(keyOf))].sort()
  const measured = keys.map((key) => {
    const pictures = [...subjects.keys()].filter((i) => keyOf(subjects[i]!) === key)
    const found = pictures.flatMap((i) => faces[i] ?? [])
    const similarities = compareAll(found, compared)
    const { group, sex } = subjects[pictures[0]!]!
    const accepted = compared.thresholds.map((threshold) => countWhile(similarities, (s) => s >= threshold))
    const figures = { group, sex, pictures: pictures.length, found: found.length, pairs: similarities.length, accepted }
    return { figures, similarities }
  })
  const adults = measured.filter(({ figures }) => !isChild(figures))
  const keepIn = (groups: typeof measured, far: number) =>
    Math.max(...groups.map(({ similarities }) => thresholdAtFar(similarities, far)))
  return {
    groups: measured.map(({ figures }) => figures),
    keeping: KEPT_RATES.map((far) => ({ far, adults: keepIn(adults, far), everybody: keepIn(measured, far) })),
  }
}

function keyOf({ group, sex }: Subject): string {
  return `${isChild({ group }) ? 1 : 0} ${group} ${sex}`
}

/** Highest first. */
function compareAll(faces: readonly number[], { similarityOf }: Compared): Float64Array {
  const similarities = new Float64Array((faces.length * (faces.length - 1)) / 2)
  let at = 0
  for (const [i, a] of faces.entries()) for (const b of faces.slice(0, i)) similarities[at++] = similarityOf(a, b)
  return similarities.sort().reverse()
}

/** @param persons of each picture; @param faces as in {@link measureGroups} */
export function measurePeople(
  persons: readonly string[],
  faces: readonly (number | undefined)[],
  compared: Compared,
  keeping: GroupsMeasured['keeping'] = [],
): PeopleFigures {
  const genuine: number[] = []
  const impostors: number[] = []
  for (const [i, a] of faces.entries()) {
    for (const [j, b] of faces.slice(0, i).entries()) {
      const isGenuine = persons[i] === persons[j]
      if (a !== undefined && b !== undefined) (isGenuine ? genuine : impostors).push(compared.similarityOf(a, b))
      else if (isGenuine) genuine.push(Number.NEGATIVE_INFINITY)
    }
  }
  const sorted = (values: readonly number[]) => Float64Array.from(values).sort().reverse()
  const [accepts, refuses] = [sorted(genuine), sorted(impostors)]
  const shareAbove = (threshold: number) => countWhile(accepts, (s) => s > threshold) / accepts.length
  return {
    genuinePairs: genuine.length,
    impostorPairs: impostors.length,
    acceptedAtScores: compared.thresholds.map(
      (threshold) => countWhile(accepts, (s) => s >= threshold) / accepts.length,
    ),
    acceptedAtRates: PROMISES.map(({ far }) => shareAbove(thresholdAtFar(refuses, far))),
    keeping: keeping.map(({ far, adults, everybody }) => ({
      far,
      adults: shareAbove(adults),
      everybody: shareAbove(everybody),
    })),
  }
}

/** Of the pairs, the share at each of {@link PROMISES}; 0 where there are none. */
export function sharesOf({ accepted, pairs }: GroupFigures): readonly number[] {
  return accepted.map((count) => count / Math.max(1, pairs))
}

/** The groups with the largest share at each of {@link PROMISES}. */
export function findWorst(groups: readonly GroupFigures[]): readonly (GroupFigures | undefined)[] {
  return PROMISES.map((_, at) => groups.toSorted((p, q) => sharesOf(q)[at]! - sharesOf(p)[at]!)[0])
}
