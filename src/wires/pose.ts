import { ARCFACE_TEMPLATE, type FivePoints, fivePointsOf } from '../pipeline/five-points.js'

/** How a head is turned, in degrees. */
export interface Pose {
  /** In the plane of the picture, -180 to 180; positive when it leans clockwise. */
  readonly rollDegrees: number
  /** Positive when it looks to the right of the picture. */
  readonly yawDegrees: number
  /** Positive when it looks up. */
  readonly pitchDegrees: number
}

/**
 * How far the tip of the nose stands out before the plane of eyes and corners of the mouth, in distances between the eyes: near
 * 28 of 63 millimetres in grown-ups.
 */
const NOSE_DEPTH = 0.45

/**
 * An estimate from five points: how far the nose lies beside the line from the eyes to the mouth, and where between them it
 * stands, against a face that looks straight ahead ({@link ARCFACE_TEMPLATE}). Good to about ten degrees while both eyes are
 * seen. The signs are those of recorded Rekognition answers.
 */
export function estimatePose(landmarks: Float32Array): Pose {
  const { roll, width, eyesUp, mouthDown, aside } = measure(fivePointsOf(landmarks))
  const yaw = Math.atan2(aside, NOSE_DEPTH * width)
  // With the head bent, eyes and mouth turn about the tip of the nose: y' = y cos - z sin.
  const share = eyesUp / mouthDown
  const pitch = Math.atan2(
    share * STRAIGHT.mouthDown - STRAIGHT.eyesUp,
    NOSE_DEPTH * STRAIGHT.width * (1 + Math.max(0, share)),
  )
  return { rollDegrees: degrees(roll), yawDegrees: degrees(yaw), pitchDegrees: -degrees(pitch) }
}

interface Measures {
  /** Radians. */
  readonly roll: number
  /** Between the eyes. */
  readonly width: number
  /** How far the eyes lie above the nose along the face, and the mouth below. */
  readonly eyesUp: number
  readonly mouthDown: number
  /** How far the nose lies to the right of the line from the eyes to the mouth. */
  readonly aside: number
}

const STRAIGHT = measure(templatePoints())

function measure([eyeLeft, eyeRight, nose, mouthLeft, mouthRight]: FivePoints): Measures {
  const [across, down] = [eyeRight.x - eyeLeft.x, eyeRight.y - eyeLeft.y]
  const width = Math.max(1e-6, Math.hypot(across, down))
  // The eyes lie on a level line: all is measured along it and at right angles to it.
  const [cos, sin] = [across / width, down / width]
  const place = (x: number, y: number) => ({ x: cos * x + sin * y, y: cos * y - sin * x })
  const eyes = place((eyeLeft.x + eyeRight.x) / 2, (eyeLeft.y + eyeRight.y) / 2)
  const mouth = place((mouthLeft.x + mouthRight.x) / 2, (mouthLeft.y + mouthRight.y) / 2)
  const tip = place(nose.x, nose.y)
  const length = Math.max(1e-6, mouth.y - eyes.y)
  const onAxis = eyes.x + ((mouth.x - eyes.x) * (tip.y - eyes.y)) / length
  return {
    roll: Math.atan2(down, across),
    width,
    eyesUp: tip.y - eyes.y,
    mouthDown: Math.max(1e-6, mouth.y - tip.y),
    aside: tip.x - onAxis,
  }
}

function templatePoints(): FivePoints {
  const at = (i: number) => ({ x: ARCFACE_TEMPLATE[2 * i] ?? 0, y: ARCFACE_TEMPLATE[2 * i + 1] ?? 0 })
  return [at(0), at(1), at(2), at(3), at(4)]
}

function degrees(radians: number): number {
  return (180 / Math.PI) * radians
}
