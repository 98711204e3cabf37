import type { Box } from '../src/engine/face.js'
import { fivePointsOf } from '../src/pipeline/five-points.js'

/** Of the distance from eye to eye and from the eyes to the mouth together. */
const SQUARE_SIDE = 1.68
/** Where its middle lies between the eyes and the mouth. */
const SQUARE_MIDDLE = 0.55

/**
 * The square around a face by its landmarks, so that no detector's notion of a box matters (BlazeFace's is this one on
 * average). In LFW's pictures it is 100 pixels wide on average.
 */
export function squareOf({ landmarks }: { readonly landmarks: Float32Array }): Box {
  const [left, right, , cornerLeft, cornerRight] = fivePointsOf(landmarks)
  const eyes = { x: (left.x + right.x) / 2, y: (left.y + right.y) / 2 }
  const mouth = { x: (cornerLeft.x + cornerRight.x) / 2, y: (cornerLeft.y + cornerRight.y) / 2 }
  const between = Math.hypot(right.x - left.x, right.y - left.y)
  const side = SQUARE_SIDE * Math.hypot(between, mouth.x - eyes.x, mouth.y - eyes.y)
  const x = eyes.x + SQUARE_MIDDLE * (mouth.x - eyes.x) - side / 2
  const y = eyes.y + SQUARE_MIDDLE * (mouth.y - eyes.y) - side / 2
  return { x, y, width: side, height: side }
}
