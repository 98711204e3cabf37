/** Scales to unit length in place; a zero vector stays zero. */
export function normalise(v: Float32Array): Float32Array {
  let sum = 0
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!
  const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0
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

/** Both vectors one after the other, scaled so that the dot product of two results is `share * a + (1 - share) * b`. */
export function joinWeighted(a: Float32Array, b: Float32Array, shareOfA: number): Float32Array {
  const joined = new Float32Array(a.length + b.length)
  const wa = Math.sqrt(shareOfA)
  const wb = Math.sqrt(1 - shareOfA)
  for (let i = 0; i < a.length; i++) joined[i] = wa * a[i]!
  for (let i = 0; i < b.length; i++) joined[a.length + i] = wb * b[i]!
  return joined
}
