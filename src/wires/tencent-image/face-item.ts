import type { Box } from '../../engine/face.js'
import type { FaceAttributes } from '../../gallery/gallery.js'

/** A head is turned no further than this where the original tells pitch and yaw. */
const MOST_TURNED_DEGREES = 30

/** What the original tells of a face: its place, and its attributes as far as they are known. Angles are whole degrees. */
export function faceItem(faceId: string, { box, ...attributes }: FaceAttributes): object {
  const { pitchDegrees, yawDegrees, rollDegrees, age, gender, expression, glass } = attributes
  return {
    face_id: faceId,
    ...facePlace(box),
    ...whole('pitch', pitchDegrees, MOST_TURNED_DEGREES),
    ...whole('roll', rollDegrees, 180),
    ...whole('yaw', yawDegrees, MOST_TURNED_DEGREES),
    ...whole('age', age, 100),
    ...whole('gender', gender, 100),
    ...(glass === undefined ? {} : { glass }),
    ...whole('expression', expression, 100),
  }
}

/** The box in pixels of the upright picture: a whole left top corner, and sizes that need not be whole. */
export function facePlace({ x, y, width, height }: Box) {
  return { x: Math.round(x), y: Math.round(y), width: toTenth(width), height: toTenth(height) }
}

function whole(name: string, value: number | undefined, most: number): Readonly<Record<string, number>> {
  if (value === undefined) return {}
  // Without a sign where it is zero.
  return { [name]: Math.round(Math.min(most, Math.max(-most, value))) || 0 }
}

function toTenth(value: number): number {
  return Math.round(value * 10) / 10
}
