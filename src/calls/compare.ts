import type { Comparison, Face, FaceEngine, FacesInPicture, FoundFace } from '../engine/engine.js'
import { type CheckedComparison, compareChecked, isTooPoor, requireQuality } from '../engine/require-quality.js'
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

/** One of the faces of a picture that another one was compared with. */
export interface ScoredFace {
  readonly face: FoundFace
  /** 0 to 100. */
  readonly similarity: number
}

export interface ComparedWithAll {
  readonly source: Face
  /** All faces of the target, in the order of the engine. */
  readonly targets: readonly ScoredFace[]
  readonly target: Pick<FacesInPicture, 'imageWidth' | 'imageHeight'>
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
  const openGood = (side: Side) => async (signal: AbortSignal) => {
    const face = await pictures[side](signal)
    requireQuality(face, minQuality ?? engine.leastQuality)
    return face
  }
  const faces = await openBoth(openGood('A'), openGood('B'), stop)
  const comparison = compareChecked(engine, faces.A, faces.B, { minQuality })
  checkScores(comparison)
  return { comparison, faces }
}

/**
 * Compares the face of A with every face of B. Faces of B that are shown worse than `minQuality` are left out; A's is refused. Rejects
 * as {@link comparePictures}.
 */
export async function compareWithAll(
  engine: Pick<FaceEngine, 'compare'>,
  {
    source: openSource,
    target: openTarget,
    minQuality,
  }: {
    readonly source: OpenFace
    readonly target: (signal: AbortSignal) => Promise<FacesInPicture>
    readonly minQuality: number
  },
  stop: AbortController,
): Promise<ComparedWithAll> {
  const openGood = async (signal: AbortSignal) => {
    const face = await openSource(signal)
    requireQuality(face, minQuality)
    return face
  }
  const { A: source, B: target } = await openBoth(openGood, openTarget, stop)
  const good = target.faces.filter(({ quality }) => !quality || !isTooPoor(quality, minQuality))
  const targets = good.map((face) => {
    if (!face.template) throw new Error('Expected a face with its template.')
    const comparison = engine.compare(source, face.template)
    checkScores(comparison)
    return { face, similarity: comparison.similarity }
  })
  return { source, targets, target }
}

/** Works on two pictures at once. A's failure is told before B's, and ends the work on B. */
async function openBoth<A, B>(
  openA: (signal: AbortSignal) => Promise<A>,
  openB: (signal: AbortSignal) => Promise<B>,
  stop: AbortController,
): Promise<{ readonly A: A; readonly B: B }> {
  const open = async <T>(side: Side, picture: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await picture(stop.signal)
    } catch (error) {
      throw attribute(error, side)
    }
  }
  const [pendingA, pendingB] = [open('A', openA), open('B', openB)]
  try {
    const a = await Promise.race([pendingA, refusalOf(pendingB)])
    return { A: a, B: await pendingB }
  } catch (error) {
    stop.abort(error)
    throw error
  }
}

/**
 * Rejects when the queue had no place for the side; settles on nothing else. Such a call fails whatever the other side
 * does, which would only take its turn from calls that can still be answered.
 */
function refusalOf(pending: Promise<unknown>): Promise<never> {
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
