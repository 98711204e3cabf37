import { type DescribedFace, round } from '../seen-face.js'
import type { ToldAttribute } from './request.js'

/**
 * How sure it is what the default pack tells of a face, as `npm run bench:certainty` measures it (bench/results/certainty.json, in
 * docs/models.md). A confidence is the share of such answers that are right, in percent.
 */
export const CERTAINTY = {
  /** Four ages in five lie so near to what is told. */
  ageYears: 9,
  /** An expression of `middle` is as often a smile as none; the odds grow with each point above it. */
  smile: { middle: 31.7, slope: 0.112 },
  glasses: { yes: 98.4, no: 98.8 },
  covered: { yes: 98.6, no: 99.7 },
} as const

const MOST_YEARS = 100

/** Whether the engine has to measure what it does not measure of every face. */
export function needsAppearance(told: readonly ToldAttribute[]): boolean {
  return told.some((name) => name !== 'FACE_OCCLUDED')
}

/** The members of a face that were asked for, as far as they are known. */
export function looksOf(face: DescribedFace, told: readonly ToldAttribute[]): object {
  return Object.assign({}, ...told.map((name) => LOOKS[name](face)))
}

const LOOKS: Readonly<Record<ToldAttribute, (face: DescribedFace) => object>> = {
  AGE_RANGE: ({ attributes }) => (attributes ? { AgeRange: ageRange(attributes.age) } : {}),
  GENDER: ({ attributes }) => (attributes ? { Gender: gender(attributes.gender) } : {}),
  SMILE: ({ attributes }) => (attributes ? { Smile: smile(attributes.expression) } : {}),
  EYEGLASSES: ({ attributes }) => {
    return attributes ? { Eyeglasses: answer(attributes.hasGlasses, CERTAINTY.glasses) } : {}
  },
  FACE_OCCLUDED: ({ quality }) => {
    return quality ? { FaceOccluded: answer(quality.reasons.includes('covered'), CERTAINTY.covered) } : {}
  },
}

function ageRange(years: number): object {
  const { ageYears } = CERTAINTY
  return { Low: Math.max(0, round(years - ageYears, 0)), High: Math.min(MOST_YEARS, round(years + ageYears, 0)) }
}

/** The engine's own number is how likely it is a man, in percent; what is measured agrees. */
function gender(likelihood: number): object {
  return likelihood > 50
    ? { Value: 'Male', Confidence: round(likelihood, 2) }
    : { Value: 'Female', Confidence: round(100 - likelihood, 2) }
}

function smile(expression: number): object {
  const { middle, slope } = CERTAINTY.smile
  const likelihood = 100 / (1 + Math.exp(slope * (middle - expression)))
  return { Value: likelihood > 50, Confidence: round(Math.max(likelihood, 100 - likelihood), 2) }
}

function answer(value: boolean, { yes, no }: { readonly yes: number; readonly no: number }): object {
  return { Value: value, Confidence: value ? yes : no }
}
