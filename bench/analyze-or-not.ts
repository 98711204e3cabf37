import type { FaceEngine } from '../src/engine/engine.js'
import type { Face } from '../src/engine/face.js'
import { FaceCompareError } from '../src/errors.js'

/** The face of a picture; undefined where it shows none. Throws what else is wrong with it. */
export async function analyzeOrNot(engine: Pick<FaceEngine, 'analyze'>, bytes: Uint8Array): Promise<Face | undefined> {
  try {
    return await engine.analyze(bytes)
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return undefined
    throw error
  }
}
