import type { QualityReason } from '../../engine/engine.js'
import { leastQualityAt } from '../quality-bar.js'
import { round, type SeenFace } from '../seen-face.js'

/**
 * Where the vendor's marks lie on our scale, which counts plain faces: below 40 is poor, 60 and more is good, 70 is what it advises for
 * faces that are kept, 80 and more is very good.
 */
function scoreKnots(packLeastQuality: number): readonly (readonly [quality: number, vendorScore: number])[] {
  const [least, fair, good, best] = (['promise', 'fair', 'good', 'best'] as const).map((bar) =>
    leastQualityAt(bar, packLeastQuality),
  )
  return [
    [0, 0],
    [least ?? 0, 40],
    [fair ?? 0, 60],
    [good ?? 0, 70],
    [best ?? 0, 80],
    [100, 100],
  ]
}

/** Plain where nothing is known. */
const UNKNOWN_SCORE = 70
const [DARK, PLAIN, BURNT] = [15, 50, 90]
/** What the vendor calls clear begins at 80, what it calls blurred ends at 60. */
const [CLEAR, BLURRED] = [80, 30]
/** Below what the vendor counts as covered, whichever part it is: which one our engine does not tell. */
const [OPEN, COVERED] = [100, 40]

/** How a face is shown, in the vendor's numbers, 0 to 100. Brightness 30 to 70 is as it should be. */
export function faceQualityInfo({ quality }: Pick<SeenFace, 'quality'>, packLeastQuality: number): object {
  const has = (...reasons: readonly QualityReason[]) =>
    quality?.reasons.some((reason) => reasons.includes(reason)) ?? false
  const part = has('covered') ? COVERED : OPEN
  return {
    Score: quality ? round(interpolate(scoreKnots(packLeastQuality), quality.score), 2) : UNKNOWN_SCORE,
    Sharpness: has('blurred', 'small') ? BLURRED : CLEAR,
    Brightness: has('dark') ? DARK : has('over_exposed') ? BURNT : PLAIN,
    Completeness: { Eyebrow: part, Eye: part, Nose: part, Cheek: part, Mouth: part, Chin: part },
  }
}

/** Knots whose quality does not rise (a pack may ask for much) are one step. */
function interpolate(knots: readonly (readonly [number, number])[], quality: number): number {
  let value = 0
  for (const [i, [x1, y1]] of knots.entries()) {
    const [x0, y0] = knots[i - 1] ?? [0, 0]
    if (quality >= x1) value = y1
    else return i === 0 ? y1 : y0 + ((y1 - y0) * Math.max(0, quality - x0)) / (x1 - x0)
  }
  return value
}
