import type { PartName } from '../engine/face.js'
import { NO_COHORT, scaleByCohort } from '../score/cohort.js'
import type { Fit } from '../score/fit.js'
import { joinWeighted, normalise } from '../score/vectors.js'
import { alignChip } from './align.js'
import { type Crop, type Crops, countViews } from './effort.js'
import { applySimilarity, type Similarity } from './geometry.js'
import type { Model, Models, PreparedRun } from './models.js'
import { describeParts, type FeatureMap, poolParts } from './parts.js'
import { mirrorChip, type Pyramid } from './pyramid.js'

/** Margins around dlib's mean shape that each network sees, in units of the shape. */
const RESNET_PADDING = 0.25
const FACERES_PADDING = 0.5

/** Where the cells of the pooled feature maps lie: strides are 16 pixels, dlib's convolutions are without padding. */
const RESNET_MAP = { side: 8, origin: 9, stride: 16 } as const
const FACERES_MAP = { side: 14, origin: 0, stride: 16 } as const

/** What the two networks say of a face, before anything fitted is applied. */
export interface RawEmbedding {
  /** One vector of 128 numbers a crop. */
  readonly resnet: readonly Float32Array[]
  /** One vector of 1024 numbers a crop; none where FaceRes was not run. */
  readonly faceres: readonly Float32Array[]
  readonly resnetParts: Record<PartName, Float32Array>
  readonly faceresParts?: Record<PartName, Float32Array>
}

/** The crops of a face that one network sees, in its input. */
interface Chips {
  readonly run: PreparedRun
  readonly count: number
  /** Of the first, which is the aligned face. */
  readonly toImage: Similarity
}

export interface FaceChips {
  readonly resnet: Chips
  readonly faceres?: Chips
}

/** Cuts the aligned faces that the two networks want out of the image. */
export function cutChips(models: Models, pyramid: Pyramid, landmarks: Float32Array, crops: Crops): FaceChips {
  const { resnet, faceres } = models
  return {
    resnet: cutCrops(resnet, pyramid, landmarks, RESNET_PADDING, crops.resnet),
    ...(crops.faceres.length > 0
      ? { faceres: cutCrops(faceres, pyramid, landmarks, FACERES_PADDING, crops.faceres) }
      : {}),
  }
}

function cutCrops(
  model: Model,
  pyramid: Pyramid,
  landmarks: Float32Array,
  padding: number,
  crops: readonly Crop[],
): Chips {
  const size = model.inputSize
  const toImage = alignChip(landmarks, size, padding)
  const count = countViews(crops)
  const chip = 3 * size * size
  const run = model.prepare(count)
  let offset = 0
  for (const { scale, degrees, mirrored } of crops) {
    pyramid.warp(turnChip(toImage, size, scale, degrees), size, run.input, offset)
    if (mirrored) mirrorChip(run.input, offset, offset + chip, size)
    offset += mirrored ? 2 * chip : chip
  }
  return { run, count, toImage }
}

/** The transform of a chip that shows `scale` times as much, turned clockwise around the same centre. */
function turnChip(toImage: Similarity, size: number, scale: number, degrees: number): Similarity {
  const radians = (degrees * Math.PI) / 180
  const cos = scale * Math.cos(radians)
  const sin = scale * Math.sin(radians)
  const a = toImage.a * cos - toImage.b * sin
  const b = toImage.a * sin + toImage.b * cos
  const centre = applySimilarity(toImage, size / 2, size / 2)
  return { a, b, tx: centre.x - (a - b) * (size / 2), ty: centre.y - (a + b) * (size / 2) }
}

/** Runs the networks over their chips. */
export async function embedChips(chips: FaceChips, landmarks: Float32Array): Promise<RawEmbedding> {
  const resnet = await runEmbedder(chips.resnet, RESNET_MAP, landmarks)
  const ofResnet = { resnet: resnet.embeddings, resnetParts: resnet.parts }
  if (!chips.faceres) return { ...ofResnet, faceres: [] }
  const faceres = await runEmbedder(chips.faceres, FACERES_MAP, landmarks)
  return { ...ofResnet, faceres: faceres.embeddings, faceresParts: faceres.parts }
}

function runEmbedder({ run, count, toImage }: Chips, map: Omit<FeatureMap, 'values'>, landmarks: Float32Array) {
  return run.finish(({ embedding, features }) => {
    if (!embedding || !features) throw new Error('An embedder has no output named embedding or features')
    const length = embedding.length / count
    const values = features.subarray(0, features.length / count)
    return {
      embeddings: Array.from({ length: count }, (_, i) => embedding.slice(i * length, (i + 1) * length)),
      parts: poolParts({ values, ...map }, landmarks, toImage),
    }
  })
}

/** The unit-length fused embedding, what the cohort says of it, and the part descriptors. */
export function fuse(raw: RawEmbedding, fit: Fit) {
  const resnet = averageDirection(raw.resnet)
  const faceres = raw.faceres.map((v) => centreRoot(v, fit.faceresMean))
  const embedding = faceres.length > 0 ? joinWeighted(resnet, averageDirection(faceres), fit.resnetShare) : resnet
  return {
    embedding,
    cohort: fit.cohort ? scaleByCohort(fit.cohort, embedding) : NO_COHORT,
    parts: describeParts(raw.resnetParts, raw.faceresParts, fit.partMeans),
  }
}

/** FaceRes compares best after a square root (its numbers are not negative) and without the mean face. */
function centreRoot(v: Float32Array, mean: Float32Array): Float32Array {
  const out = new Float32Array(v.length)
  for (let i = 0; i < v.length; i++) out[i] = Math.sqrt(Math.max(0, v[i]!)) - mean[i]!
  return out
}

function averageDirection(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length)
  for (const vector of vectors) {
    const unit = normalise(vector.slice())
    for (let i = 0; i < sum.length; i++) sum[i]! += unit[i]!
  }
  return normalise(sum)
}
