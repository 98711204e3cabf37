import { ARCFACE_TEMPLATE } from '../../src/pipeline/five-points.js'
import type { SeenFace } from '../../src/wires/seen-face.js'

/** 68 landmarks of which the five points are `points`: those that are not asked for lie at nought. */
export function landmarksOf(points: readonly number[]): Float32Array {
  const landmarks = new Float32Array(136)
  const put = (first: number, last: number, i: number) => {
    for (let at = first; at <= last; at++) landmarks.set([points[2 * i] ?? 0, points[2 * i + 1] ?? 0], 2 * at)
  }
  put(36, 41, 0)
  put(42, 47, 1)
  put(30, 30, 2)
  put(48, 48, 3)
  put(54, 54, 4)
  return landmarks
}

/** A face that looks straight ahead, in a picture of 400 x 200 pixels. */
export const FACE: SeenFace = {
  box: { x: 20, y: 10, width: 100, height: 120 },
  landmarks: landmarksOf(ARCFACE_TEMPLATE),
  detectionScore: 0.987654321,
  rollDegrees: 0,
  quality: { score: 50, reasons: [] },
  imageWidth: 400,
  imageHeight: 200,
}

/** What a face looks like. */
export const ATTRIBUTES = {
  ...{ age: 37.2, gender: 98.6, expression: 6, hasGlasses: true },
  ...{ pitchDegrees: 5.4, yawDegrees: -41, rollDegrees: -0.2 },
}
