/** What bench/certainty.ts counts. Shares are 0..1. */
import type { Told } from './attribute-figures.js'

export interface Certainty {
  /** Of four faces in five the age is told to so many years, of adults and of children. */
  readonly age: AgeCertainty
  readonly sex: readonly SexCertainty[]
  /** How likely a smile or a laugh is, by the expression. */
  readonly smile: Odds
  readonly glasses: Told
  /** Covered by computer, in the ways of {@link COVERINGS}, and the same faces as they are. */
  readonly covered: Told
}

export interface AgeCertainty {
  readonly years: number
  /** Of faces so many are told to so many years. */
  readonly adults: number
  readonly children: number
}

/** Faces of which it is said, as surely as from `from` to `to`, what sex they look like. */
export interface SexCertainty {
  readonly from: number
  readonly to: number
  readonly adults: Stated
  readonly children: Stated
}

interface Stated {
  readonly faces: number
  /** How sure it is said to be, on average, and of how many faces it is right. */
  readonly stated: number
  readonly right: number
}

/** 1 / (1 + exp(-slope x (value - middle))) is how likely it is. */
export interface Odds {
  readonly middle: number
  readonly slope: number
}

/** A face whose age and sex are known. */
export interface KnownSubject {
  readonly isChild: boolean
  readonly years: number
  readonly isMan: boolean
  /** As the engine tells them: years, and 0 (a woman) to 100 (a man). */
  readonly age: number
  readonly gender: number
}

/** Four of five. */
const SHARE_OF_AGES = 0.8
const SEX_STEPS = [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1] as const

export function measureAge(subjects: readonly KnownSubject[]): AgeCertainty {
  const errorsOf = (children: boolean) =>
    subjects.filter(({ isChild }) => isChild === children).map(({ age, years }) => Math.abs(age - years))
  const [adults, children] = [errorsOf(false), errorsOf(true)]
  const shareWithin = (errors: readonly number[], years: number) =>
    errors.filter((error) => error <= years).length / errors.length
  if (adults.length * children.length === 0) throw new RangeError('Expected adults and children.')
  let years = 0
  while (Math.min(shareWithin(adults, years), shareWithin(children, years)) < SHARE_OF_AGES) years++
  return { years, adults: shareWithin(adults, years), children: shareWithin(children, years) }
}

export function measureSex(subjects: readonly KnownSubject[]): readonly SexCertainty[] {
  return SEX_STEPS.slice(1).map((to, i) => {
    const from = SEX_STEPS[i] ?? 0
    const said = subjects.filter(({ gender }) => {
      const sure = surenessOf(gender)
      return sure >= from && (sure < to || to === 1)
    })
    const of = (children: boolean) => countStated(said.filter(({ isChild }) => isChild === children))
    return { from, to, adults: of(false), children: of(true) }
  })
}

function countStated(said: readonly KnownSubject[]): Stated {
  const meanOf = (value: (subject: KnownSubject) => number) =>
    said.reduce((sum, subject) => sum + value(subject), 0) / Math.max(1, said.length)
  return {
    faces: said.length,
    stated: meanOf(({ gender }) => surenessOf(gender)),
    right: meanOf(({ gender, isMan }) => Number(gender > 50 === isMan)),
  }
}

function surenessOf(gender: number): number {
  return Math.max(gender, 100 - gender) / 100
}

/** The likeliest odds: Newton's way, which takes few steps for two numbers. */
export function fitOdds(values: readonly number[], labels: readonly boolean[]): Odds {
  let [offset, slope] = [0, 0]
  for (let step = 0; step < 30; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
    for (const [i, value] of values.entries()) {
      const chance = 1 / (1 + Math.exp(-(offset + slope * value)))
      const miss = Number(labels[i]) - chance
      const weight = chance * (1 - chance)
      g0 += miss
      g1 += miss * value
      h00 += weight
      h01 += weight * value
      h11 += weight * value * value
    }
    const size = h00 * h11 - h01 * h01
    offset += (h11 * g0 - h01 * g1) / size
    slope += (h00 * g1 - h01 * g0) / size
  }
  return { middle: -offset / slope, slope }
}

/**
 * Of the answers yes and no so many are right, 0..1: by the rule of succession, which counts one right and one wrong answer more, so
 * that a few hundred pictures make nothing certain.
 */
export function shareRight({ yes, no, yesRight, noRight }: Told): { readonly yes: number; readonly no: number } {
  return {
    yes: (yesRight + 1) / (yesRight + (no - noRight) + 2),
    no: (noRight + 1) / (noRight + (yes - yesRight) + 2),
  }
}
