import type { Rows } from './discriminant.js'

/** What the square of the direction's length costs, as a share of the rows' variance: many directions have hardly any of their own. */
const RIDGE = 1e-4
/** Conjugate gradients end when the residual has shrunk to this share, or after so many steps. */
const PRECISION = 1e-5
const MOST_STEPS = 400

/** A row and what is to come out for it. */
export interface Sample {
  readonly row: Float32Array
  readonly target: number
  /** How much it counts beside others. */
  readonly weight: number
}

export interface LinearMeasure {
  readonly direction: Float64Array
  readonly offset: number
}

/** Ridge regression of 1 for rows like the first ones and -1 for rows like the second, both kinds with equal weight. */
export function regress(first: Rows, second: Rows): LinearMeasure {
  return regressOnto([
    ...first.map((row) => ({ row, target: 1, weight: 0.5 / first.length })),
    ...second.map((row) => ({ row, target: -1, weight: 0.5 / second.length })),
  ])
}

/**
 * Ridge regression. Unlike Fisher's discriminant it never holds a matrix of columns by columns, so that rows may have thousands of
 * numbers.
 */
export function regressOnto(samples: readonly Sample[], ridge = RIDGE): LinearMeasure {
  const size = samples[0]?.row.length ?? 0
  const sum = samples.reduce((total, { weight }) => total + weight, 0)
  const weighted = samples.map((sample) => ({ ...sample, weight: sample.weight / sum }))
  const middle = weighted.reduce((total, { target, weight }) => total + weight * target, 0)
  const mean = new Float64Array(size)
  for (const { row, weight } of weighted) for (let i = 0; i < size; i++) mean[i]! += weight * row[i]!
  let variance = 0
  for (const { row, weight } of weighted) for (let i = 0; i < size; i++) variance += weight * (row[i]! - mean[i]!) ** 2
  const right = new Float64Array(size)
  for (const { row, target, weight } of weighted) {
    for (let i = 0; i < size; i++) right[i]! += weight * (target - middle) * (row[i]! - mean[i]!)
  }
  const ofMean = (x: Float64Array) => dot(x, mean)
  const multiply = (x: Float64Array): Float64Array => {
    const y = x.map((value) => ridge * variance * value)
    const shift = ofMean(x)
    for (const { row, weight } of weighted) {
      const share = weight * (dot(x, row) - shift)
      for (let i = 0; i < size; i++) y[i]! += share * (row[i]! - mean[i]!)
    }
    return y
  }
  const direction = solveByGradients(multiply, right)
  return { direction, offset: middle - ofMean(direction) }
}

/** Hestenes and Stiefel (1952): solves for a symmetric, positive definite matrix that is known by what it makes of a vector. */
function solveByGradients(multiply: (x: Float64Array) => Float64Array, right: Float64Array): Float64Array {
  const x = new Float64Array(right.length)
  const residual = right.slice()
  let step = right.slice()
  let left = dot(residual, residual)
  const enough = PRECISION * PRECISION * left
  for (let steps = 0; steps < MOST_STEPS && left > enough; steps++) {
    const product = multiply(step)
    const length = left / dot(step, product)
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * step[i]!
      residual[i]! -= length * product[i]!
    }
    const next = dot(residual, residual)
    const kept = next / left
    step = step.map((value, i) => residual[i]! + kept * value)
    left = next
  }
  return x
}

function dot(p: ArrayLike<number>, q: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < p.length; i++) sum += p[i]! * q[i]!
  return sum
}
