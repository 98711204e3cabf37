import { bestBin, measureCurve } from './figures.js'
import { addPair, binOf, createTally } from './tally.js'

/** One labelled pair after comparison; without a similarity where it could not be compared. */
export interface ComparedPair {
  readonly genuine: boolean
  readonly similarity: number | undefined
}

export interface CrossValidation {
  readonly folds: number
  /** Pairs on the wrong side, those that could not be compared included. */
  readonly errors: number
  /** Share of all pairs on the right side. */
  readonly accuracy: number
}

/**
 * Accuracy with a threshold that the pairs judged by it had no part in (LFW's protocol): the pairs of each kind are dealt
 * out to the folds in turn, and each fold is judged by the best threshold of all others. Throws RangeError when a fold's
 * others lack one kind of pairs.
 */
export function crossValidate(pairs: readonly ComparedPair[], folds: number): CrossValidation {
  const dealt = { true: 0, false: 0 }
  const foldOf = pairs.map(({ genuine }) => dealt[`${genuine}`]++ % folds)
  let errors = 0
  for (let fold = 0; fold < folds; fold++) {
    const others = createTally()
    for (const [i, { genuine, similarity }] of pairs.entries()) {
      if (foldOf[i] !== fold) addPair(others, genuine, similarity)
    }
    const threshold = bestBin(measureCurve(others))
    for (const [i, { genuine, similarity }] of pairs.entries()) {
      if (foldOf[i] !== fold) continue
      if (similarity === undefined || binOf(similarity) >= threshold !== genuine) errors++
    }
  }
  return { folds, errors, accuracy: 1 - errors / pairs.length }
}
