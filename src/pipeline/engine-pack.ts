import type { Face } from '../engine/face.js'
import type { Image } from '../image/image.js'
import type { Detection } from './detect.js'

/** What a pack makes of one upright image; coordinates are pixels of that image. */
export interface AnalysedFace extends Pick<Face, 'embedding' | 'cohort' | 'parts' | 'landmarks' | 'faceCount'> {
  readonly detection: Detection
  readonly detectMs: number
  readonly alignMs: number
  readonly embedMs: number
}

/** A pack with its networks loaded: the seam between the engine and what finds and embeds faces. */
export interface EnginePack {
  /** Stands for everything that embeddings and scores depend on: faces of packs with different ids must not be compared. */
  readonly id: string
  /**
   * Of a small version of a large photograph: undefined unless a quick look is sure of a face that is large enough there to be
   * embedded as well as from the whole. Absent from packs that look at everything alike.
   */
  readonly analyzeDraft?: (image: Image) => Promise<AnalysedFace | undefined>
  /** Throws FACE_NOT_DETECTED. */
  readonly analyze: (image: Image) => Promise<AnalysedFace>
  /** Frees the native memory; nothing may follow. */
  readonly close: () => Promise<void>
}
