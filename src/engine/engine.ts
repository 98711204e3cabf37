import type { Comparison } from '../score/compare.js'
import type { Face, FacesInPicture, FindOptions, Template } from './face.js'

export type { Quality, QualityReason } from '../pipeline/quality.js'
export { type FaceShape, outlineFace } from '../pipeline/shape.js'
export type { Comparison, PartSimilarities } from '../score/compare.js'
export type { Face, FaceAttributes, FacesInPicture, FindOptions, FoundFace, SeenFace, Template } from './face.js'

/**
 * What the service and the command line need of faces, with worker processes behind it or without.
 * Errors are `FaceCompareError`s without a side: the caller knows which image it handed over.
 */
export interface FaceEngine {
  /**
   * Decodes one image file (JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP bytes) and finds its faces: the most prominent one, or all.
   * Throws IMAGE_EMPTY, IMAGE_FORMAT_UNSUPPORTED, IMAGE_UNDECODABLE, FACE_NOT_DETECTED, EMBEDDING_FAILED; where attributes are asked for
   * also AGE_FAILED, GENDER_FAILED, EXPRESSION_FAILED, GLASSES_FAILED and POSE_FAILED; with processes also TOO_MANY_REQUESTS when the
   * queue is full and INTERNAL when the deadline passes or the process dies. `onWorkerLost` is told when the image has cost a process
   * its life, be it long after its caller gave it up.
   */
  readonly findFaces: (
    image: Uint8Array,
    options: FindOptions,
    signal?: AbortSignal,
    onWorkerLost?: () => void,
  ) => Promise<FacesInPicture>
  /** The most prominent face that {@link findFaces} finds, with its template. Throws what that throws. */
  readonly analyze: (image: Uint8Array, signal?: AbortSignal, onWorkerLost?: () => void) => Promise<Face>
  /**
   * Throws TOO_MANY_REQUESTS when not all of so many images would find a place now. Absent where images never wait.
   * `analyze` decides for itself: others may take the places meanwhile.
   */
  readonly requireRoom?: (images: number) => void
  /** The quality below which what a score promises was not found to hold, 0 to 100; 0 where the pack has no measure of quality. */
  readonly leastQuality: number
  /** Whether the pack has measures of age, gender, expression and glasses: {@link findFaces} fails where they are asked of another one. */
  readonly tellsAttributes: boolean
  /** Compares two faces however they are shown; symmetric, cheap, never waits. */
  readonly compare: (a: Template, b: Template) => Comparison
  /** Finishes what is under way, then ends processes and frees models. */
  readonly close: () => Promise<void>
}

const MOST_PROMINENT: FindOptions = { which: 'largest', attributes: false, templates: true }

/** `analyze` of an engine, by its `findFaces`. */
export function analyzeWith(findFaces: FaceEngine['findFaces']): FaceEngine['analyze'] {
  return async (image, signal, onWorkerLost) => {
    const { faces, ...picture } = await findFaces(image, MOST_PROMINENT, signal, onWorkerLost)
    const [face] = faces
    if (!face?.template) throw new Error('Expected a face with its template.')
    const { template, attributes: _, ...seen } = face
    return { ...picture, ...seen, ...template }
  }
}
