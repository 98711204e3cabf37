import { FaceCompareError } from '../errors.js'
import type { Image } from '../image/image.js'
import { NO_COHORT } from '../score/cohort.js'
import type { Fit } from '../score/fit.js'
import { alignChip } from './align.js'
import type { Detection } from './detect.js'
import { CROPS, type Effort } from './effort.js'
import { cutChips, embedChips, fuse } from './embed.js'
import { type Embedder, embedAligned } from './embedder.js'
import type { AnalysedFace } from './engine-pack.js'
import { alignFivePoints, type FivePoints, fivePointsOf } from './five-points.js'
import type { Similarity } from './geometry.js'
import type { GridDetector } from './grid-detector.js'
import { findGridFaces } from './grid-search.js'
import { findLandmarks } from './landmarks.js'
import type { Models } from './models.js'
import { describeParts } from './parts.js'
import { chooseFace } from './prominence.js'
import { Pyramid } from './pyramid.js'
import { findFaces } from './search.js'

/** Where an aligned face comes from: five points, or 68 landmarks with a margin (in units of dlib's mean shape). */
export type Alignment =
  | { readonly template: 'arcface-112' }
  | { readonly template: 'dlib-68'; readonly padding: number }

/** One share of a pack's embedding. */
export type Member =
  | { readonly kind: 'default'; readonly weight: number }
  | { readonly kind: 'onnx'; readonly weight: number; readonly embedder: Embedder; readonly mirrored: boolean }

/** The networks of a pack that a manifest describes, and how they work together. */
export interface ManifestPipeline {
  readonly detector: GridDetector | 'default'
  readonly alignment: Alignment
  /** Their weights sum to 1. */
  readonly members: readonly Member[]
}

/** The default pack: every pack reads the facial parts with its networks and its fit. */
export interface DefaultHalf {
  readonly models: Models
  readonly fit: Fit
}

/** The way of one upright image through a manifest's networks. Throws FACE_NOT_DETECTED. `nowMs` is a monotonic clock. */
export async function analyzeWithManifest(
  image: Image,
  pipeline: ManifestPipeline,
  { models, fit }: DefaultHalf,
  options: { readonly effort: Effort; readonly nowMs: () => number },
): Promise<AnalysedFace> {
  const { effort, nowMs } = options
  const startMs = nowMs()
  const pyramid = new Pyramid(image)
  const { detection, faceCount, points } = await findFace(pipeline, models, pyramid)
  const detectedMs = nowMs()
  const landmarks = await findLandmarks(models.landmarks, pyramid, detection)
  const alignFor = (size: number) => alignFace(pipeline.alignment, points ?? fivePointsOf(landmarks), landmarks, size)
  // Without a share in the embedding the default networks are run for the facial parts alone, for which one crop is enough.
  const fused = pipeline.members.some(({ kind }) => kind === 'default')
  const chips = cutChips(models, pyramid, landmarks, CROPS[fused || effort === 'fast' ? effort : 'default'])
  const alignedMs = nowMs()
  const raw = await embedChips(chips, landmarks)
  const vectors: Float32Array[] = []
  for (const member of pipeline.members) {
    if (member.kind === 'default') vectors.push(fuse(raw, fit).embedding)
    else {
      const toImage = alignFor(member.embedder.input.size)
      vectors.push(await embedAligned(member.embedder, pyramid, toImage, isMirrored(member.mirrored, effort)))
    }
  }
  return {
    detection,
    faceCount,
    landmarks,
    embedding: joinShares(
      vectors,
      pipeline.members.map(({ weight }) => weight),
    ),
    cohort: NO_COHORT,
    parts: describeParts(raw.resnetParts, raw.faceresParts, fit.partMeans),
    detectMs: detectedMs - startMs,
    alignMs: alignedMs - detectedMs,
    embedMs: nowMs() - alignedMs,
  }
}

interface FoundDetection {
  readonly detection: Detection
  readonly faceCount: number
  /** Absent where the default detector, which has no such points, found the face. */
  readonly points: FivePoints | undefined
}

async function findFace({ detector }: ManifestPipeline, models: Models, pyramid: Pyramid): Promise<FoundDetection> {
  const { width, height } = pyramid.image
  if (detector === 'default') {
    const faces = await findFaces(models, pyramid)
    const detection = chooseFace(faces, width, height)
    if (detection) return { detection, faceCount: faces.length, points: undefined }
  } else {
    const faces = await findGridFaces(detector, pyramid)
    const detection = chooseFace(faces, width, height)
    const chosen = faces.find((face) => face === detection)
    if (chosen) return { detection: chosen, faceCount: faces.length, points: chosen.points }
  }
  throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found in the image.')
}

function alignFace(alignment: Alignment, points: FivePoints, landmarks: Float32Array, size: number): Similarity {
  if (alignment.template === 'arcface-112') return alignFivePoints(points, size)
  return alignChip(landmarks, size, alignment.padding)
}

/** Least effort takes one look, most takes two; between them the manifest decides. */
function isMirrored(byManifest: boolean, effort: Effort): boolean {
  return effort === 'best' || (effort !== 'fast' && byManifest)
}

/** All vectors one after the other, so that the dot product of two results is the weighted sum of their own; weights sum to 1. */
export function joinShares(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const joined = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const [i, vector] of vectors.entries()) {
    const root = Math.sqrt(weights[i]!)
    for (const value of vector) joined[offset++] = root * value
  }
  return joined
}
