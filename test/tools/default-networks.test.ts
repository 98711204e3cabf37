import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_PACK_FOLDER } from '../../src/packs/resolve.js'
import { RFB } from '../../src/pipeline/rfb.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'
import { seeded } from '../../support/random.js'
import { readSource } from '../../tools/sources.js'
import { runNetwork } from '../support/run-network.js'

/** What the build made, against what its publisher packed: the same pixels must give the same numbers. */
const made = (name: string) => readFileSync(join(DEFAULT_PACK_FOLDER, name))

/** Planar RGB, 0..255: smooth, so that there is something to see, with noise on it. */
function makePicture(height: number, width: number): Float32Array {
  const random = seeded(7)
  const waves = Array.from({ length: 6 }, () => [random() / 9, random() / 9, 6 * random(), 40 * random()] as const)
  return Float32Array.from({ length: 3 * height * width }, (_, i) => {
    const [x, y, channel] = [i % width, Math.floor(i / width) % height, Math.floor(i / (height * width))]
    const sum = waves.reduce((s, [a, b, c, d]) => s + d * Math.sin(a * x + b * y + c * (channel + 1)), 128)
    return Math.min(255, Math.max(0, Math.round(sum + 20 * (random() - 0.5))))
  })
}

function planesOf(picture: Float32Array): readonly Float32Array[] {
  const plane = picture.length / 3
  return [0, 1, 2].map((channel) => picture.subarray(channel * plane, (channel + 1) * plane))
}

/** The largest difference. */
function differenceOf(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length)
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0)
}

async function run(onnx: Uint8Array, input: ArrayLike<number>, dims: readonly number[]) {
  const outputs = await runNetwork(onnx, input, dims)
  return (name: string) => outputs.get(name)?.data ?? new Float32Array(0)
}

describe('the networks of the default pack', () => {
  it('embed as MobileFaceNet does', async () => {
    const picture = makePicture(112, 112)
    const [red = [], green = [], blue = []] = planesOf(picture)
    const bgr = Float32Array.from([...blue, ...green, ...red], (v) => (v - 127.5) / 128)
    const theirs = await run(readSource('embedder'), bgr, [1, 3, 112, 112])
    const ours = await run(made('mobilefacenet.onnx'), picture, [1, 3, 112, 112])
    const [found, wanted] = [normalise(ours('embedding')), normalise(theirs('output'))]
    expect(wanted.length).toBe(512)
    expect(dotProduct(found, wanted)).toBeGreaterThan(0.99999)
    expect([ours('coarse').length, ours('fine').length]).toEqual([128 * 7 * 7, 128 * 14 * 14])
  })

  it('see what RFB sees at the one size that its file takes', async () => {
    const [width, height] = [320, 240]
    const picture = makePicture(height, width)
    const dims = [1, 3, height, width]
    const theirs = await run(
      readSource('detector'),
      picture.map((v) => (v - 127) / 128),
      dims,
    )
    const outputs = await runNetwork(made('rfb.onnx'), picture, dims)
    const logits = outputs.get('logits')?.data ?? new Float32Array(0)
    const scores = logits.map((logit, i) => 1 / (1 + Math.exp(logits[i ^ 1]! - logit)))
    expect(differenceOf(scores, theirs('scores'))).toBeLessThan(1e-4)
    // All that is read of them; theirs are corners as shares of the sides.
    const faces = RFB.decode(outputs, { width, height }, 0)
    expect(faces).toHaveLength(theirs('boxes').length / 4)
    const [dividing, lastGrid] = [40 * 30 * 3 + 20 * 15 * 2, faces.length - 5 * 4 * 3]
    for (const [i, { box, score }] of faces.entries()) {
      expect(score).toBeCloseTo(theirs('scores')[2 * i + 1]!, 4)
      const [left = 0, top = 0, right = 0, bottom = 0] = theirs('boxes').subarray(4 * i, 4 * i + 4)
      expect(box.x + box.width / 2).toBeCloseTo(((left + right) / 2) * width, 1)
      // Where a stride does not divide the height theirs are squeezed, so that a face lies elsewhere than in the finer grids.
      if (i < dividing) expect(box.y + box.height / 2).toBeCloseTo(((top + bottom) / 2) * height, 1)
      expect(box.width).toBeCloseTo((right - left) * width, 1)
      // Their largest prior is cut to the height of the picture.
      const isCut = i >= lastGrid && (i - lastGrid) % 3 === 2
      expect(isCut ? (box.height * height) / 256 : box.height).toBeCloseTo((bottom - top) * height, 1)
    }
  })

  it('find the landmarks that the publisher finds', async () => {
    const picture = makePicture(64, 64)
    const [red = new Float32Array(0), green = red, blue = red] = planesOf(picture)
    const grey = red.map((r, i) => (0.299 * r + 0.587 * green[i]! + 0.114 * blue[i]!) / 256)
    const theirs = await run(readSource('landmarks'), grey, [1, 1, 64, 64])
    const ours = await run(made('landmarks.onnx'), picture, [1, 3, 64, 64])
    expect(theirs('output').length).toBe(136)
    // Of the side of the crop.
    expect(differenceOf(ours('landmarks'), theirs('output'))).toBeLessThan(1e-4)
  })

  it.each([
    ['mobilefacenet.onnx', [112, 112], 'embedding'],
    ['landmarks.onnx', [64, 64], 'landmarks'],
    ['rfb.onnx', [96, 160], 'logits'],
  ] as const)('take two pictures at once: %s', async (file, [height, width], output) => {
    const picture = makePicture(height, width)
    const mirrored = picture.map((_, i) => picture[i - (i % width) + width - 1 - (i % width)]!)
    const alone = await Promise.all([picture, mirrored].map((input) => run(made(file), input, [1, 3, height, width])))
    const both = await run(made(file), [...picture, ...mirrored], [2, 3, height, width])
    const wanted = Float32Array.from(alone.flatMap((outputs) => [...outputs(output)]))
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(differenceOf(both(output), wanted) / largest).toBeLessThan(1e-4)
  })
})
