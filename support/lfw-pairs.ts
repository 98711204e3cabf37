import { type LabelledPair, readLfwPairs } from '../src/evaluation/pairs.js'

/** Reads LFW's pairs format like {@link readLfwPairs}; the paths begin with `folder`. */
export function parseLfwPairs(text: string, folder: string): readonly LabelledPair[] {
  return readLfwPairs(text).map(({ a, b, genuine }) => ({ a: `${folder}/${a}`, b: `${folder}/${b}`, genuine }))
}
