import type { Face } from '../engine/face.js'
import type { FaceAttributes, GalleryLimits, GalleryRepository } from '../gallery/gallery.js'
import type { GallerySearch } from '../gallery/search.js'
import type { Knots } from '../score/calibration.js'
import type { AuditEvent } from './audit.js'

/** What the calls about persons work with. */
export interface Gallery {
  readonly repository: GalleryRepository
  readonly search: GallerySearch
  readonly engine: GalleryEngine
  readonly limits: GalleryLimits & {
    /** Persons that a search tells of. */
    readonly maxCandidates: number
    /** A search tells of nobody below this score, 0 to 100. */
    readonly minConfidence: number
  }
  /** Told of every read and change of a person, also of one that was refused. */
  readonly onAudit: (event: AuditEvent) => void
}

/** What is to be known of the engine in use. */
export interface GalleryEngine {
  readonly packId: string
  /** Relative similarity to score. */
  readonly calibration: Knots
  /** The quality below which faces are neither enrolled nor searched for, 0 to 100. */
  readonly leastQuality: number
  /** Pictures that may be analysed at once for one call. */
  readonly lanes: number
}

/** What the calls need of an analysed face. */
export interface AnalysedFace
  extends Pick<Face, 'packId' | 'embedding' | 'cohort' | 'quality' | 'box' | 'rollDegrees'> {
  /** What was asked of it besides. */
  readonly attributes?: Omit<FaceAttributes, 'box'> | undefined
}

/**
 * A picture that is fetched and analysed when its turn comes: nothing is done for a call that must be refused anyway. Rejects
 * with the FaceCompareError of the picture.
 */
export type FaceSource = () => Promise<AnalysedFace>
