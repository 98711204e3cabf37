/**
 * Similarities of any number of pairs, counted in narrow bins instead of kept: twelve million pairs take the room of ten.
 * A bin is 2e-6 of relative similarity wide, far below what a model's embeddings mean.
 */
export interface Tally {
  /** Pairs in each bin; bin `i` covers the similarities from `lowerEdge(i)` to `lowerEdge(i + 1)`. */
  readonly genuine: Uint32Array
  readonly impostor: Uint32Array
  /** Pairs that could not be compared, because a picture shows no face, or too poorly, or cannot be decoded. */
  readonly failed: { genuine: number; impostor: number }
}

export const BIN_COUNT = 2 ** 20

export function createTally(): Tally {
  return {
    genuine: new Uint32Array(BIN_COUNT),
    impostor: new Uint32Array(BIN_COUNT),
    failed: { genuine: 0, impostor: 0 },
  }
}

/** Counts one pair; `undefined` is one that could not be compared. */
export function addPair(tally: Tally, genuine: boolean, similarity: number | undefined): void {
  const kind = genuine ? 'genuine' : 'impostor'
  if (similarity === undefined) {
    tally.failed[kind]++
    return
  }
  const bin = binOf(similarity)
  tally[kind][bin] = (tally[kind][bin] ?? 0) + 1
}

/** The bin of a relative similarity; rounding may have left it a hair outside -1 to 1. */
export function binOf(similarity: number): number {
  return Math.min(BIN_COUNT - 1, Math.max(0, Math.floor(((similarity + 1) / 2) * BIN_COUNT)))
}

/** The lowest similarity of a bin. */
export function lowerEdge(bin: number): number {
  return (2 * bin) / BIN_COUNT - 1
}
