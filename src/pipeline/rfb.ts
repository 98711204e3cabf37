import type { DetectorKind, SeenFace } from './detect.js'
import type { Outputs } from './network.js'
import type { Size } from './warp.js'

/** One grid of cells for each stride; in each cell one prior box for each size, in pixels. */
const GRIDS = [
  { stride: 8, sizes: [10, 16, 24] },
  { stride: 16, sizes: [32, 48] },
  { stride: 32, sizes: [64, 96] },
  { stride: 64, sizes: [128, 192, 256] },
] as const
const CENTRE_VARIANCE = 0.1
const SIZE_VARIANCE = 0.2

/**
 * RFB of Ultra-Light-Fast-Generic-Face-Detector-1MB (vision/ssd/config/fd_config.py, vision/utils/box_utils.py) without its last layers,
 * so that it runs at any size: `logits` (no face, face) and `offsets` (centre, size) of each prior, cell by cell. It gives no points,
 * and sees most faces upside down as well. Scores were chosen on DevTrain: 97.5 % of its portraits are sure.
 */
export const RFB: DetectorKind = {
  decode: decodeRfb,
  minScore: 0.7,
  sureScore: 0.996,
  hintScore: 0.075,
  suspectScore: { other: 0.3, larger: 0.1 },
  seesUpsideDown: true,
  sameFaceIou: 0.3,
  step: 32,
}

function decodeRfb(outputs: Outputs, input: Size, minScore: number): readonly SeenFace[] {
  const priors = GRIDS.reduce((sum, { stride, sizes }) => sum + countCells(input, stride) * sizes.length, 0)
  const logits = read(outputs, 'logits', 2 * priors)
  const offsets = read(outputs, 'offsets', 4 * priors)
  const minLogit = Math.log(minScore / (1 - minScore))
  const faces: SeenFace[] = []
  let prior = 0
  for (const { stride, sizes } of GRIDS) {
    const columns = Math.ceil(input.width / stride)
    const cells = countCells(input, stride)
    for (let cell = 0; cell < cells; cell++) {
      for (const size of sizes) {
        const at = prior++
        const logit = logits[2 * at + 1]! - logits[2 * at]!
        if (!(logit >= minLogit)) continue
        const centreX = ((cell % columns) + 0.5) * stride + offsets[4 * at]! * CENTRE_VARIANCE * size
        const centreY = (Math.floor(cell / columns) + 0.5) * stride + offsets[4 * at + 1]! * CENTRE_VARIANCE * size
        const width = size * Math.exp(offsets[4 * at + 2]! * SIZE_VARIANCE)
        const height = size * Math.exp(offsets[4 * at + 3]! * SIZE_VARIANCE)
        const box = { x: centreX - width / 2, y: centreY - height / 2, width, height }
        faces.push({ score: 1 / (1 + Math.exp(-logit)), box })
      }
    }
  }
  return faces
}

function countCells({ width, height }: Size, stride: number): number {
  return Math.ceil(width / stride) * Math.ceil(height / stride)
}

function read(outputs: Outputs, name: string, length: number): Float32Array {
  const output = outputs.get(name)
  if (!output) throw new Error(`has no output ${name}, as an rfb has`)
  if (output.data.length !== length) {
    throw new Error(`has ${output.data.length} numbers in its output ${name} where an rfb has ${length}`)
  }
  return output.data
}
