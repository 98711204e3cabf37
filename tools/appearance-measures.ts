/** The linear measures of src/pipeline/appearance.ts, from labelled faces. */
import type { PartsMeasure } from '../src/score/parts-measure.js'
import type { Described, Labelled, Subject } from './appearance-samples.js'
import { splitByPart } from './fit-face-likeness.js'
import { type LinearMeasure, regress, regressOnto } from './regression.js'

/** Chosen on `fit.txt`: what costs a long direction, for measures with thousands of samples. */
const RIDGE = 3e-4
/** So many parts the faces are put into, each of which is measured by a fit of the others: few of thousands, more of hundreds. */
const FOLDS = { ofSubjects: 2, ofLabelled: 5 } as const

/** Years. */
export function fitAge(subjects: readonly Described<Subject>[]): PartsMeasure {
  return toParts(
    regressOnto(
      subjects.map(({ row, years }) => ({ row, target: years, weight: 1 })),
      RIDGE,
    ),
  )
}

/** The logarithm of the odds that it is a man: the regression by as much as fits best the faces that it was not made from. */
export function fitGender(subjects: readonly Described<Subject>[]): PartsMeasure {
  const isMan = ({ sex }: Subject): boolean => sex === 'm'
  const held = measureHeldOut(subjects, regressGender, FOLDS.ofSubjects)
  const slope = fitSlope(held.map((value, i) => (isMan(subjects[i]!) ? value : -value)))
  return toParts(stretch(regressGender(subjects), 0, slope))
}

/** Men and women of every group count alike, however many there are. */
function regressGender(subjects: readonly Described<Subject>[]): LinearMeasure {
  const keyOf = ({ group, sex }: Subject): string => `${group} ${sex}`
  const counts = new Map<string, number>()
  for (const subject of subjects) counts.set(keyOf(subject), (counts.get(keyOf(subject)) ?? 0) + 1)
  return regressOnto(
    subjects.map((subject) => ({
      row: subject.row,
      target: subject.sex === 'm' ? 1 : -1,
      weight: 1 / counts.get(keyOf(subject))!,
    })),
    RIDGE,
  )
}

/** The slope that makes what is right (positive) or wrong (negative) the likeliest, as odds. */
function fitSlope(margins: readonly number[]): number {
  const loss = (slope: number) => margins.reduce((sum, margin) => sum + Math.log1p(Math.exp(-slope * margin)), 0)
  const slopes = Array.from({ length: 200 }, (_, i) => (i + 1) / 10)
  return slopes.reduce((best, slope) => (loss(slope) < loss(best) ? slope : best))
}

/** Positive for glasses. */
export function fitGlasses(labelled: readonly Described<Labelled>[]): PartsMeasure {
  return toParts(regressGlasses(labelled))
}

export function regressGlasses(labelled: readonly Described<Labelled>[]): LinearMeasure {
  return regress(
    labelled.filter(({ hasGlasses }) => hasGlasses).map(({ row }) => row),
    labelled.filter(({ hasGlasses }) => !hasGlasses).map(({ row }) => row),
  )
}

/** 25 where a smile begins, 50 for what half of the smiles exceed; both by faces that it was not made from. */
export function fitExpression(labelled: readonly Described<Labelled>[]): PartsMeasure {
  return toParts(regressExpression(labelled))
}

const DEGREES = { normal: 0, smile: 1, laugh: 2 } as const

export function regressExpression(labelled: readonly Described<Labelled>[]): LinearMeasure {
  const regressDegree = (some: readonly Described<Labelled>[]) =>
    regressOnto(some.map(({ row, expression }) => ({ row, target: DEGREES[expression], weight: 1 })))
  const held = measureHeldOut(labelled, regressDegree)
  const border = findBorder(
    held,
    labelled.map(({ expression }) => expression !== 'normal'),
  )
  const smiles = held.filter((_, i) => labelled[i]!.expression === 'smile').sort((p, q) => p - q)
  const middle = smiles[Math.floor(smiles.length / 2)] ?? border
  const { direction, offset } = stretch(regressDegree(labelled), border, 25 / Math.max(1e-3, middle - border))
  return { direction, offset: offset + 25 }
}

type Fit<T> = (samples: readonly Described<T>[]) => LinearMeasure

/** What each sample measures by a fit of those of the other folds. */
export function measureHeldOut<T>(
  samples: readonly Described<T>[],
  regressSome: Fit<T>,
  folds: number = FOLDS.ofLabelled,
): readonly number[] {
  const measured: number[] = []
  for (let fold = 0; fold < folds; fold++) {
    const measure = regressSome(samples.filter((_, i) => i % folds !== fold))
    for (let i = fold; i < samples.length; i += folds) measured[i] = measureWith(measure, samples[i]!.row)
  }
  return measured
}

function measureWith({ direction, offset }: LinearMeasure, row: Float32Array): number {
  return row.reduce((sum, value, i) => sum + value * direction[i]!, offset)
}

/** Where the mean of both shares of right answers is largest; in the middle of where it is. */
function findBorder(values: readonly number[], labels: readonly boolean[]): number {
  const borders = [...values].sort((p, q) => p - q)
  const rightAt = (border: number): number => {
    const shareOf = (label: boolean): number => {
      const own = values.filter((_, i) => labels[i] === label)
      return own.filter((value) => value > border === label).length / Math.max(1, own.length)
    }
    return shareOf(true) + shareOf(false)
  }
  const rights = borders.map(rightAt)
  const most = Math.max(...rights)
  const [first, last] = [rights.indexOf(most), rights.lastIndexOf(most)]
  return (borders[first]! + borders[last + 1 < borders.length ? last + 1 : last]!) / 2
}

/** `scale` times what lies above `zero`. */
function stretch({ direction, offset }: LinearMeasure, zero: number, scale: number): LinearMeasure {
  return { direction: direction.map((value) => scale * value), offset: scale * (offset - zero) }
}

function toParts({ direction, offset }: LinearMeasure): PartsMeasure {
  return splitByPart(direction, offset)
}
