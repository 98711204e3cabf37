import type { Detection, Detector } from './detect.js'
import type { Search } from './looks.js'
import { chooseFace, EQUAL_AREA, fillsFrame, hasRoomForAnother, visibleArea } from './prominence.js'
import { isSameFace } from './same-face.js'

// The numbers of this file were chosen on DevTrain.

/**
 * Whether the most prominent face lies within the frame, with room for others, and an upright look at all of the image shows nothing that
 * could be a larger one.
 */
export function isLargest(
  faces: readonly Detection[],
  unsure: readonly Detection[],
  { detector: { kind }, pyramid: { image } }: Search,
): boolean {
  const chosen = chooseFace(faces, image)
  if (!chosen || kind.suspectScore === undefined) return false
  if (fillsFrame(chosen.box, image) || !hasRoomForAnother(chosen.box, image)) return false
  const { larger: least } = kind.suspectScore
  const area = EQUAL_AREA * visibleArea(chosen.box, image)
  return unsure.every((face) => face.score < least || visibleArea(face.box, image) < area || isAround(chosen, face))
}

/** Whether there is one face, and beside it nothing that could be another. */
export function isAlone(faces: readonly Detection[], suspects: readonly Detection[], { kind }: Detector): boolean {
  const [only, ...others] = faces
  if (!only || others.length > 0 || kind.suspectScore === undefined) return false
  const { other: least } = kind.suspectScore
  return suspects.every((face) => face.score < least || isAround(only, face))
}

/** A box around a face is so many times larger at most; a larger one is around another face that it is a part of. */
const MOST_AROUND = 3

/** Whether what is suspected is the face itself, a part of it, or it with what is close around it. */
function isAround(face: Detection, suspect: Detection): boolean {
  const times = (suspect.box.width * suspect.box.height) / (face.box.width * face.box.height)
  return isSameFace(face, suspect) || (times < MOST_AROUND && isSameFace(suspect, face))
}
