/** The networks of the default pack's publisher for age and sex, as its JavaScript has them: what the linear measures are held against. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Box } from '../src/engine/face.js'
import { decodeImage } from '../src/image/decode.js'
import { openNetwork } from '../src/packs/session.js'
import { runOnChip } from '../src/pipeline/chip.js'
import { squareToImage } from '../src/pipeline/geometry.js'
import type { Outputs } from '../src/pipeline/network.js'
import { Pyramid } from '../src/pipeline/pyramid.js'

const SIDE = 64
/** What they see, in longer sides of the box. */
const CROP = 1.4
/** ImageNet's, in the order red, green, blue, for pixels of 0 to 255. */
const MEAN = [0.485, 0.456, 0.406].map((value) => 255 * value)
const SCALE = [0.229, 0.224, 0.225].map((value) => 1 / (255 * value))
const INPUT = { layout: 'NCHW', size: SIDE, channels: 'rgb', mean: MEAN, scale: SCALE } as const

export interface NetworkEstimate {
  readonly years: number
  readonly isMan: boolean
}

export interface AttributeNetworks {
  readonly estimate: (bytes: Uint8Array, box: Box) => Promise<NetworkEstimate>
  readonly close: () => Promise<void>
}

export async function openAttributeNetworks(): Promise<AttributeNetworks> {
  const [age, gender] = [await open('fr_age.onnx'), await open('fr_gender.onnx')]
  return {
    async estimate(bytes, { x, y, width, height }) {
      const pyramid = new Pyramid(await decodeImage(bytes, { maxPixels: 40_000_000 }))
      const side = CROP * Math.max(width, height)
      const toImage = squareToImage(x + width / 2, y + height / 2, side, 0, SIDE)
      const run = (network: typeof age) => runOnChip({ network, input: INPUT }, pyramid, toImage, false, mergeStages)
      return { years: 101 * (await run(age)), isMan: (await run(gender)) > 0.5 }
    },
    async close() {
      await Promise.all([age.close(), gender.close()])
    },
  }
}

function open(file: string) {
  const path = createRequire(import.meta.url).resolve(`faceplugin-face-recognition-js/model/${file}`)
  return openNetwork(readFileSync(path), 1)
}

/** SSR-Net (Yang et al., IJCAI 2018): three stages of three bins, each finer than the one before. */
function mergeStages(outputs: Outputs): number {
  const read = (name: string): readonly number[] => [...(outputs.get(name)?.data ?? [])]
  let sum = 0
  let width = 1
  for (const stage of [1, 2, 3]) {
    const [delta = 0] = read(`stage${stage}_delta_k`)
    const offsets = read(`index_offset_stage${stage}`)
    width *= 3 * (1 + delta)
    sum += read(`prob_stage_${stage}`).reduce((total, share, i) => total + share * (i + offsets[i]!), 0) / width
  }
  return sum
}
