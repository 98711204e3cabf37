import { Matrix, toByteRows } from '../src/pipeline/matrix.js'
import { type Cohort, type CohortScale, measureNearest, scaleByCohort } from '../src/score/cohort.js'
import { seeded } from '../support/random.js'
import type { FittedFace, Group } from './fit-faces.js'
import { lengthOfFace } from './fit-quality.js'
import { makeUp } from './made-up.js'

/** The share of the cohort that says how a face stands among its likes. */
const NEAREST_SHARE = 0.04

/** Members made up from the faces of one class. White faces are many among LFW's already; East Asian ones are closest together. */
const MEMBERS = { ofPress: 300, ofGroup: 170, ofChildren: 240, ofPoor: 80, ofWhite: 90, ofEastAsian: 200 } as const
/** Classes of poor pictures whose strangers are hard to keep apart although the faces are still known. */
const HARD: readonly string[] = ['mask', 'sunglasses', 'half covered']
const MEMBERS_OF_HARD = 160
/** From fewer faces no class is made up, and no more members than there are faces: else some would be like one of them. */
const FEWEST_FACES = 60

/** Faces of nobody that stand for everybody: made up for each group, sex and age, and for each way of being shown poorly. */
export function fitCohort(plain: readonly FittedFace[], poor: readonly FittedFace[]): Cohort {
  const random = seeded(14)
  const members: Float32Array[] = []
  const add = (faces: readonly FittedFace[], count: number): void => {
    if (faces.length < FEWEST_FACES) return
    const rows = faces.map(({ face }) => face.embedding)
    members.push(...makeUp(rows, Math.min(count, rows.length), random))
  }
  for (const [name, faces] of byGroup(plain, ({ name, sex, age }) => (age === 'adult' ? `${name} ${sex}` : age))) {
    add(faces, countFor(name))
  }
  add(
    plain.filter(({ of }) => of === 'DevTrain'),
    MEMBERS.ofPress,
  )
  for (const kind of new Set(poor.map((face) => face.kind))) {
    const faces = poor.filter((face) => face.kind === kind)
    add(faces, countPoor(kind))
  }
  const cohort = { members: toByteRows(members, members[0]?.length ?? 0), nearestShare: NEAREST_SHARE }
  return { ...cohort, ...describeAverage(cohort, plain) }
}

/** How many members a class of poor pictures has where there are faces enough. */
export function countPoor(kind: string): number {
  return HARD.includes(kind) ? MEMBERS_OF_HARD : MEMBERS.ofPoor
}

function countFor(group: string): number {
  if (group.endsWith('child')) return MEMBERS.ofChildren
  if (group.startsWith('white')) return MEMBERS.ofWhite
  return group.startsWith('east-asian') ? MEMBERS.ofEastAsian : MEMBERS.ofGroup
}

/** The faces of each group, by the name that `nameOf` gives it. */
export function byGroup<F extends FittedFace>(
  faces: readonly F[],
  nameOf: (group: Group) => string,
): ReadonlyMap<string, readonly F[]> {
  const groups = new Map<string, F[]>()
  for (const face of faces) {
    if (typeof face.of === 'string') continue
    const name = nameOf(face.of)
    groups.set(name, [...(groups.get(name) ?? []), face])
  }
  return groups
}

/** How much closer a face that a cohort was made from may be to its nearest member than a face that it was not made from. */
const MOST_LEANING = 0.04

/**
 * Holds a cohort to showing nobody: on the average the nearest member is hardly nearer to a face that it was made from than to
 * another of the same kind. Throws an Error where it is.
 */
export function requireNobody({ members }: Cohort, used: readonly FittedFace[], others: readonly FittedFace[]): void {
  const matrix = new Matrix(members)
  const nearest = (faces: readonly FittedFace[]): number =>
    faces.reduce((sum, { face }) => sum + Math.max(...matrix.times(face.embedding)), 0) / faces.length
  const leaning = nearest(used) - nearest(others)
  console.log(
    `cohort: ${members.scales.length} members, ${leaning.toFixed(4)} nearer to the faces that they were made from`,
  )
  if (leaning > MOST_LEANING) throw new Error('The members of the cohort are like the faces that they were made from.')
}

/** Mean and deviation of the similarities of an average grown-up's face to the members that are most like it, and its length. */
function describeAverage(
  cohort: Pick<Cohort, 'members' | 'nearestShare'>,
  plain: readonly FittedFace[],
): Pick<Cohort, 'mean' | 'deviation' | 'length'> {
  const adults = plain.filter(({ of }) => of === 'DevTrain' || (typeof of === 'object' && of.age === 'adult'))
  let mean = 0
  let deviation = 0
  let length = 0
  for (const fitted of adults) {
    const nearest = measureNearest(cohort, fitted.face.embedding)
    mean += nearest.mean / adults.length
    deviation += nearest.deviation / adults.length
    length += lengthOfFace(fitted) / adults.length
  }
  return { mean, deviation, length }
}

/** A face, and how similarities to it are read. */
export interface Scaled extends FittedFace {
  readonly scale: CohortScale
}

export function scaleAll(cohort: Cohort, faces: readonly FittedFace[]): readonly Scaled[] {
  return faces.map((fitted) => ({ ...fitted, scale: scaleFitted(cohort, fitted) }))
}

/** How similarities to a face are read that was made with the pack's lengths alone, see {@link lengthOfFace}. */
export function scaleFitted(cohort: Cohort, fitted: FittedFace): CohortScale {
  return scaleByCohort(cohort, fitted.face.embedding, lengthOfFace(fitted))
}
