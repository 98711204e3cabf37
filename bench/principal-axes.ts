/**
 * The directions along which vectors differ most from zero: unit vectors at right angles, the strongest first, one after
 * the other. Subspace iteration from seeded random directions; `rounds` of 8 are plenty where the strengths fall quickly.
 */
export function findPrincipalAxes(
  vectors: readonly Float32Array[],
  count: number,
  random: () => number,
  rounds = 8,
): Float32Array {
  const length = vectors[0]!.length
  const products = new Float64Array(length * length)
  for (const vector of vectors) {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) products[i * length + j]! += vector[i]! * vector[j]!
    }
  }
  let axes: readonly Float64Array[] = Array.from({ length: count }, () =>
    Float64Array.from({ length }, () => random() - 0.5),
  )
  for (let round = 0; round < rounds; round++) axes = orthonormalise(axes.map((axis) => multiply(products, axis)))
  const out = new Float32Array(count * length)
  for (const [i, axis] of axes.entries()) out.set(axis, i * length)
  return out
}

function multiply(square: Float64Array, vector: Float64Array): Float64Array {
  const { length } = vector
  return Float64Array.from({ length }, (_, i) => {
    let sum = 0
    for (let j = 0; j < length; j++) sum += square[i * length + j]! * vector[j]!
    return sum
  })
}

/** Gram-Schmidt. */
function orthonormalise(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = []
  for (const vector of vectors) {
    const rest = Float64Array.from(vector)
    for (const other of done) {
      const shared = dot(rest, other)
      for (let i = 0; i < rest.length; i++) rest[i]! -= shared * other[i]!
    }
    const length = Math.sqrt(dot(rest, rest))
    done.push(rest.map((value) => value / length))
  }
  return done
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
