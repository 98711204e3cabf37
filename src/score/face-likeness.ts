import { PART_NAMES, type PartName } from '../engine/face.js'
import { dotProduct } from './vectors.js'

/**
 * Tells a face from what a detector takes for one. Where the landmark network puts eyes, nose and mouth, the embedder's maps
 * show whether there are any: each descriptor tells a little, all together enough.
 */
export interface FaceLikeness {
  /** As long as the descriptors. */
  readonly directions: Readonly<Record<PartName, Float32Array>>
  readonly offset: number
}

/** Positive for a face, negative for what is none, the further the surer. `parts` are of unit length and not centred. */
export function measureFaceLikeness(
  { directions, offset }: FaceLikeness,
  parts: Readonly<Record<PartName, Float32Array>>,
): number {
  return PART_NAMES.reduce((sum, part) => sum + dotProduct(directions[part], parts[part]), offset)
}
