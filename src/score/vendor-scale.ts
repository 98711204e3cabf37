import { SCORE_FOR_FAR } from './calibration.js'

/** The scores of another vendor for the false accept rates at which ours are known, rising with falling rates. */
export type VendorScores = readonly (readonly [far: number, vendorScore: number])[]

/** Reads our calibrated scores on the scale of another vendor. */
export interface VendorScale {
  /** What a score of ours, 0 to 100, is on the vendor's scale: 0 to 100, four decimals; never falls with a rising score. */
  readonly toVendor: (score: number) => number
  /**
   * The least score of ours, in steps of a hundredth, that the vendor's scale reads as `vendorScore` (0 to 100) or more: a
   * threshold of the vendor's users lets through what they see at it and above, and nothing else.
   */
  readonly leastScore: (vendorScore: number) => number
}

type Knot = readonly [score: number, vendorScore: number]

/**
 * Both scales are straight lines over the logarithm of the false accept rate between the rates that `scores` names, so that
 * one is a straight line over the other there, and beyond them to 0 and to 100. Throws RangeError for a rate that is not one
 * of {@link SCORE_FOR_FAR}, and for scores that do not rise.
 */
export function createVendorScale(scores: VendorScores): VendorScale {
  const knots: readonly Knot[] = [
    [0, 0],
    ...scores.map(([far, vendorScore]): Knot => [ourScoreAt(far), vendorScore]),
    [100, 100],
  ]
  if (knots.some(([x, y], i) => i > 0 && !(x > knots[i - 1]![0] && y > knots[i - 1]![1]))) {
    throw new RangeError('Expected scores between 0 and 100 that rise with falling false accept rates')
  }
  const inverse = knots.map(([x, y]): Knot => [y, x])
  const toVendor = (score: number) => round(interpolate(knots, score), 4)
  return {
    toVendor,
    leastScore(vendorScore) {
      const below = Math.max(0, Math.floor(100 * interpolate(inverse, vendorScore)) - 1)
      const steps = [0, 1, 2].map((step) => (below + step) / 100)
      return steps.find((score) => toVendor(score) >= vendorScore) ?? 100
    },
  }
}

function ourScoreAt(far: number): number {
  const known = SCORE_FOR_FAR.find(([rate]) => rate === far)
  if (!known) throw new RangeError(`Expected a false accept rate that scores are made for but received ${far}`)
  return known[1]
}

function interpolate(knots: readonly Knot[], at: number): number {
  const right = Math.max(
    1,
    knots.findIndex(([x]) => x >= at),
  )
  const [x0, y0] = knots[right - 1]!
  const [x1, y1] = knots[right]!
  const inside = Math.min(100, Math.max(0, at))
  return y0 + ((y1 - y0) * (inside - x0)) / (x1 - x0)
}

function round(value: number, decimals: number): number {
  const steps = 10 ** decimals
  return Math.round(value * steps) / steps
}
