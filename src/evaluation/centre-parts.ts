import { mapParts, type PartName } from '../engine/face.js'
import { directionFrom, normalise } from '../score/vectors.js'
import { type Outcome, quantise } from './face-vectors.js'

/** The mean descriptor of each facial part over all faces, and the faces with their descriptors centred by it. */
export function centreParts(outcomes: readonly Outcome[]): {
  readonly outcomes: readonly Outcome[]
  readonly means: Readonly<Record<PartName, Float32Array>>
} {
  const described = outcomes.map((outcome) =>
    'face' in outcome ? mapParts((part) => normalise(Float32Array.from(outcome.face.parts[part] ?? []))) : undefined,
  )
  const means = mapParts((part) => meanOf(described.flatMap((parts) => (parts ? [parts[part]] : []))))
  const centred = outcomes.map((outcome, i) => {
    const parts = described[i]
    if (!('face' in outcome && parts)) return outcome
    return { face: { ...outcome.face, parts: mapParts((part) => quantise(directionFrom(means[part], parts[part]))) } }
  })
  return { outcomes: centred, means }
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) {
    for (const [i, value] of vector.entries()) sum[i] = (sum[i] ?? 0) + value
  }
  return Float32Array.from(sum, (value) => value / vectors.length)
}
