import type { PartName } from '../engine/face.js'
import { FaceCompareError } from '../errors.js'
import { measureParts, type PartsMeasure } from '../score/parts-measure.js'

/** What the descriptors of the facial parts say of a face: linear measures, fitted on labelled pictures. */
export interface AppearanceFit {
  /** Years. */
  readonly age: PartsMeasure
  /** The logarithm of how much more likely a man is than a woman. */
  readonly gender: PartsMeasure
  /** About 0 for none, 50 for a smile, 100 for a laugh. */
  readonly expression: PartsMeasure
  /** Positive for a face with glasses. */
  readonly glasses: PartsMeasure
}

/** What a face looks like, as far as its picture shows. Estimates, which say nothing certain of anybody. */
export interface Appearance {
  /** Years, 0 to 100. */
  readonly age: number
  /** 0 for what looks like a woman to 100 for what looks like a man; about 50 where the picture does not tell. */
  readonly gender: number
  /** 0 normal, 50 a smile, 100 a laugh. */
  readonly expression: number
  /** Whether glasses are worn, sunglasses too. */
  readonly hasGlasses: boolean
}

/**
 * `fit` is undefined where a pack has none. `parts` are of unit length and not centred. Throws AGE_FAILED, GENDER_FAILED, EXPRESSION_FAILED or GLASSES_FAILED where a
 * measure comes out as no number, and AGE_FAILED, the first of them, where there is none.
 */
export function estimateAppearance(
  fit: AppearanceFit | undefined,
  parts: Readonly<Record<PartName, Float32Array>>,
): Appearance {
  if (!fit) throw new FaceCompareError('AGE_FAILED', 'The model pack cannot estimate an age, nor other attributes.')
  const measure = (name: keyof AppearanceFit): number => {
    const value = measureParts(fit[name], parts)
    if (Number.isFinite(value)) return value
    const { kind, sentence } = FAILURES[name]
    throw new FaceCompareError(kind, sentence)
  }
  return {
    age: clamp(measure('age')),
    gender: 100 / (1 + Math.exp(-measure('gender'))),
    expression: clamp(measure('expression')),
    hasGlasses: measure('glasses') > 0,
  }
}

const FAILURES = {
  age: { kind: 'AGE_FAILED', sentence: 'The age of the face could not be estimated.' },
  gender: { kind: 'GENDER_FAILED', sentence: 'The gender of the face could not be estimated.' },
  expression: { kind: 'EXPRESSION_FAILED', sentence: 'The expression of the face could not be estimated.' },
  glasses: { kind: 'GLASSES_FAILED', sentence: 'Whether the face wears glasses could not be told.' },
} as const

function clamp(value: number): number {
  return Math.min(100, Math.max(0, value))
}
