import { alignChip } from './align.js'
import type { PartName } from './face.js'
import type { Fit } from './fit.js'
import type { Similarity } from './geometry.js'
import type { Model, Models } from './models.js'
import { describeParts, poolParts } from './parts.js'
import { mirrorChip, type Pyramid } from './pyramid.js'
import { joinWeighted, normalise } from './vectors.js'

/** Margins around dlib's mean shape that each network sees, in units of the shape. */
const RESNET_PADDING = 0.25
const FACERES_PADDING = 0.5

/** Where the cells of the pooled feature maps lie: strides are 16 pixels, dlib's convolutions are without padding. */
const RESNET_MAP = { side: 8, origin: 9, stride: 16 } as const
const FACERES_MAP = { side: 14, origin: 0, stride: 16 } as const

/** One view of a face is its chip; two are the chip and its mirror image, averaged. */
export type Views = 1 | 2

/** What the two networks say of a face, before anything fitted is applied. */
export interface RawEmbedding {
  /** One vector of 128 numbers a view. */
  readonly resnet: readonly Float32Array[]
  /** One vector of 1024 numbers a view. */
  readonly faceres: readonly Float32Array[]
  readonly resnetParts: Record<PartName, Float32Array>
  readonly faceresParts: Record<PartName, Float32Array>
}

export interface Chips {
  readonly resnet: Float32Array
  readonly resnetToImage: Similarity
  readonly faceres: Float32Array
  readonly faceresToImage: Similarity
}

/** Cuts the aligned faces that the two networks want out of the image. */
export function cutChips(models: Models, pyramid: Pyramid, landmarks: Float32Array, views: Views): Chips {
  const resnetToImage = alignChip(landmarks, models.resnet.inputSize, RESNET_PADDING)
  const faceresToImage = alignChip(landmarks, models.faceres.inputSize, FACERES_PADDING)
  return {
    resnetToImage,
    resnet: cutViews(pyramid, resnetToImage, models.resnet.inputSize, views),
    faceresToImage,
    faceres: cutViews(pyramid, faceresToImage, models.faceres.inputSize, views),
  }
}

function cutViews(pyramid: Pyramid, toImage: Similarity, size: number, views: Views): Float32Array {
  const chip = 3 * size * size
  const chips = new Float32Array(views * chip)
  pyramid.warp(toImage, size, chips)
  if (views === 2) mirrorChip(chips, 0, chip, size)
  return chips
}

/** Runs both networks over the chips. */
export async function embedChips(
  models: Models,
  chips: Chips,
  landmarks: Float32Array,
  views: Views,
): Promise<RawEmbedding> {
  const resnet = await runEmbedder(models.resnet, chips.resnet, views)
  const faceres = await runEmbedder(models.faceres, chips.faceres, views)
  return {
    resnet: resnet.embeddings,
    faceres: faceres.embeddings,
    resnetParts: poolParts({ values: resnet.features, ...RESNET_MAP }, landmarks, chips.resnetToImage),
    faceresParts: poolParts({ values: faceres.features, ...FACERES_MAP }, landmarks, chips.faceresToImage),
  }
}

async function runEmbedder(model: Model, chips: Float32Array, views: Views) {
  const { embedding, features } = await model.run(chips, views)
  if (!embedding || !features) throw new Error('An embedder has no output named embedding or features')
  const length = embedding.length / views
  return {
    embeddings: Array.from({ length: views }, (_, view) => embedding.subarray(view * length, (view + 1) * length)),
    // The parts are read from the chip as it is, not from its mirror image.
    features: features.subarray(0, features.length / views),
  }
}

/** The unit-length fused embedding and the part descriptors. */
export function fuse(raw: RawEmbedding, fit: Fit) {
  const resnet = averageDirection(raw.resnet)
  const faceres = averageDirection(raw.faceres.map((v) => centreRoot(v, fit.faceresMean)))
  return {
    embedding: joinWeighted(resnet, faceres, fit.resnetShare),
    parts: describeParts(raw.resnetParts, raw.faceresParts, fit.partMeans),
  }
}

/** FaceRes compares best after a square root (its numbers are not negative) and without the mean face. */
function centreRoot(v: Float32Array, mean: Float32Array): Float32Array {
  return v.map((value, i) => Math.sqrt(Math.max(0, value)) - mean[i]!)
}

function averageDirection(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(vectors[0]!.length)
  for (const vector of vectors) {
    const unit = normalise(Float32Array.from(vector))
    for (let i = 0; i < sum.length; i++) sum[i]! += unit[i]!
  }
  return normalise(sum)
}
