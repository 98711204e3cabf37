/** What bench/attributes.ts counts. */

export interface SubjectEstimate {
  readonly years: number
  readonly sex: 'f' | 'm'
  /** Undefined where no face was found. */
  readonly estimated: { readonly years: number; readonly isMan: boolean } | undefined
}

export interface GroupAttributes {
  readonly group: string
  readonly sex: 'f' | 'm'
  readonly pictures: number
  readonly found: number
  /** Mean absolute error, and mean error (positive: taken for older), in years. */
  readonly ageError: number
  readonly ageBias: number
  /** Share of faces whose sex is told as it is labelled. */
  readonly sexRight: number
}

export function measureGroup(group: string, sex: 'f' | 'm', members: readonly SubjectEstimate[]): GroupAttributes {
  const found = members.flatMap(({ estimated }) => (estimated ? [estimated] : []))
  const errors = members.flatMap(({ years, estimated }) => (estimated ? [estimated.years - years] : []))
  return {
    group,
    sex,
    pictures: members.length,
    found: found.length,
    ageError: meanOf(errors.map(Math.abs)),
    ageBias: meanOf(errors),
    sexRight: meanOf(found.map(({ isMan }) => Number(isMan === (sex === 'm')))),
  }
}

/** Of a yes or no. */
export interface Told {
  readonly yes: number
  readonly no: number
  /** Of those that are, so many were told. */
  readonly yesRight: number
  readonly noRight: number
}

export function countTold(labels: readonly boolean[], told: readonly boolean[]): Told {
  const count = (label: boolean, answer: boolean) =>
    labels.filter((value, i) => value === label && told[i] === answer).length
  return {
    yes: labels.filter(Boolean).length,
    no: labels.filter((value) => !value).length,
    yesRight: count(true, true),
    noRight: count(false, false),
  }
}

/** The angle between two directions, 0 to 180 degrees. */
export function angleBetween(p: number, q: number): number {
  const turn = Math.abs(p - q) % 360
  return Math.min(turn, 360 - turn)
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The value that a share of all do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((p, q) => p - q)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}
