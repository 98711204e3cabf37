import type { Face, FaceAttributes } from '../engine/face.js'

/** What an answer says of a face that was found: where it is in the upright image, and how it is shown. */
export type SeenFace = Pick<
  Face,
  'box' | 'landmarks' | 'detectionScore' | 'rollDegrees' | 'quality' | 'imageWidth' | 'imageHeight'
>

/** A face with what it looks like, where that was asked for and the model pack tells it. */
export interface DescribedFace extends SeenFace {
  readonly attributes?: FaceAttributes | undefined
}

/** To so many decimals; what is no number is 0, which JSON can say. */
export function round(value: number, decimals: number): number {
  const steps = 10 ** decimals
  return Number.isFinite(value) ? Math.round(value * steps) / steps : 0
}
