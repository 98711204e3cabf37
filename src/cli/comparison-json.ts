import type { Comparison, Face } from '../engine/engine.js'
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

export function describeFace({ box, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages }: Face) {
  return { box, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages }
}

/** An error for scripts: its code of the table where it has one, and its sentence. */
export function explainJson(error: unknown) {
  const cause = error instanceof PictureError ? error.cause : error
  const code = cause instanceof FaceCompareError ? { code: cause.code } : {}
  return { ...code, detail: explain(error) }
}
