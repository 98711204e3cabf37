import { QualityTooLowError, requireQuality } from '../engine/require-quality.js'
import type { Outcome } from './face-vectors.js'

/** The outcomes, with a failure in place of each face that is shown too poorly to be compared. */
export function refusePoor(outcomes: readonly Outcome[], minQuality: number): readonly Outcome[] {
  return outcomes.map((outcome) => ('face' in outcome ? refuseFace(outcome, minQuality) : outcome))
}

function refuseFace(outcome: Extract<Outcome, { readonly face: unknown }>, minQuality: number): Outcome {
  try {
    requireQuality(outcome.face, minQuality)
    return outcome
  } catch (error) {
    if (!(error instanceof QualityTooLowError)) throw error
    const { kind, message: sentence, quality } = error
    return { failure: { kind, sentence, shown: { quality, minQuality } } }
  }
}
