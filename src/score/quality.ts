import type { PartName } from '../engine/face.js'
import { QUALITY_REASONS, type Quality } from '../pipeline/quality.js'
import { findFlaws, type Shown } from './flaws.js'
import { measureParts, type PartsMeasure } from './parts-measure.js'
import { lengthOf } from './vectors.js'

/**
 * What the length of an embedding, before it is scaled to 1, says of the picture: the less of a face a network is shown, the
 * shorter it comes out.
 */
export interface QualityFit {
  /** Of plain faces, ascending: the first is that of the worst of them, the last that of the best, at even shares between. */
  readonly lengths: readonly number[]
  /** The quality below which what the scores promise was not found to hold, 0 to 100. */
  readonly least: number
  /** Positive for a face that is covered in part, by a mask or by dark glasses. */
  readonly covered?: PartsMeasure | undefined
}

/** What a face is rated by. */
export interface Rated {
  /** Its embedding before that is scaled to unit length. */
  readonly raw: Float32Array
  /** Its unit-length descriptors, not centred. */
  readonly parts: Readonly<Record<PartName, Float32Array>>
}

/** The quality of a face, from what the embedder gives of it and from how it is shown. */
export function rateQuality(fit: QualityFit, { raw, parts }: Rated, shown: Shown): Quality {
  const flaws = findFlaws(shown)
  const isCovered = fit.covered !== undefined && measureParts(fit.covered, parts) > 0
  return {
    score: rateLength(fit, lengthOf(raw)),
    reasons: QUALITY_REASONS.filter((reason) => flaws.includes(reason) || (reason === 'covered' && isCovered)),
  }
}

/** The worst plain faces share what lies below: else all poor pictures would be equally poor. */
const LEAST_PLAIN = 1

/**
 * The quality that goes with the length of an embedding: the share of plain faces that have no longer one, 0 to 100 in
 * steps of a hundredth. Below 1 it falls in proportion to the length.
 */
export function rateLength({ lengths }: Pick<QualityFit, 'lengths'>, length: number): number {
  const steps = lengths.length - 1
  const rank = (share: number): number => {
    const at = (share / 100) * steps
    const [low, high] = [lengths[Math.floor(at)]!, lengths[Math.ceil(at)]!]
    return low + (at - Math.floor(at)) * (high - low)
  }
  const worst = rank(LEAST_PLAIN)
  if (length <= worst) return roundDown(Math.max(0, (LEAST_PLAIN * length) / worst))
  const above = lengths.findIndex((value) => value > length)
  if (above < 0) return 100
  const [low, high] = [lengths[above - 1]!, lengths[above]!]
  return roundDown((100 * (above - 1 + (length - low) / (high - low))) / steps)
}

/** What counting in binary may take from a number of two decimals. */
const HAIR = 1e-9

/** To two decimals, never more than it is, so that what is shown as enough was enough. */
function roundDown(value: number): number {
  return Math.floor(100 * value + HAIR) / 100
}
