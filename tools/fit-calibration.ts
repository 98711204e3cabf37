import { type Knots, SCORE_FOR_FAR } from '../src/score/calibration.js'

/**
 * Makes the curve from the similarities of impostor pairs: each score of {@link SCORE_FOR_FAR} is put where that
 * share of them is accepted. `impostors` must be sorted in descending order and be more than 1 / (the lowest rate).
 * Two equal pictures (similarity 1) score 100, opposite ones 0.
 */
export function fitCalibration(impostors: Float32Array): Knots {
  const knots: [number, number][] = [[-1, 0]]
  for (const [far, score] of SCORE_FOR_FAR) {
    const similarity = impostors[Math.floor(far * impostors.length)]
    if (similarity === undefined) throw new RangeError('Expected impostor similarities')
    knots.push([similarity, score])
  }
  // Rounding may leave a copy of a face a hair below 1.
  knots.push([1 - 1e-6, 100])
  for (let i = 1; i < knots.length; i++) {
    if (!(knots[i]![0] > knots[i - 1]![0])) throw new RangeError('Expected impostor similarities that differ')
  }
  return knots
}
