import { readComparison } from '../client/answer.js'
import type { ComparedFace, Comparison, ComparisonWithFaces } from '../client/comparison.js'
import { FaceCompareApiError } from '../client/errors.js'
import type { TransportAnswer } from '../client/transport.js'

/** What the service said: a comparison, or why there is none. */
export type Answer = Success | FaceCompareApiError

export interface Success extends ComparisonWithFaces {
  readonly faces: { readonly A: ShownFace; readonly B: ShownFace }
}

/** The service that gives the page always tells the size of the picture. */
export type ShownFace = ComparedFace & Required<Pick<ComparedFace, 'imageWidth' | 'imageHeight'>>

/** Reads an answer; undefined when it is none of this service. */
export function readShownAnswer(answer: TransportAnswer): Answer | undefined {
  try {
    const comparison = readComparison(answer, location.origin, { returnFaces: true, threshold: 0 })
    return isSuccess(comparison) ? comparison : undefined
  } catch (error) {
    return error instanceof FaceCompareApiError ? error : undefined
  }
}

function isSuccess(comparison: Comparison | ComparisonWithFaces): comparison is Success {
  if (!('faces' in comparison)) return false
  return Object.values(comparison.faces).every(({ imageWidth, imageHeight }) => imageWidth && imageHeight)
}
