/** Numbers of one kind of thing, row by row. */
export type Rows = readonly Float32Array[]

/** The variance that is added to all directions, as a share of the mean one: many have hardly any of their own. */
const SHRINKAGE = 0.01

/**
 * Fisher's linear discriminant: `direction` and `offset` such that `direction * row + offset` is positive for rows like the
 * first ones and negative for rows like the second.
 */
export function separate(first: Rows, second: Rows): { readonly direction: Float64Array; readonly offset: number } {
  const [p, q] = [describe(first), describe(second)]
  const size = p.mean.length
  const scatter = p.covariance.map((value, i) => (value + q.covariance[i]!) / 2)
  let trace = 0
  for (let i = 0; i < size; i++) trace += scatter[i * size + i]!
  for (let i = 0; i < size; i++) scatter[i * size + i]! += (SHRINKAGE * trace) / size
  const direction = solve(
    scatter,
    p.mean.map((value, i) => value - q.mean[i]!),
  )
  const offset = -direction.reduce((sum, value, i) => sum + (value * (p.mean[i]! + q.mean[i]!)) / 2, 0)
  return { direction, offset }
}

function describe(rows: Rows): { readonly mean: Float64Array; readonly covariance: Float64Array } {
  const size = rows[0]?.length ?? 0
  const mean = new Float64Array(size)
  for (const row of rows) for (let i = 0; i < size; i++) mean[i]! += row[i]! / rows.length
  const covariance = new Float64Array(size * size)
  for (const row of rows) {
    const away = Float64Array.from(row, (value, i) => value - mean[i]!)
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) covariance[i * size + j]! += (away[i]! * away[j]!) / (rows.length - 1)
    }
  }
  return { mean, covariance }
}

/** Solves a symmetric, positive definite system (Gauss's elimination needs no pivots there). */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length
  const [m, x] = [matrix.slice(), right.slice()]
  for (let k = 0; k < size; k++) {
    for (let i = k + 1; i < size; i++) {
      const factor = m[i * size + k]! / m[k * size + k]!
      for (let j = k; j < size; j++) m[i * size + j]! -= factor * m[k * size + j]!
      x[i]! -= factor * x[k]!
    }
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) x[i]! -= m[i * size + j]! * x[j]!
    x[i]! /= m[i * size + i]!
  }
  return x
}
