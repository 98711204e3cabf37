/** A pair of pictures by their places in the data set. */
export interface RankedPair {
  readonly a: number
  readonly b: number
  /** Relative similarity, -1 to 1. */
  readonly similarity: number
}

/** Keeps the pairs that are hardest to decide. */
export interface Hardest {
  readonly offer: (a: number, b: number, similarity: number) => void
  /** The hardest first. */
  readonly list: () => readonly RankedPair[]
}

/** The `limit` lowest (genuine pairs) or highest (impostor pairs) of all pairs offered; of equal ones the first. */
export function keepHardest(limit: number, which: 'lowest' | 'highest'): Hardest {
  const sign = which === 'lowest' ? 1 : -1
  const kept: RankedPair[] = []
  let bar = limit > 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return {
    offer(a, b, similarity) {
      const rank = sign * similarity
      if (!(rank < bar)) return
      let place = kept.length
      while (place > 0 && sign * (kept[place - 1]?.similarity ?? 0) > rank) place--
      kept.splice(place, 0, { a, b, similarity })
      if (kept.length > limit) kept.pop()
      const last = kept.at(-1)
      if (kept.length === limit && last) bar = sign * last.similarity
    },
    list: () => [...kept],
  }
}
