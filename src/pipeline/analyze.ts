import { FaceCompareError } from '../errors.js'
import type { Image } from '../image/image.js'
import type { Detection } from './detect.js'
import { CROPS, type Effort } from './effort.js'
import { cutChips, embedChips, type RawEmbedding } from './embed.js'
import { findLandmarks } from './landmarks.js'
import type { Models } from './models.js'
import { chooseFace } from './prominence.js'
import { Pyramid } from './pyramid.js'
import { findFaces, findPlainFaces } from './search.js'

/** A face found and embedded, before anything fitted is applied. */
export interface FoundFace {
  readonly detection: Detection
  readonly faceCount: number
  readonly landmarks: Float32Array
  readonly raw: RawEmbedding
  readonly detectMs: number
  readonly alignMs: number
  readonly embedMs: number
}

interface Options {
  readonly effort: Effort
  /** A monotonic clock. */
  readonly nowMs: () => number
}

/** The way of one upright image through the networks. Throws FACE_NOT_DETECTED. */
export async function analyzeImage(image: Image, models: Models, options: Options): Promise<FoundFace> {
  const found = await analyzeWith(findFaces, image, models, options)
  if (!found) throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
  return found
}

/** The same for a small version of a photograph; undefined when more of it should be seen. */
export function analyzeDraft(image: Image, models: Models, options: Options): Promise<FoundFace | undefined> {
  return analyzeWith(findPlainFaces, image, models, options)
}

async function analyzeWith(
  find: typeof findFaces,
  image: Image,
  models: Models,
  { effort, nowMs }: Options,
): Promise<FoundFace | undefined> {
  const startMs = nowMs()
  const pyramid = new Pyramid(image)
  const faces = await find(models, pyramid)
  const detection = chooseFace(faces, image.width, image.height)
  if (!detection) return undefined
  const detectedMs = nowMs()
  const landmarks = await findLandmarks(models.landmarks, pyramid, detection)
  const chips = cutChips(models, pyramid, landmarks, CROPS[effort])
  const alignedMs = nowMs()
  const raw = await embedChips(chips, landmarks)
  return {
    detection,
    faceCount: faces.length,
    landmarks,
    raw,
    detectMs: detectedMs - startMs,
    alignMs: alignedMs - detectedMs,
    embedMs: nowMs() - alignedMs,
  }
}
