/** How many people a search takes for somebody else, by what the scores promise: the table of the documents. */
import { formatMarkdownTable } from '../bench/figures.js'
import { SCORE_FOR_FAR } from '../src/score/calibration.js'
import type { Language } from './result-words.js'

export interface FalseCandidates {
  readonly expected: number
  /** At most so many: the scores promise nothing between theirs, only that fewer reach a higher one. */
  readonly isBound: boolean
}

/**
 * How many of so many enrolled faces reach a score with the picture of somebody who is not among them: each with the rate
 * that the score promises of a pair of strangers. Throws RangeError for a score below all that promise a rate.
 */
export function expectFalseCandidates(faces: number, score: number): FalseCandidates {
  const promise = SCORE_FOR_FAR.findLast(([, promised]) => promised <= score)
  if (!promise) throw new RangeError(`Expected a score that promises a rate but received ${score}`)
  const [far, promised] = promise
  return { expected: faces * far, isBound: promised < score }
}

const GALLERIES = [100, 1000, 10_000, 100_000, 1_000_000]
const SCORES = [70, 80, 90, 95]

const HEADS: Readonly<Record<Language, { readonly faces: string; readonly atScore: (score: number) => string }>> = {
  en: { faces: 'faces searched', atScore: (score) => `at ${score}` },
  zh: { faces: '被搜索的人脸数', atScore: (score) => `${score} 分` },
}

export const FALSE_CANDIDATE_BLOCKS = {
  'false-candidates': (language: Language) => {
    const { faces, atScore } = HEADS[language]
    return formatMarkdownTable(
      [faces, ...SCORES.map(atScore)],
      GALLERIES.map((size) => [group(size), ...SCORES.map((score) => formatExpected(size, score))]),
    )
  },
} as const

function formatExpected(faces: number, score: number): string {
  const { expected, isBound } = expectFalseCandidates(faces, score)
  // Products of tenths are not exact.
  return `${isBound ? '< ' : ''}${group(Number(expected.toPrecision(6)))}`
}

function group(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}
