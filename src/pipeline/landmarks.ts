import { type InputForm, runOnChip } from './chip.js'
import { type Detection, rollOfPoints } from './detect.js'
import { fivePointsOf } from './five-points.js'
import { applySimilarity, squareToImage } from './geometry.js'
import type { Network } from './network.js'
import type { Pyramid } from './pyramid.js'

/** A network that gives 68 landmarks (iBUG 300-W order) of a square crop: x and y in turn, 0..1 of the crop. */
export interface LandmarkModel {
  readonly network: Network
  readonly input: InputForm
  /** The output that is the landmarks. */
  readonly output: string
  /** Side of the crop, in units of the longer side of the detection's box. */
  readonly cropSide: number
}

/** The networks were trained on upright faces: one that is turned further from its crop than this is looked at again. */
const MOST_TURNED = (12 * Math.PI) / 180
const MOST_RUNS = 3
const LANDMARK_NUMBERS = 136

/** 68 landmarks, x and y in turn, in pixels of the image. */
export async function findLandmarks(
  model: LandmarkModel,
  pyramid: Pyramid,
  { box, roll }: Pick<Detection, 'box' | 'roll'>,
): Promise<Float32Array> {
  let cropRoll = roll
  for (let runs = 1; ; runs++) {
    const landmarks = await runLandmarks(model, pyramid, box, cropRoll)
    const seenRoll = rollOf(landmarks)
    // What is no number is no turn either.
    if (runs === MOST_RUNS || !(turnBetween(seenRoll, cropRoll) > MOST_TURNED)) return landmarks
    cropRoll = seenRoll
  }
}

/** Throws an Error that goes on after the network's name when its output is something else. */
async function runLandmarks(
  model: LandmarkModel,
  pyramid: Pyramid,
  { x, y, width, height }: Detection['box'],
  roll: number,
): Promise<Float32Array> {
  const { size } = model.input
  const side = model.cropSide * Math.max(width, height)
  const toImage = squareToImage(x + width / 2, y + height / 2, side, roll, size)
  return runOnChip(model, pyramid, toImage, false, (outputs) => {
    const landmarks = outputs.get(model.output)?.data
    if (!landmarks) throw new Error(`has no output ${model.output}`)
    if (landmarks.length !== LANDMARK_NUMBERS) {
      throw new Error(`gives ${landmarks.length} numbers where 68 points are needed`)
    }
    const points = new Float32Array(landmarks.length)
    for (let i = 0; i < landmarks.length; i += 2) {
      const p = applySimilarity(toImage, landmarks[i]! * size, landmarks[i + 1]! * size)
      points[i] = p.x
      points[i + 1] = p.y
    }
    return points
  })
}

/** How far a head is turned in the image plane by its landmarks, radians, clockwise positive. */
export function rollOf(landmarks: Float32Array): number {
  return rollOfPoints(fivePointsOf(landmarks))
}

/** The angle between two directions, 0 to pi. */
export function turnBetween(p: number, q: number): number {
  return Math.abs(Math.atan2(Math.sin(p - q), Math.cos(p - q)))
}
