/** One labelled pair after comparison. */
export interface ScoredPair {
  readonly genuine: boolean
  /**
   * Cosine similarity or score. A pair that could not be compared counts as an error whatever the threshold:
   * -Infinity when it is genuine, Infinity when it is an impostor pair.
   */
  readonly similarity: number
}

/** Verification figures (ISO/IEC 19795-1: a pair is accepted when its similarity reaches the threshold). */
export interface Roc {
  /** Area under the ROC curve, ties counted half. */
  readonly auc: number
  /** Share of genuine pairs accepted at the lowest threshold that accepts at most this share of impostor pairs. */
  readonly tarAtFar: (far: number) => number
  /** Rate at which as many impostor pairs are accepted as genuine ones are rejected. */
  readonly equalErrorRate: number
}

export function measureRoc(pairs: readonly ScoredPair[]): Roc {
  const genuine = descending(pairs.filter((p) => p.genuine))
  const impostors = descending(pairs.filter((p) => !p.genuine))
  if (genuine.length === 0 || impostors.length === 0) throw new RangeError('Expected both genuine and impostor pairs')
  return {
    auc: areaUnderCurve(genuine, impostors),
    tarAtFar: (far) => acceptedAbove(genuine, thresholdAtFar(impostors, far)),
    equalErrorRate: equalErrorRate(genuine, impostors),
  }
}

function descending(pairs: readonly ScoredPair[]): Float64Array {
  return Float64Array.from(pairs, (p) => p.similarity)
    .sort()
    .reverse()
}

/** The lowest threshold above which at most `far` of the impostors lie: accepted are similarities strictly above it. */
export function thresholdAtFar(descendingImpostors: ArrayLike<number>, far: number): number {
  const allowed = Math.floor(far * descendingImpostors.length)
  return descendingImpostors[allowed] ?? Number.NEGATIVE_INFINITY
}

function acceptedAbove(descendingSimilarities: Float64Array, threshold: number): number {
  return countWhile(descendingSimilarities, (s) => s > threshold) / descendingSimilarities.length
}

/** How many leading values satisfy a condition that no later value satisfies again. */
function countWhile(values: Float64Array, condition: (value: number) => boolean): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (condition(values[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}

function areaUnderCurve(genuine: Float64Array, impostors: Float64Array): number {
  let area = 0
  for (const impostor of impostors) {
    const above = countWhile(genuine, (g) => g > impostor)
    const notBelow = countWhile(genuine, (g) => g >= impostor)
    area += above + (notBelow - above) / 2
  }
  return area / (genuine.length * impostors.length)
}

function equalErrorRate(genuine: Float64Array, impostors: Float64Array): number {
  let best = { gap: Number.POSITIVE_INFINITY, rate: 1 }
  for (const threshold of genuine) {
    const frr = 1 - countWhile(genuine, (g) => g >= threshold) / genuine.length
    const far = countWhile(impostors, (i) => i >= threshold) / impostors.length
    const gap = Math.abs(frr - far)
    if (gap < best.gap) best = { gap, rate: (frr + far) / 2 }
  }
  return best.rate
}

/** Share of pairs that a threshold puts on the right side (a pair at the threshold is accepted). */
export function accuracyAt(pairs: readonly ScoredPair[], threshold: number): number {
  const right = pairs.filter((p) => p.similarity >= threshold === p.genuine).length
  return right / pairs.length
}

/** Thresholds at which hardly more of the pairs are wrong than at the best one are as good: which of them is the best is chance. */
const AS_GOOD = 1e-3

/** The threshold with the highest accuracy: the one in the middle of all that are as good, by how far those reach. */
export function bestThreshold(pairs: readonly ScoredPair[]): number {
  const sorted = pairs.toSorted((p, q) => p.similarity - q.similarity)
  // Right decisions when everything is accepted; each step upwards rejects one pair more.
  let right = pairs.filter((p) => p.genuine).length
  const gaps = sorted.slice(1).map(({ similarity: to }, i) => {
    const { similarity: from, genuine } = sorted[i]!
    right += genuine ? -1 : 1
    return { from, to, right }
  })
  const finite = gaps.filter(({ from, to }) => Number.isFinite(to - from) && to > from)
  const most = finite.reduce((max, gap) => Math.max(max, gap.right), 0)
  const good = finite.filter((gap) => gap.right >= most - AS_GOOD * pairs.length)
  let rest = good.reduce((sum, { from, to }) => sum + to - from, 0) / 2
  for (const { from, to } of good) {
    if (rest <= to - from) return from + rest
    rest -= to - from
  }
  return 0
}
