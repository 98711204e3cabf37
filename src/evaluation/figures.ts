import { BIN_COUNT, lowerEdge, type Tally } from './tally.js'

/**
 * Verification figures of a tally (ISO/IEC 19795-1: a pair is accepted when its similarity reaches the threshold).
 * A pair that could not be compared is an error in {@link accuracyFrom} and {@link rocAuc}, whatever its label. In the
 * rates it is what a service makes of it: nobody is accepted, so a genuine pair is rejected and an impostor pair is none.
 */
export interface Curve {
  readonly tally: Tally
  /** At index `bin`: how many pairs reach the lower edge of that bin; one more entry, 0, at the end. */
  readonly genuineFrom: Float64Array
  readonly impostorsFrom: Float64Array
  /** Genuine pairs, those that could not be compared included. */
  readonly genuinePairs: number
  /** Impostor pairs that could be compared. */
  readonly impostorPairs: number
}

/** What of a curve tells thresholds from false accept rates. */
export type Impostors = Pick<Curve, 'impostorsFrom' | 'impostorPairs'>

export function measureImpostors({ impostor }: Pick<Tally, 'impostor'>): Impostors {
  const impostorsFrom = sumFromTop(impostor)
  return { impostorsFrom, impostorPairs: impostorsFrom[0] ?? 0 }
}

/** Throws RangeError when no genuine or no impostor pair was compared. */
export function measureCurve(tally: Tally): Curve {
  const genuineFrom = sumFromTop(tally.genuine)
  const { impostorsFrom, impostorPairs } = measureImpostors(tally)
  const compared = genuineFrom[0] ?? 0
  if (compared === 0 || impostorPairs === 0) throw new RangeError('Expected both genuine and impostor pairs')
  return { tally, genuineFrom, impostorsFrom, genuinePairs: compared + tally.failed.genuine, impostorPairs }
}

function sumFromTop(counts: Uint32Array): Float64Array {
  const sums = new Float64Array(counts.length + 1)
  let sum = 0
  for (let bin = counts.length - 1; bin >= 0; bin--) {
    sum += counts[bin] ?? 0
    sums[bin] = sum
  }
  return sums
}

/** How many pairs reach the lower edge of a bin. */
export function countFrom(counts: Uint32Array, bin: number): number {
  let sum = 0
  for (let i = bin; i < counts.length; i++) sum += counts[i] ?? 0
  return sum
}

/** True accept rate of the threshold at the lower edge of a bin. */
export function tarFrom(curve: Curve, bin: number): number {
  return (curve.genuineFrom[bin] ?? 0) / curve.genuinePairs
}

/** False accept rate of the threshold at the lower edge of a bin. */
export function farFrom(curve: Curve, bin: number): number {
  return (curve.impostorsFrom[bin] ?? 0) / curve.impostorPairs
}

/** The lowest bin (0 to {@link BIN_COUNT}) from which on a condition holds that holds for all bins above it too. */
function lowestBin(holds: (bin: number) => boolean): number {
  let low = 0
  let high = BIN_COUNT
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** The bin of the lowest threshold that accepts at most this share of impostor pairs. */
export function binAtFar(impostors: Impostors, far: number): number {
  return binAllowing(impostors, pairsAllowed(impostors.impostorPairs, far))
}

/** The bin of the lowest threshold that accepts at most so many impostor pairs. */
export function binAllowing({ impostorsFrom }: Impostors, allowed: number): number {
  return lowestBin((bin) => (impostorsFrom[bin] ?? 0) <= allowed)
}

/** How many of so many impostor pairs may be accepted at a rate. */
export function pairsAllowed(pairs: number, far: number): number {
  // The small addition: .001 * 3000 must not be one less than 3.
  return Math.floor(far * pairs + 1e-9)
}

/** From so many impostor pairs on one of them may be accepted at a rate: fewer cannot tell whether it holds. */
export function pairsNeeded(far: number): number {
  return Math.ceil(1 / far - 1e-9)
}

/** The bin of the lowest threshold whose similarity has a score. */
export function binAtScore(score: number, toScore: (similarity: number) => number): number {
  return lowestBin((bin) => toScore(thresholdOf(bin)) >= score)
}

/**
 * Area under the ROC curve, ties counted half; 1 means that every genuine pair is above every impostor pair. Needs no curve, whose
 * sums take more room than the tally.
 */
export function rocAuc({ tally: { genuine, impostor, failed } }: Pick<Curve, 'tally'>): number {
  let area = 0
  let genuineAbove = 0
  let impostors = 0
  for (let bin = BIN_COUNT - 1; bin >= 0; bin--) {
    const ofBin = genuine[bin] ?? 0
    const others = impostor[bin] ?? 0
    area += others * (genuineAbove + ofBin / 2)
    genuineAbove += ofBin
    impostors += others
  }
  return area / (genuineAbove + failed.genuine) / (impostors + failed.impostor)
}

/** The rate at which as many impostor pairs are accepted as genuine ones are rejected: the middle of both where they are closest. */
export function equalErrorRate(curve: Curve): number {
  const crossing = lowestBin((bin) => 1 - tarFrom(curve, bin) >= farFrom(curve, bin))
  const rates = [crossing, crossing - 1]
    .filter((bin) => bin >= 0)
    .map((bin) => ({ rejected: 1 - tarFrom(curve, bin), accepted: farFrom(curve, bin) }))
    .map(({ rejected, accepted }) => ({ gap: Math.abs(rejected - accepted), rate: (rejected + accepted) / 2 }))
  return rates.reduce((best, next) => (next.gap < best.gap ? next : best)).rate
}

export interface Accuracy {
  /** Share of all pairs that the threshold puts on the right side. */
  readonly plain: number
  /** Mean of that share over genuine and over impostor pairs: says more where one kind is far more frequent. */
  readonly balanced: number
}

/** Accuracy of the threshold at the lower edge of a bin; pairs that could not be compared are errors. */
export function accuracyFrom(curve: Curve, bin: number): Accuracy {
  const accepted = curve.genuineFrom[bin] ?? 0
  const rejected = curve.impostorPairs - (curve.impostorsFrom[bin] ?? 0)
  const impostors = curve.impostorPairs + curve.tally.failed.impostor
  return {
    plain: (accepted + rejected) / (curve.genuinePairs + impostors),
    balanced: (accepted / curve.genuinePairs + rejected / impostors) / 2,
  }
}

/**
 * The bin of the threshold with the highest balanced accuracy: the middle of the widest stretch among equally good ones.
 * Not the plain one: among a million impostor pairs, to reject nearly everybody is the best of all plain decisions.
 */
export function bestBin(curve: Curve): number {
  const { tally } = curve
  let best = { accuracy: -1, width: 0, middle: 0 }
  let start = 0
  for (let bin = 0; bin <= BIN_COUNT; bin++) {
    // Thresholds at the edges of empty bins decide alike: a stretch ends with the next bin that has pairs.
    if (tally.genuine[bin] === 0 && tally.impostor[bin] === 0) continue
    const accuracy = accuracyFrom(curve, bin).balanced
    const width = bin - start
    if (accuracy > best.accuracy || (accuracy === best.accuracy && width > best.width)) {
      best = { accuracy, width, middle: (start + bin + 1) >> 1 }
    }
    start = bin + 1
  }
  return best.middle
}

/** Where a threshold at the lower edge of a bin lies, as relative similarity. */
export function thresholdOf(bin: number): number {
  return lowerEdge(Math.min(bin, BIN_COUNT))
}
