import { FaceCompareError, type Side } from '../errors.js'
import type { Quality, QualityReason } from '../pipeline/quality.js'
import type { Comparison, FaceEngine } from './engine.js'
import type { Face, Template } from './face.js'

/** A comparison, and whether what its score promises may be believed of such pictures. */
export interface CheckedComparison extends Comparison {
  /** Whether both faces were held to a quality at which the promise was found to hold; not where the pack has no measure of it. */
  readonly qualityChecked: boolean
}

export interface CompareOptions {
  /** Faces of less quality are refused, 0 to 100; the pack's own least quality when absent. 0 refuses none. */
  readonly minQuality?: number | undefined
}

/** What is wrong with a face, in a sentence that begins with "The face is". */
export const REASON_WORDS: Readonly<Record<QualityReason, string>> = {
  small: 'small',
  blurred: 'blurred',
  dark: 'dark',
  over_exposed: 'over-exposed',
  covered: 'covered',
  turned_away: 'turned away',
  cut_off: 'cut off',
}

/** The face is shown so poorly that a score would promise what it cannot keep. */
export class QualityTooLowError extends FaceCompareError {
  readonly quality: Quality
  /** What was asked for, 0 to 100. */
  readonly minQuality: number

  constructor(quality: Quality, minQuality: number, side?: Side) {
    super('QUALITY_TOO_LOW', describePoorFace(quality, minQuality), { side })
    this.quality = quality
    this.minQuality = minQuality
  }

  override of(side: Side): QualityTooLowError {
    return new QualityTooLowError(this.quality, this.minQuality, side)
  }
}

/** Compares two faces, A's failure before B's. Throws QualityTooLowError for one that is shown too poorly. */
export function compareChecked(
  engine: Pick<FaceEngine, 'compare' | 'leastQuality'>,
  a: Template & Pick<Face, 'quality'>,
  b: Template & Pick<Face, 'quality'>,
  { minQuality = engine.leastQuality }: CompareOptions = {},
): CheckedComparison {
  requireQuality(a, minQuality, 'A')
  requireQuality(b, minQuality, 'B')
  return { ...engine.compare(a, b), qualityChecked: isQualityChecked([a, b], minQuality, engine) }
}

/** Whether faces that were held to `minQuality` were held to all that their pack asks for: it must have measured them, too. */
export function isQualityChecked(
  faces: readonly Pick<Face, 'quality'>[],
  minQuality: number,
  { leastQuality }: Pick<FaceEngine, 'leastQuality'>,
): boolean {
  return minQuality >= leastQuality && faces.every(({ quality }) => quality !== undefined)
}

/** Throws QualityTooLowError. Nothing is asked of a face whose quality is not known. */
export function requireQuality({ quality }: Pick<Face, 'quality'>, minQuality: number, side?: Side): void {
  if (quality && isTooPoor(quality, minQuality)) throw new QualityTooLowError(quality, minQuality, side)
}

/** Also where the quality is no number. */
export function isTooPoor({ score }: Quality, minQuality: number): boolean {
  return !(score >= minQuality)
}

/** What a face is more or less. All else it is or is not: none is too covered. */
const MATTERS_OF_DEGREE: readonly QualityReason[] = ['small', 'blurred', 'dark']

function describePoorFace({ score, reasons }: Quality, minQuality: number): string {
  return `The face is ${describeReasons(reasons)}: quality ${score} of at least ${minQuality}.`
}

function describeReasons(reasons: readonly QualityReason[]): string {
  if (reasons.length === 0) return 'shown too poorly to be compared'
  const isOfDegree = (reason: QualityReason) => MATTERS_OF_DEGREE.includes(reason)
  if (reasons.every(isOfDegree)) return `too ${listWords(reasons.map((reason) => REASON_WORDS[reason]))} to be compared`
  const words = reasons.map((reason) => (isOfDegree(reason) ? `too ${REASON_WORDS[reason]}` : REASON_WORDS[reason]))
  return `${listWords(words)}, and cannot be compared`
}

function listWords(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(words)
}
