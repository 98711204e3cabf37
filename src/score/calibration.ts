/** A monotone piecewise-linear curve from similarity (-1 to 1) to score: `[similarity, score]` points, both strictly rising. */
export type Knots = readonly (readonly [similarity: number, score: number])[]

/** Scores and the false accept rates that they stand for, as the original service published them, with lower ones for orientation. */
export const SCORE_FOR_FAR: readonly (readonly [far: number, score: number])[] = [
  [0.5, 25],
  [0.1, 45],
  [1e-2, 60],
  [1e-3, 70],
  [1e-4, 80],
  [1e-5, 90],
]

/** The score of a similarity: 0..100, two decimals, never falling with rising similarity. */
export function calibrate(knots: Knots, similarity: number): number {
  const first = knots[0]
  const last = knots[knots.length - 1]
  if (!first || !last) throw new Error('A calibration needs at least one point')
  if (similarity <= first[0]) return first[1]
  if (similarity >= last[0]) return last[1]
  const right = knots.findIndex(([s]) => s > similarity)
  const [x0, s0] = knots[right - 1]!
  const [x1, s1] = knots[right]!
  return Math.round((s0 + ((s1 - s0) * (similarity - x0)) / (x1 - x0)) * 100) / 100
}

/** The least similarity with a score, as {@link calibrate} gives it before it rounds; above the curve its last one. */
export function similarityAtScore(knots: Knots, score: number): number {
  const right = knots.findIndex(([, s]) => s >= score)
  const [x1, s1] = knots[right] ?? knots[knots.length - 1]!
  const [x0, s0] = knots[right - 1] ?? [x1, s1]
  return s1 > s0 ? x0 + ((x1 - x0) * (score - s0)) / (s1 - s0) : x1
}

export interface SupportedCurve {
  readonly knots: Knots
  /** The highest score of {@link SCORE_FOR_FAR} that the pairs suffice for. */
  readonly supportedScore: number
}

/**
 * Makes the curve from as many scores of {@link SCORE_FOR_FAR} as the data support: `cosineAt` gives the cosine similarity
 * at which a false accept rate is reached, or `undefined` where there are too few pairs to tell. Nothing is extrapolated:
 * from the highest supported score on the curve runs straight to 100 at cosine 1, and promises no rate there. Throws an
 * Error with one sentence when the data support no score at all.
 */
export function fitSupportedCalibration(cosineAt: (far: number) => number | undefined): SupportedCurve {
  const knots: [number, number][] = []
  for (const [far, score] of SCORE_FOR_FAR) {
    const cosine = cosineAt(far)
    if (cosine === undefined) break
    // Where two rates fall on one similarity it deserves the higher score.
    while (knots.length > 0 && knots[knots.length - 1]![0] >= cosine) knots.pop()
    knots.push([cosine, score])
  }
  const last = knots.at(-1)
  if (!last) throw new Error('There are too few impostor pairs for any score.')
  if (!(knots[0]![0] > -1 && last[0] < 1 - 1e-6)) {
    throw new Error(
      'Pictures of different people are as alike as copies: the networks tell nobody apart, or the labels are wrong.',
    )
  }
  return { knots: [[-1, 0], ...knots, [1 - 1e-6, 100]], supportedScore: last[1] }
}
