import type { PartName } from '../engine/face.js'
import type { Knots } from './calibration.js'
import type { Cohort } from './cohort.js'

/** The numbers of a pack that were fitted on development images, next to its networks. */
export interface Fit {
  /** Mean of the square-rooted FaceRes embeddings: 1024 numbers. */
  readonly faceresMean: Float32Array
  /** Share of dlib's ResNet in the fused cosine similarity, 0..1; FaceRes has the rest. */
  readonly resnetShare: number
  /** Mean descriptor of each facial part, per network, before scaling to unit length. */
  readonly partMeans: Readonly<Record<PartName, { readonly resnet: Float32Array; readonly faceres: Float32Array }>>
  /** Absent while it is being fitted. */
  readonly cohort?: Cohort
  /** The relative similarity that separates DevTrain's pairs best: for measuring accuracy, not for deciding a match. */
  readonly bestThreshold: number
  /** Relative similarity of the fused embeddings to score. */
  readonly calibration: Knots
  /** Cosine similarity of a part's descriptors to score. */
  readonly partCalibrations: Readonly<Record<PartName, Knots>>
}
