import { expect, it } from 'vitest'
import { expectFalseCandidates, FALSE_CANDIDATE_BLOCKS } from '../../scripts/render-false-candidates.js'
import { SCORE_FOR_FAR } from '../../src/score/calibration.js'

it('false candidates are as many as the scores promise of pairs', () => {
  for (const [far, score] of SCORE_FOR_FAR) {
    expect(expectFalseCandidates(20_000, score)).toEqual({ expected: 20_000 * far, isBound: false })
  }
})

it('what lies between two promises is bounded by the one below', () => {
  expect(expectFalseCandidates(1_000_000, 95)).toEqual({ expected: 1_000_000 * 1e-5, isBound: true })
  expect(expectFalseCandidates(1000, 75)).toEqual({ expected: 1, isBound: true })
  expect(() => expectFalseCandidates(1000, 24)).toThrow('but received 24')
})

it('the table grows with the gallery and falls with the score', () => {
  const rows = FALSE_CANDIDATE_BLOCKS['false-candidates']('en').split('\n')
  expect(rows).toContain('| 1,000 | 1 | 0.1 | 0.01 | < 0.01 |')
  expect(rows).toContain('| 1,000,000 | 1,000 | 100 | 10 | < 10 |')
})
