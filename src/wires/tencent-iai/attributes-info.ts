import type { FaceAttributes } from '../../engine/face.js'
import { measurePose } from '../../pipeline/pose.js'
import { type DescribedFace, round } from '../seen-face.js'

/** The vendor's angles end here, up, down and aside. */
const MOST_TURNED_DEGREES = 30
/** What the vendor calls women ends below it; what it calls men begins with it. */
const LEAST_OF_MEN = 50

/** What a face looks like, as far as the model pack tells it, and how its head is turned, in whole numbers of the vendor's. */
export function faceAttributesInfo({ landmarks, attributes }: DescribedFace): object {
  return { ...(attributes ? looksInfo(attributes) : {}), ...poseInfo(landmarks) }
}

/** The vendor's scales are our own: years, 0 to 100 for what looks like a man, 0 to 100 for a laugh. */
function looksInfo({ age, gender, expression, hasGlasses }: FaceAttributes): object {
  const whole = round(gender, 0)
  return {
    // What is nearer to a woman stays one when it is rounded.
    Gender: gender > LEAST_OF_MEN ? whole : Math.min(whole, LEAST_OF_MEN - 1),
    Age: round(age, 0),
    Expression: round(expression, 0),
    Glass: hasGlasses,
  }
}

/** The vendor's signs are taken to be those of our own. */
function poseInfo(landmarks: Float32Array): object {
  const { pitchDegrees, yawDegrees, rollDegrees } = measurePose(landmarks)
  const within = (degrees: number) => round(Math.min(MOST_TURNED_DEGREES, Math.max(-MOST_TURNED_DEGREES, degrees)), 0)
  return { Pitch: within(pitchDegrees), Yaw: within(yawDegrees), Roll: round(rollDegrees, 0) }
}
