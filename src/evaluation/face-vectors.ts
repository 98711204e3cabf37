import type { Box } from '../engine/face.js'
import type { Quality } from '../pipeline/quality.js'
import type { CohortScale } from '../score/cohort.js'

/** What is kept of one face where many pictures are compared. */
export interface FaceVectors {
  /** Unit-length embedding. */
  readonly embedding: Float32Array
  /** How similarities to this face are read. */
  readonly cohort: CohortScale
  /** Descriptors of the facial parts, by the names of the parts, to eight bits: see {@link quantise}. */
  readonly parts: Readonly<Record<string, Int8Array>>
  /** Where it is, in pixels of the upright picture. */
  readonly box: Box
  /** How well it is shown; undefined where the pack has no measure of that. */
  readonly quality: Quality | undefined
}

/** What became of one picture: a face, or the reason why there is none. */
export type Outcome = { readonly face: FaceVectors } | { readonly failure: Failure }

export interface Failure {
  /** The name of the error, such as FACE_NOT_DETECTED. */
  readonly kind: string
  /** For a person. */
  readonly sentence: string
  /** Of a face that is shown too poorly: how, and what was asked for. Not kept, because every run asks for itself. */
  readonly shown?: { readonly quality: Quality; readonly minQuality: number } | undefined
}

/**
 * A descriptor to eight bits a number, its length left open. Parts are only ranked here, not decided upon; in full they
 * would take thirteen times the room of the embedding.
 */
export function quantise(vector: Float32Array): Int8Array {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const scale = largest > 0 ? 127 / largest : 0
  return Int8Array.from(vector, (value) => Math.round(value * scale))
}

/** Cosine similarity of two quantised descriptors; 0 when one is all zeros. */
export function cosineOf(a: Int8Array, b: Int8Array): number {
  let dot = 0
  let lengthA = 0
  let lengthB = 0
  for (let i = 0; i < a.length; i++) {
    const p = a[i] ?? 0
    const q = b[i] ?? 0
    dot += p * q
    lengthA += p * p
    lengthB += q * q
  }
  return lengthA > 0 && lengthB > 0 ? dot / Math.sqrt(lengthA * lengthB) : 0
}
