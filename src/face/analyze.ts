import { FaceCompareError } from '../errors.js'
import type { Image } from '../image/image.js'
import type { Detection } from './detect.js'
import { CROPS, type Effort } from './effort.js'
import { cutChips, embedChips, type RawEmbedding } from './embed.js'
import { findLandmarks } from './landmarks.js'
import type { Models } from './models.js'
import { chooseFace } from './prominence.js'
import { Pyramid } from './pyramid.js'
import { findFaces } from './search.js'

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

/** The way of one upright image through the networks. Throws FACE_NOT_DETECTED. `nowMs` is a monotonic clock. */
export async function analyzeImage(
  image: Image,
  models: Models,
  options: { readonly effort: Effort; readonly nowMs: () => number },
): Promise<FoundFace> {
  const { effort, nowMs } = options
  const startMs = nowMs()
  const pyramid = new Pyramid(image)
  const faces = await findFaces(models, pyramid)
  const detection = chooseFace(faces, image.width, image.height)
  if (!detection) throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
  const detectedMs = nowMs()
  const landmarks = await findLandmarks(models.landmarks, pyramid, detection)
  const chips = cutChips(models, pyramid, landmarks, CROPS[effort])
  const alignedMs = nowMs()
  const raw = await embedChips(models, chips, landmarks)
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
