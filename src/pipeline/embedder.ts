import { FaceCompareError } from '../errors.js'
import { normalise } from '../score/vectors.js'
import type { Similarity } from './geometry.js'
import { mirrorChip, type Pyramid } from './pyramid.js'
import type { Tensor, TensorModel } from './tensor-model.js'

/** How a network wants the aligned face: the value of a pixel is `(pixel - mean) * scale`, pixels are 0..255. */
export interface EmbedderInput {
  readonly layout: 'NCHW' | 'NHWC'
  /** Side of the square in pixels. */
  readonly size: number
  readonly channels: 'rgb' | 'bgr'
  /** One number a channel, in the order of `channels`. */
  readonly mean: readonly number[]
  readonly scale: readonly number[]
}

/** A network that makes one vector of one aligned face, ready to run. */
export interface Embedder {
  readonly model: TensorModel
  readonly input: EmbedderInput
  /** The output that is the vector. */
  readonly output: string
}

/**
 * The unit-length embedding of the face that `toImage` cuts out; with `mirrored` the mean direction of it and its mirror
 * image. Throws EMBEDDING_FAILED when the network gives no direction.
 */
export async function embedAligned(
  embedder: Embedder,
  pyramid: Pyramid,
  toImage: Similarity,
  mirrored: boolean,
): Promise<Float32Array> {
  const { size } = embedder.input
  const chip = 3 * size * size
  const pixels = new Float32Array(2 * chip)
  pyramid.warp(toImage, size, pixels)
  const embedding = await runEmbedder(embedder, pixels.subarray(0, chip))
  if (!mirrored) return refuseNoDirection(embedding)
  mirrorChip(pixels, 0, chip, size)
  const other = await runEmbedder(embedder, pixels.subarray(chip))
  return refuseNoDirection(normalise(embedding.map((value, i) => value + other[i]!)))
}

/** A vector of zeros, or of what is no number, is like nothing at all. */
function refuseNoDirection(embedding: Float32Array): Float32Array {
  const length = embedding.reduce((sum, value) => sum + value * value, 0)
  if (!(length > 0.5)) throw new FaceCompareError('EMBEDDING_FAILED', 'No embedding could be made of the face.')
  return embedding
}

/** The unit-length embedding of an aligned face (planar RGB, 0..255). Throws an Error that goes on after the embedder's name. */
export async function runEmbedder({ model, input, output }: Embedder, chip: Float32Array): Promise<Float32Array> {
  const outputs = await model.run(toInput(chip, input))
  const vector = outputs.get(output)
  if (!vector) throw new Error(`has no output ${output}`)
  if (!isVector(vector))
    throw new Error(`gives an output of ${describeDims(vector)} for one image where a vector is needed`)
  return normalise(Float32Array.from(vector.data))
}

/** `[1, N]`, or the same with sides of 1 after it. */
function isVector({ dims, data }: Tensor): boolean {
  const [batch, length = 0, ...rest] = dims
  return batch === 1 && length > 1 && rest.every((side) => side === 1) && data.length === length
}

function describeDims({ dims }: Tensor): string {
  return `[${dims.join(', ')}]`
}

/** An aligned face (planar RGB, 0..255) as the tensor that the network wants. */
export function toInput(chip: Float32Array, { layout, size, channels, mean, scale }: EmbedderInput): Tensor {
  const plane = size * size
  const data = new Float32Array(3 * plane)
  for (let channel = 0; channel < 3; channel++) {
    const from = (channels === 'rgb' ? channel : 2 - channel) * plane
    const [start, step] = layout === 'NCHW' ? [channel * plane, 1] : [channel, 3]
    const [subtract, multiply] = [mean[channel]!, scale[channel]!]
    for (let i = 0, o = start; i < plane; i++, o += step) data[o] = (chip[from + i]! - subtract) * multiply
  }
  return { data, dims: layout === 'NCHW' ? [1, 3, size, size] : [1, size, size, 3] }
}
