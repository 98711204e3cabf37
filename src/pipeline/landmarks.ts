import type { Detection } from './detect.js'
import { applySimilarity, squareToImage } from './geometry.js'
import type { Model } from './models.js'
import type { Pyramid } from './pyramid.js'

/** Side of the landmark crop, in units of the longer side of the detection box; chosen on DevTrain. */
const CROP_SIDE = 1.1

/**
 * How far the head is turned in the image plane, radians, clockwise positive: the direction from eye to eye together with
 * that from the eyes down to the mouth, each with its length as weight, because a profile has hardly any of the first.
 */
export function rollOf({ keypoints }: Detection): number {
  const [left, right, , mouth] = keypoints
  if (!left || !right || !mouth) return 0
  const downX = mouth.x - (left.x + right.x) / 2
  const downY = mouth.y - (left.y + right.y) / 2
  return Math.atan2(right.y - left.y - downX, right.x - left.x + downY)
}

/**
 * 68 landmarks (iBUG 300-W order) of a detected face, x and y in turn, in pixels of the image. The crop is turned upright
 * first: the network was trained on upright faces.
 */
export async function findLandmarks(model: Model, pyramid: Pyramid, detection: Detection): Promise<Float32Array> {
  const size = model.inputSize
  const { x, y, width, height } = detection.box
  const side = CROP_SIDE * Math.max(width, height)
  const toImage = squareToImage(x + width / 2, y + height / 2, side, rollOf(detection), size)
  const run = model.prepare(1)
  pyramid.warp(toImage, size, run.input)
  return run.finish(({ landmarks }) => {
    if (!landmarks) throw new Error('The landmark network has no output named landmarks')
    const points = new Float32Array(landmarks.length)
    for (let i = 0; i < landmarks.length; i += 2) {
      const p = applySimilarity(toImage, landmarks[i]! * size, landmarks[i + 1]! * size)
      points[i] = p.x
      points[i + 1] = p.y
    }
    return points
  })
}
