import { SCORE_FOR_FAR } from '../score/calibration.js'
import { binAllowing, measureImpostors, pairsAllowed, pairsNeeded, thresholdOf } from './figures.js'
import { BIN_COUNT, type Tally } from './tally.js'

/** Where one score of a calibration has to lie, and which pairs say so. */
export interface WorstRate {
  readonly score: number
  readonly far: number
  /** Of the group that asks for the highest one. Absent where nobody has pairs enough for the rate. */
  readonly similarity?: number
  readonly group: string
  /** Groups that have fewer pairs than the rate needs. */
  readonly few: readonly { readonly name: string; readonly pairs: number }[]
}

/** All pairs together are a group as well: with groups no score is given more easily than without. */
export const EVERYBODY = 'everybody'

interface Crowd {
  readonly name: string
  readonly pairs: number
  /** Where each rate is kept. */
  readonly bins: readonly number[]
}

/**
 * The similarities at which the rates of {@link SCORE_FOR_FAR} hold in every group. A group with fewer pairs than a rate needs
 * cannot show that it holds, but two of its pairs show that it does not: at most one of them may be accepted.
 */
export function findWorstRates(
  everybody: Tally,
  names: readonly string[],
  tallies: readonly Tally[],
): readonly WorstRate[] {
  const groups = tallies.map((tally, i) => measureCrowd(names[i] ?? '', tally))
  const all = measureCrowd(EVERYBODY, everybody)
  let last: Place = { similarity: -1, score: 0 }
  return SCORE_FOR_FAR.map(([far, score], at): WorstRate => {
    const needed = pairsNeeded(far)
    const few = groups.flatMap(({ name, pairs }) => (pairs < needed ? [{ name, pairs }] : []))
    const binOf = (crowd: Crowd) => crowd.bins[at] ?? 0
    const worst = [all, ...groups].reduce((most, next) => (binOf(next) > binOf(most) ? next : most))
    if (all.pairs < needed) return { score, far, group: worst.name, few }
    last = placeAbove(last, score, thresholdOf(binOf(worst)))
    return { score, far, similarity: last.similarity, group: worst.name, few }
  })
}

/** A point of the curve. */
interface Place {
  readonly similarity: number
  readonly score: number
}

/** Scores have two decimals. */
const ROUNDING = 0.005

/** The next point of a curve: at a threshold, and so far above it that no pair below is rounded up to the score. */
function placeAbove(last: Place, score: number, threshold: number): Place {
  // A group too small to tell two rates apart has one place for both, and the lower score must not slip below it.
  const least = Math.max(threshold, last.similarity + 1 / BIN_COUNT)
  const margin = ROUNDING / (score - last.score - ROUNDING)
  return { score, similarity: least + margin * (least - last.similarity) }
}

function measureCrowd(name: string, tally: Tally): Crowd {
  const impostors = measureImpostors(tally)
  const bins = SCORE_FOR_FAR.map(([far]) =>
    binAllowing(impostors, Math.max(1, pairsAllowed(impostors.impostorPairs, far))),
  )
  return { name, pairs: impostors.impostorPairs, bins }
}
