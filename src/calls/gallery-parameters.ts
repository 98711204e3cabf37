import { FaceCompareError } from '../errors.js'
import type { GalleryLimits } from '../gallery/gallery.js'
import { refusals } from '../gallery/refusals.js'

const MAX_ID_CHARACTERS = 64
const MAX_TEXT_BYTES = 255
/** What the original refused in ids (blanks, slashes, tabs, line ends), and what no database keeps as it is. */
const NOT_IN_IDS = /[\s/\p{Cc}\p{Cs}]/u
const NOT_IN_TEXTS = /[\0\p{Cs}]/u

/** Throws PARAMETER_MISSING, PARAMETER_TOO_LONG or PARAMETER_INVALID with the name of the parameter. */
export function requireId(name: string, id: string): void {
  if (id === '') throw new FaceCompareError('PARAMETER_MISSING', `The parameter ${name} is missing.`)
  // A character takes at most two of what `length` counts.
  if (id.length > 2 * MAX_ID_CHARACTERS || [...id].length > MAX_ID_CHARACTERS) {
    throw new FaceCompareError('PARAMETER_TOO_LONG', `The ${name} is longer than ${MAX_ID_CHARACTERS} characters.`)
  }
  if (NOT_IN_IDS.test(id)) {
    throw new FaceCompareError('PARAMETER_INVALID', `The ${name} has a blank, a slash or a control character in it.`)
  }
}

/** The ids of a list. Throws as {@link requireId}. */
function requireIds(name: string, ids: readonly string[]): void {
  if (ids.includes('')) throw new FaceCompareError('PARAMETER_MISSING', `The list of ${name}s has an empty one in it.`)
  for (const id of ids) requireId(name, id)
}

/** A name or a remark. Throws PARAMETER_TOO_LONG or PARAMETER_INVALID. */
export function requireText(name: string, text: string | undefined): void {
  if (text === undefined) return
  if (text.length > MAX_TEXT_BYTES || Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    throw new FaceCompareError('PARAMETER_TOO_LONG', `The ${name} is longer than ${MAX_TEXT_BYTES} bytes.`)
  }
  if (NOT_IN_TEXTS.test(text)) {
    throw new FaceCompareError('PARAMETER_INVALID', `The ${name} has a character in it that is none.`)
  }
}

/** Each once, sorted. Throws GROUP_LIST_UNKNOWN when there is none, and as {@link requireId}. */
export function requireGroupIds(groupIds: readonly string[], limits: GalleryLimits): readonly string[] {
  if (groupIds.length === 0) throw refusals.noGroups()
  requireIds('group_id', groupIds)
  const each = [...new Set(groupIds)].sort()
  if (each.length > limits.maxGroups) throw refusals.tooManyGroups(limits)
  return each
}

/** Each once, in their order. */
export function requireFaceIds(faceIds: readonly string[]): readonly string[] {
  if (faceIds.length === 0) throw new FaceCompareError('PARAMETER_MISSING', 'The list of face_ids is empty.')
  requireIds('face_id', faceIds)
  return [...new Set(faceIds)]
}
