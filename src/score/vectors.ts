export function lengthOf(v: Float32Array): number {
  let sum = 0
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!
  return Math.sqrt(sum)
}

/** Scales to unit length in place; a zero vector stays zero. */
export function normalise(v: Float32Array): Float32Array {
  const length = lengthOf(v)
  const scale = length > 0 ? 1 / length : 0
  for (let i = 0; i < v.length; i++) v[i]! *= scale
  return v
}

/** Throws RangeError when the lengths differ. */
export function dotProduct(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length)
    throw new RangeError(`Expected vectors of equal length but received ${a.length} and ${b.length}`)
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * All vectors one after the other, scaled so that the dot product of two results is the weighted sum of their own. Of unit
 * vectors, with weights that sum to 1, the result is one, too.
 */
export function joinWeighted(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const joined = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const [i, vector] of vectors.entries()) {
    const root = Math.sqrt(weights[i]!)
    for (let k = 0; k < vector.length; k++) joined[at++] = root * vector[k]!
  }
  return joined
}

/** The unit-length direction from `origin` to `v`; of `v` itself where the origin is empty. Zeros where there is none. */
export function directionFrom(origin: Float32Array, v: Float32Array): Float32Array {
  if (origin.length === 0) return normalise(v.slice())
  if (v.length !== origin.length) {
    throw new RangeError(`Expected vectors of equal length but received ${origin.length} and ${v.length}`)
  }
  const direction = new Float32Array(v.length)
  for (let i = 0; i < v.length; i++) direction[i] = v[i]! - origin[i]!
  return normalise(direction)
}
