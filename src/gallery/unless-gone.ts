import { type ErrorName, FaceCompareError } from '../errors.js'

const GONE: readonly ErrorName[] = ['PERSON_UNKNOWN', 'FACE_UNKNOWN', 'GROUP_UNKNOWN']

/** Undefined where what was just seen is not there any more: somebody else has deleted it meanwhile. Everything else as it is. */
export async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof FaceCompareError && GONE.includes(error.kind)) return undefined
    throw error
  }
}
