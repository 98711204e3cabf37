import type { PartName } from '../engine/face.js'
import type { Knots } from './calibration.js'
import type { Cohort } from './cohort.js'

/** The numbers of a pack that were fitted on development images, next to its networks. */
export interface Fit {
  /** Relative similarity of the embeddings to score. */
  readonly calibration: Knots
  /** The relative similarity that separates the pairs best: for measuring accuracy, not for deciding a match. */
  readonly bestThreshold: number
  /** Absent where similarities are read as they are. */
  readonly cohort?: Cohort | undefined
  readonly parts: PartFits
}

export type PartFits = Readonly<Record<PartName, PartFit>>

/** How the descriptors of a facial part are compared. */
export interface PartFit {
  /** Of many faces' descriptors, each of unit length: what all have in common. Empty where nothing is known of it. */
  readonly mean: Float32Array
  /** Cosine similarity of two descriptors, centred by the mean, to score. */
  readonly calibration: Knots
}
