import type { Comparison, Face, FaceEngine } from '../engine/engine.js'
import { type CheckedComparison, compareChecked, requireQuality } from '../engine/require-quality.js'
import { FaceCompareError, type Side } from '../errors.js'

export type Sides<T> = Readonly<Record<Side, T>>

/** Gives the face of one picture; work on it ends when the signal aborts. */
export type OpenFace = (signal: AbortSignal) => Promise<Face>

export interface CompareRequest {
  readonly pictures: Sides<OpenFace>
  /** Faces of less quality are refused, 0 to 100; the model pack's own when undefined. */
  readonly minQuality: number | undefined
}

export interface ComparedFaces {
  readonly comparison: CheckedComparison
  readonly faces: Sides<Face>
}

/**
 * Compares the faces of two pictures, which are worked on at once. A's failure is told before B's, and ends the work on B. Rejects with
 * what the pictures reject with, said of their side, with QUALITY_TOO_LOW, and with INTERNAL when no score comes out.
 */
export async function comparePictures(
  engine: Pick<FaceEngine, 'compare' | 'leastQuality'>,
  { pictures, minQuality }: CompareRequest,
  stop: AbortController,
): Promise<ComparedFaces> {
  const open = async (side: Side): Promise<Face> => {
    try {
      const face = await pictures[side](stop.signal)
      requireQuality(face, minQuality ?? engine.leastQuality)
      return face
    } catch (error) {
      throw attribute(error, side)
    }
  }
  const [pendingA, pendingB] = [open('A'), open('B')]
  try {
    const a = await Promise.race([pendingA, refusalOf(pendingB)])
    const faces = { A: a, B: await pendingB }
    const comparison = compareChecked(engine, faces.A, faces.B, { minQuality })
    checkScores(comparison)
    return { comparison, faces }
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

/**
 * Rejects when the queue had no place for the side; settles on nothing else. Such a call fails whatever the other side
 * does, which would only take its turn from calls that can still be answered.
 */
function refusalOf(pending: Promise<Face>): Promise<never> {
  return new Promise((_resolve, reject) => {
    pending.catch((error: FaceCompareError) => {
      if (error.kind === 'TOO_MANY_REQUESTS') reject(error)
    })
  })
}

/** Says of which image an error is. A full queue is nobody's fault; what nobody foresaw is INTERNAL, of that image. */
export function attribute(error: unknown, side: Side): FaceCompareError {
  if (!(error instanceof FaceCompareError)) {
    return new FaceCompareError('INTERNAL', 'Something went wrong inside the service.', { side, cause: error })
  }
  return error.kind === 'TOO_MANY_REQUESTS' ? error : error.of(side)
}

/** JSON has no NaN: it would go out as `null` under the code of success. */
function checkScores({ similarity, parts }: Comparison): void {
  const scores = [similarity, ...Object.values(parts)]
  if (scores.every((score) => score >= 0 && score <= 100)) return
  throw new FaceCompareError('INTERNAL', 'The similarity could not be computed.')
}
