import { normalise } from '../src/score/vectors.js'

/** The share of the variance that has no direction: the more, the further is each made-up vector from every face. */
const EVEN_SHARE = 0.3

/**
 * Unit-length vectors of nobody: normally distributed with the mean and the covariance of the given ones, part of which is spread
 * evenly over all directions. Each is the mean, plus a sum of all faces' differences from it, none of which weighs more than
 * any other by more than chance.
 */
export function makeUp(rows: readonly Float32Array[], count: number, random: () => number): readonly Float32Array[] {
  const columns = rows[0]?.length ?? 0
  const mean = new Float64Array(columns)
  for (const row of rows) for (let i = 0; i < columns; i++) mean[i]! += row[i]! / rows.length
  const differences = rows.map((row) => row.map((value, i) => value - mean[i]!))
  let squares = 0
  for (const difference of differences) for (const value of difference) squares += value * value
  const even = Math.sqrt((EVEN_SHARE * squares) / (rows.length * columns))
  const along = Math.sqrt((1 - EVEN_SHARE) / Math.max(1, rows.length - 1))
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from(mean, (value) => value + even * drawNormal(random))
    for (const difference of differences) {
      const weight = along * drawNormal(random)
      for (let i = 0; i < columns; i++) vector[i]! += weight * difference[i]!
    }
    return normalise(vector)
  })
}

/** From the normal distribution (Box and Muller, 1958). */
function drawNormal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
