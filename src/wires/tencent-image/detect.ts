import { type FaceShape, outlineFace } from '../../engine/engine.js'
import { makeFaceId } from '../../gallery/face-id.js'
import type { Fields } from '../../http/fields.js'
import { fieldNames } from './app-fields.js'
import type { Answer, WireContext } from './context.js'
import { faceItem, facePlace } from './face-item.js'
import { readMode, readPicture } from './family-fields.js'
import { findFaces } from './family-pictures.js'

export const PICTURE_NAMES = fieldNames(['mode', 'url'], ['image'])

/** Of further faces the original tells the place alone. */
const FACES_WITH_ATTRIBUTES = 5

/** The faces of a picture with age, sex, expression, glasses and how the head is turned. */
export function readDetection(fields: Fields, { maxImageBytes }: WireContext): Answer {
  const which = readMode(fields)
  const picture = readPicture(fields, maxImageBytes)
  return async (received) => {
    const found = await findFaces(received, picture, { which, attributes: true, templates: false })
    return {
      session_id: received.request.id,
      image_width: found.imageWidth,
      image_height: found.imageHeight,
      face: found.faces.map(({ box, attributes }, i) => {
        // Of this answer alone: nothing of a detection is kept.
        const faceId = makeFaceId()
        if (!attributes || i >= FACES_WITH_ATTRIBUTES) return { face_id: faceId, ...facePlace(box) }
        const { hasGlasses, ...told } = attributes
        return faceItem(faceId, { box, ...told, glass: hasGlasses })
      }),
    }
  }
}

/** The outlines of the faces of a picture, in 88 points each. */
export function readShape(fields: Fields, { maxImageBytes }: WireContext): Answer {
  const which = readMode(fields)
  const picture = readPicture(fields, maxImageBytes)
  return async (received) => {
    const found = await findFaces(received, picture, { which, attributes: false, templates: false })
    return {
      session_id: received.request.id,
      image_width: found.imageWidth,
      image_height: found.imageHeight,
      face_shape: found.faces.map(({ landmarks }) => shapeItem(outlineFace(landmarks))),
    }
  }
}

function shapeItem({ profile, leftEye, rightEye, leftEyebrow, rightEyebrow, mouth, nose }: FaceShape): object {
  return {
    face_profile: profile.map(toPixel),
    left_eye: leftEye.map(toPixel),
    right_eye: rightEye.map(toPixel),
    left_eyebrow: leftEyebrow.map(toPixel),
    right_eyebrow: rightEyebrow.map(toPixel),
    mouth: mouth.map(toPixel),
    nose: nose.map(toPixel),
  }
}

function toPixel({ x, y }: { readonly x: number; readonly y: number }): object {
  return { x: Math.round(x), y: Math.round(y) }
}
