import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { compareSamples, type SampleScores } from '../golden/sample-scores.js'

/** What processors of different kinds, which sum up in different orders, may make of a score. */
const TOLERANCE = 1.5

/**
 * Guards against what no other test sees: a fit of another network, channels in the wrong order, a face that is cut out
 * half a pixel further to the side. `scripts/record-scores.ts` renews the numbers, on purpose alone.
 */
it('gives the sample heads the scores that it has always given them', async () => {
  const golden: SampleScores = JSON.parse(readFileSync(new URL('../golden/scores.json', import.meta.url), 'utf8'))
  const { people, scores } = await compareSamples()
  expect(people).toEqual(golden.people)
  expect(scores).toHaveLength((people.length * (people.length - 1)) / 2)
  for (const [i, row] of scores.entries()) {
    for (const [k, score] of row.entries()) expect(Math.abs(score - golden.scores[i]![k]!)).toBeLessThan(TOLERANCE)
  }
}, 60_000)
