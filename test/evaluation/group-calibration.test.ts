import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binAtFar, measureImpostors, pairsNeeded, thresholdOf } from '../../src/evaluation/figures.js'
import { EVERYBODY, findWorstRates, type WorstRate } from '../../src/evaluation/group-calibration.js'
import { addPair, createTally, type Tally } from '../../src/evaluation/tally.js'
import { calibrate, fitSupportedCalibration, type Knots } from '../../src/score/calibration.js'

function tallyOf(...similarities: readonly number[]): Tally {
  const tally = createTally()
  for (const similarity of similarities) addPair(tally, false, similarity)
  return tally
}

/** So many similarities, spread evenly downwards from one. */
const spread = (count: number, from: number, to = from - 1) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / count)

const fitTo = (rates: readonly WorstRate[]) =>
  fitSupportedCalibration((far) => rates.find((rate) => rate.far === far)?.similarity)

/** As without groups. */
function fitPlainly(tally: Tally): Knots {
  const impostors = measureImpostors(tally)
  return fitSupportedCalibration((far) =>
    impostors.impostorPairs >= pairsNeeded(far) ? thresholdOf(binAtFar(impostors, far)) : undefined,
  ).knots
}

const at = (rates: readonly WorstRate[], score: number) => {
  const rate = rates.find((candidate) => candidate.score === score)
  if (!rate) throw new Error(`There is no score ${score}`)
  return rate
}

/** How many of the similarities reach a score, which is rounded to two decimals. */
const reach = (similarities: readonly number[], knots: Knots, score: number) =>
  similarities.filter((similarity) => calibrate(knots, similarity) >= score).length

describe('findWorstRates', () => {
  const easy = spread(1000, 0.3)
  const hard = spread(1000, 0.6)
  /** Of no group: among so many a pair or two make no difference. */
  const others = spread(4000, -0.2, -0.9)

  it('keeps each rate in the worst of the groups', () => {
    const rates = findWorstRates(tallyOf(...easy, ...hard), ['easy', 'hard'], [tallyOf(...easy), tallyOf(...hard)])
    expect(rates.map(({ score, group }) => [score, group]).slice(0, 4)).toEqual(
      [25, 45, 60, 70].map((score) => [score, 'hard']),
    )
    const { knots, supportedScore } = fitTo(rates)
    expect(supportedScore).toBe(70)
    expect(reach(hard, knots, 60)).toBe(10)
    expect(reach(hard, knots, 70)).toBe(1)
    expect(reach(easy, knots, 45)).toBe(0)
  })

  it('names the groups that have too few pairs for a rate, and lets one of their pairs pass', () => {
    const few = [0.5, 0.9]
    const rates = findWorstRates(
      tallyOf(...hard, ...few, ...others),
      ['hard', 'few'],
      [tallyOf(...hard), tallyOf(...few)],
    )
    expect(at(rates, 25)).toMatchObject({ few: [] })
    expect(at(rates, 70)).toMatchObject({ group: 'hard', few: [{ name: 'few', pairs: 2 }] })
    // One of two at .9 may be chance.
    expect(at(rates, 70).similarity).toBeLessThan(0.6)
  })

  it('believes two pairs that a rate does not hold, although they are too few to show that it does', () => {
    const twins = [0.2, 0.91, 0.92]
    const rates = findWorstRates(
      tallyOf(...hard, ...twins, ...others),
      ['hard', 'twins'],
      [tallyOf(...hard), tallyOf(...twins)],
    )
    const { knots } = fitTo(rates)
    expect([45, 60, 70].map((score) => at(rates, score).group)).toEqual(['twins', 'twins', 'twins'])
    // Where they tell no rates apart, each score is there none the less: the lower ones do not slip below.
    for (const score of [45, 60, 70]) expect(reach(twins, knots, score)).toBe(1)
    expect(knots.map(([, score]) => score)).toEqual([0, 25, 45, 60, 70, 100])
  })

  it('has no place for a rate that all pairs together are too few for', () => {
    const rates = findWorstRates(tallyOf(...easy), ['easy'], [tallyOf(...easy)])
    expect(at(rates, 70).similarity).toBeDefined()
    expect(at(rates, 80)).toEqual({ score: 80, far: 1e-4, group: EVERYBODY, few: [{ name: 'easy', pairs: 1000 }] })
    expect(fitTo(rates).supportedScore).toBe(70)
  })

  it('never gives a score more easily than all pairs together do', () => {
    const similarity = fc.double({ min: -0.9, max: 0.9, noNaN: true })
    const group = fc.array(similarity, { minLength: 0, maxLength: 40, size: 'max' })
    const run = fc.property(fc.array(group, { minLength: 1, maxLength: 3 }), group, similarity, (groups, others, x) => {
      const everybody = tallyOf(...groups.flat(), ...others)
      fc.pre(groups.flat().length + others.length >= 2)
      const names = groups.map((_, i) => `${i}`)
      const worst = fitTo(
        findWorstRates(
          everybody,
          names,
          groups.map((values) => tallyOf(...values)),
        ),
      ).knots
      const plain = fitPlainly(everybody)
      expect(calibrate(worst, x)).toBeLessThanOrEqual(calibrate(plain, x))
    })
    // Each run looks through millions of bins.
    fc.assert(run, { numRuns: 12 })
  })
})
