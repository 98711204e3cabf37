import { dotProduct, lengthOf } from './vectors.js'

/**
 * Tells an embedding of an upright face from one of a face that was aligned the wrong way up: landmark networks make an upright
 * face of anything, and an embedder gives what comes of it a corner of its own.
 */
export interface Upright {
  /** As long as the embedding. */
  readonly direction: Float32Array
  /** What a length of 1, before the embedding is scaled to it, adds. */
  readonly perLength: number
  readonly offset: number
}

/** Positive for an upright face, negative for another, the further the surer. `vector` is the embedding before it is scaled. */
export function measureUpright({ direction, perLength, offset }: Upright, vector: Float32Array): number {
  const length = lengthOf(vector)
  return dotProduct(direction, vector) / (length || 1) + perLength * length + offset
}
