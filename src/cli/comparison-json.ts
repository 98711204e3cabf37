import type { Comparison, Face } from '../engine/engine.js'
import { QualityTooLowError } from '../engine/require-quality.js'
import { FaceCompareError } from '../errors.js'
import { explain } from './report.js'

/** An error of one picture; `message` names the picture as it was given on the command line. */
export class PictureError extends Error {
  override readonly name = 'PictureError'
  readonly picture: string

  constructor(picture: string, cause: unknown) {
    super(`${picture}: ${explain(cause)}`, { cause })
    this.picture = picture
  }
}

export function describeComparison({ similarity, parts, cosine }: Comparison) {
  return { similarity, parts, cosine }
}

export function describeFace(face: Face) {
  const { box, quality, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages } = face
  return { box, quality, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages }
}

/** An error for scripts: its code of the table where it has one, its sentence, and the quality of a face that is shown too poorly. */
export function explainJson(error: unknown) {
  const cause = error instanceof PictureError ? error.cause : error
  const code = cause instanceof FaceCompareError ? { code: cause.code } : {}
  const quality = cause instanceof QualityTooLowError ? { quality: cause.quality } : {}
  return { ...code, detail: explain(error), ...quality }
}
