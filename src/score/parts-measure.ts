import { PART_NAMES, type PartName } from '../engine/face.js'
import { dotProduct } from './vectors.js'

/**
 * Tells faces of two kinds apart by the descriptors of their parts: a face from what a detector takes for one, a covered face from
 * an open one. Where the landmark network puts eyes, nose and mouth, the embedder's maps show whether there are any: each descriptor
 * tells a little, all together enough.
 */
export interface PartsMeasure {
  /** As long as the descriptors. */
  readonly directions: Readonly<Record<PartName, Float32Array>>
  readonly offset: number
}

/** Positive for the one kind, negative for the other, the further the surer. `parts` are of unit length and not centred. */
export function measureParts(
  { directions, offset }: PartsMeasure,
  parts: Readonly<Record<PartName, Float32Array>>,
): number {
  return PART_NAMES.reduce((sum, part) => sum + dotProduct(directions[part], parts[part]), offset)
}
