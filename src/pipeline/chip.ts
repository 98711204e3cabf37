import type { Similarity } from './geometry.js'
import type { Network, Outputs } from './network.js'
import { mirrorChip, type Pyramid } from './pyramid.js'

/** How a network wants the square that is cut out of an image: the value of a pixel is `(pixel - mean) * scale`, pixels are 0..255. */
export interface InputForm {
  readonly layout: 'NCHW' | 'NHWC'
  /** Side of the square in pixels. */
  readonly size: number
  readonly channels: 'rgb' | 'bgr'
  /** One number a channel, in the order of `channels`. */
  readonly mean: readonly number[]
  readonly scale: readonly number[]
}

/** Runs a network on what `toImage` cuts out of the image, or on the mirror image of that. */
export async function runOnChip<T>(
  { network, input: form }: { readonly network: Network; readonly input: InputForm },
  pyramid: Pyramid,
  toImage: Similarity,
  mirrored: boolean,
  read: (outputs: Outputs) => T,
): Promise<T> {
  const { size, layout } = form
  const run = network.prepare(layout === 'NCHW' ? [1, 3, size, size] : [1, size, size, 3])
  const asIs = isPlain(form)
  const chip = asIs ? run.input : new Float32Array(3 * size * size)
  pyramid.warp(toImage, size, chip)
  if (mirrored) mirrorChip(chip, size)
  if (!asIs) writeInput(chip, form, run.input)
  return run.finish(read)
}

function isPlain({ layout, channels, mean, scale }: InputForm): boolean {
  return layout === 'NCHW' && channels === 'rgb' && mean.every((v) => v === 0) && scale.every((v) => v === 1)
}

/** Writes an aligned face (planar RGB, 0..255) as the network wants it. */
function writeInput(chip: Float32Array, { layout, size, channels, mean, scale }: InputForm, out: Float32Array) {
  const plane = size * size
  for (let channel = 0; channel < 3; channel++) {
    const from = (channels === 'rgb' ? channel : 2 - channel) * plane
    const [start, step] = layout === 'NCHW' ? [channel * plane, 1] : [channel, 3]
    const [subtract, multiply] = [mean[channel]!, scale[channel]!]
    for (let i = 0, o = start; i < plane; i++, o += step) out[o] = (chip[from + i]! - subtract) * multiply
  }
}
