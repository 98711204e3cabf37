import { type ByteRows, Matrix, toByteRows } from '../src/pipeline/matrix.js'
import { type Cohort, type CohortScale, measureLikes, scaleByCohort } from '../src/score/cohort.js'
import { seeded } from '../support/random.js'
import { type ClassOfFaces, describeClass } from './class-of-faces.js'
import type { FittedFace, Group } from './fit-faces.js'
import { lengthOfFace } from './fit-quality.js'

/** How much a class weighs beside others. White faces are many among LFW's already; East Asian ones are closest together. */
const WEIGHTS = { ofPress: 300, ofGroup: 170, ofChildren: 240, ofPoor: 80, ofWhite: 90, ofEastAsian: 200 } as const
/** Classes of poor pictures whose strangers are hard to keep apart although the faces are still known. */
const HARD: readonly string[] = ['mask', 'sunglasses', 'half covered', 'over-exposed', 'side light']
const WEIGHT_OF_HARD = 160
/** Fewer faces are no class. */
export const FEWEST_FACES = 60

/** What the faces of each group, sex and age have in common, and those that are shown poorly in each way. */
export function fitCohort(plain: readonly FittedFace[], poor: readonly FittedFace[]): Cohort {
  const random = seeded(14)
  const described: (ClassOfFaces & { readonly weight: number })[] = []
  const add = (faces: readonly FittedFace[], weight: number): void => {
    if (faces.length < FEWEST_FACES) return
    const rows = faces.map(({ face }) => face.embedding)
    described.push({ ...describeClass(rows, random), weight })
  }
  for (const [name, faces] of byGroup(plain, ({ name, sex, age }) => (age === 'adult' ? `${name} ${sex}` : age))) {
    add(faces, weightOf(name))
  }
  add(
    plain.filter(({ of }) => of === 'DevTrain'),
    WEIGHTS.ofPress,
  )
  for (const kind of new Set(poor.map((face) => face.kind))) {
    add(
      poor.filter((face) => face.kind === kind),
      HARD.includes(kind) ? WEIGHT_OF_HARD : WEIGHTS.ofPoor,
    )
  }
  const all = described.reduce((sum, { weight }) => sum + weight, 0)
  const rows = described.flatMap(({ mean, directions }) => [mean, ...directions])
  const cohort = {
    classes: described.map(({ weight, directions, evenVariance }) => ({
      share: weight / all,
      directions: directions.length,
      evenVariance,
    })),
    rows: toByteRows(rows, rows[0]?.length ?? 0),
  }
  return { ...cohort, ...describeAverage(cohort, plain) }
}

function weightOf(group: string): number {
  if (group.endsWith('child')) return WEIGHTS.ofChildren
  if (group.startsWith('white')) return WEIGHTS.ofWhite
  return group.startsWith('east-asian') ? WEIGHTS.ofEastAsian : WEIGHTS.ofGroup
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

/** How much more a face that a cohort was made from may be like one of its rows than a face that it was not made from. */
const MOST_LEANING = 0.04

/**
 * Holds a cohort to showing nobody: on the average the row that is most like a face is hardly more like one that it was made from than
 * another of the same kind. Throws an Error where it is.
 */
export function requireNobody({ rows }: Cohort, used: readonly FittedFace[], others: readonly FittedFace[]): void {
  const lengths = lengthsOf(rows)
  const matrix = new Matrix({ ...rows, scales: rows.scales.map((scale, row) => scale / lengths[row]!) })
  const nearest = (faces: readonly FittedFace[]): number =>
    faces.reduce((sum, { face }) => sum + Math.max(...matrix.times(face.embedding).map(Math.abs)), 0) / faces.length
  const leaning = nearest(used) - nearest(others)
  console.log(`cohort: ${lengths.length} rows, ${leaning.toFixed(4)} nearer to the faces that they were made from`)
  if (!(leaning <= MOST_LEANING)) throw new Error('The cohort is like the faces that it was made from.')
}

function lengthsOf({ columns, scales, bytes }: ByteRows): Float32Array {
  return scales.map((scale, row) => scale * Math.hypot(...bytes.subarray(row * columns, (row + 1) * columns)))
}

/** How like an average grown-up's face those are that are most like it, and its length. */
function describeAverage(
  cohort: Pick<Cohort, 'classes' | 'rows'>,
  plain: readonly FittedFace[],
): Pick<Cohort, 'likes' | 'length'> {
  const adults = plain.filter(({ of }) => of === 'DevTrain' || (typeof of === 'object' && of.age === 'adult'))
  let [hundredth, tenThousandth, length] = [0, 0, 0]
  for (const fitted of adults) {
    const likes = measureLikes(cohort, fitted.face.embedding)
    hundredth += likes.hundredth / adults.length
    tenThousandth += likes.tenThousandth / adults.length
    length += lengthOfFace(fitted) / adults.length
  }
  return { likes: { hundredth, tenThousandth }, length }
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
