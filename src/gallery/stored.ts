import { FaceCompareError } from '../errors.js'

/** A failure of the database is told as such; refusals are as they are. */
export async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof FaceCompareError) throw cause
    throw new FaceCompareError('STORAGE_FAILED', 'The gallery cannot be read or written now.', { cause })
  }
}
