import type { Sides } from '../../calls/compare.js'
import type { Comparison, Face } from '../../engine/engine.js'
import { qualityBody } from '../../http/reply.js'

/** What an answer says beside the scores, because its call asked for it. */
export interface ToldBesides {
  /** Where they are and how well they are shown. */
  readonly faces: Sides<Face> | undefined
  readonly qualityChecked: boolean | undefined
}

export function comparisonData(
  { similarity, parts }: Comparison,
  sessionId: string,
  { faces, qualityChecked }: ToldBesides,
): object {
  return {
    similarity,
    eyebrow_sim: parts.eyebrow,
    eye_sim: parts.eye,
    nose_sim: parts.nose,
    mouth_sim: parts.mouth,
    ...(faces ? { faceA: faceBody(faces.A), faceB: faceBody(faces.B) } : {}),
    ...(qualityChecked === undefined ? {} : { quality_checked: qualityChecked }),
    session_id: sessionId,
  }
}

/**
 * Where a face is, in pixels of the upright image (`image_width` x `image_height`): the compared one of `face_count`. Roll is
 * in degrees, clockwise positive.
 */
function faceBody(face: Face): object {
  const { box, landmarks, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, quality } = face
  const points = Array.from({ length: landmarks.length / 2 }, (_, i) => [
    round(landmarks[2 * i] ?? 0),
    round(landmarks[2 * i + 1] ?? 0),
  ])
  return {
    box: { x: round(box.x), y: round(box.y), width: round(box.width), height: round(box.height) },
    landmarks: points,
    detection_score: round(detectionScore),
    roll: round(rollDegrees),
    face_count: faceCount,
    image_width: imageWidth,
    image_height: imageHeight,
    ...(quality ? qualityBody(quality) : {}),
  }
}

/** To two decimals. */
function round(value: number): number {
  return Math.round(value * 100) / 100
}
