import { describe, expect, it } from 'vitest'
import { type EmbedderInput, embedAligned, runEmbedder, toInput } from '../../src/pipeline/embedder.js'
import { joinShares } from '../../src/pipeline/manifest-pipeline.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import type { Tensor } from '../../src/pipeline/tensor-model.js'
import { dotProduct, normalise } from '../../src/score/vectors.js'

const PLAIN: EmbedderInput = { layout: 'NCHW', size: 2, channels: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] }
/** R 1 2 3 4, G 5 6 7 8, B 9 10 11 12. */
const CHIP = Float32Array.from({ length: 12 }, (_, i) => i + 1)

function giving(dims: readonly number[], values: readonly number[]) {
  return {
    model: { run: async () => new Map<string, Tensor>([['vector', { data: Float32Array.from(values), dims }]]) },
    input: PLAIN,
    output: 'vector',
  }
}

describe('an embedder refuses', () => {
  it.each([
    ['a map', [1, 2, 2], [1, 2, 3, 4]],
    ['two vectors', [2, 2], [1, 2, 3, 4]],
    ['a single number', [1, 1], [1]],
    ['a scalar', [], [1]],
  ])('%s for an output', async (_name, dims, values) => {
    await expect(runEmbedder(giving(dims, values), CHIP)).rejects.toThrow(
      `an output of [${dims.join(', ')}] for one image`,
    )
  })

  it('a face of which the network says nothing', async () => {
    const picture = new Pyramid({ width: 4, height: 4, data: new Uint8Array(48) })
    for (const values of [
      [0, 0],
      [Number.NaN, 1],
    ]) {
      const embedded = embedAligned(giving([1, 2], values), picture, { a: 1, b: 0, tx: 0, ty: 0 }, true)
      await expect(embedded).rejects.toMatchObject({ kind: 'EMBEDDING_FAILED' })
    }
  })
})

describe('the input of an embedder', () => {
  it('has the channels one after the other', () => {
    expect(toInput(CHIP, PLAIN)).toEqual({ data: CHIP, dims: [1, 3, 2, 2] })
    expect([...toInput(CHIP, { ...PLAIN, channels: 'bgr' }).data]).toEqual([9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4])
  })

  it('has them pixel by pixel', () => {
    const input = toInput(CHIP, { ...PLAIN, layout: 'NHWC', channels: 'bgr' })
    expect(input.dims).toEqual([1, 2, 2, 3])
    expect([...input.data]).toEqual([9, 5, 1, 10, 6, 2, 11, 7, 3, 12, 8, 4])
  })

  it('is shifted and scaled by channel, in the order of the channels', () => {
    const input = toInput(CHIP, { ...PLAIN, channels: 'bgr', mean: [9, 5, 1], scale: [1, 10, 100] })
    expect([...input.data]).toEqual([0, 1, 2, 3, 0, 10, 20, 30, 0, 100, 200, 300])
  })
})

describe('an embedding', () => {
  it('has unit length, also where it comes as a map of one pixel', async () => {
    expect([...(await runEmbedder(giving([1, 2, 1, 1], [3, 4]), CHIP))]).toEqual([Math.fround(0.6), Math.fround(0.8)])
  })

  it('of a face and its mirror image lies between both', async () => {
    // The network says how bright the left and the right column are.
    const model = {
      run: async ({ data }: Tensor) => new Map<string, Tensor>([['vector', { data: data.slice(0, 2), dims: [1, 2] }]]),
    }
    const data = new Uint8Array(4 * 4 * 3).map((_, i) => (i % 12 < 6 ? 200 : 0))
    const picture = new Pyramid({ width: 4, height: 4, data })
    const embedder = { model, input: PLAIN, output: 'vector' }
    const place = { a: 1, b: 0, tx: 1, ty: 1 }
    expect([...(await embedAligned(embedder, picture, place, false))]).toEqual([1, 0])
    const both = await embedAligned(embedder, picture, place, true)
    expect(both[0]).toBeCloseTo(Math.SQRT1_2)
    expect(both[1]).toBeCloseTo(Math.SQRT1_2)
  })

  it('of several networks compares as the weighted sum of their similarities', () => {
    const [a, b] = [normalise(Float32Array.of(1, 2)), normalise(Float32Array.of(2, -1, 3))]
    const [c, d] = [normalise(Float32Array.of(3, 1)), normalise(Float32Array.of(0, 1, 1))]
    const joined = dotProduct(joinShares([a, b], [0.7, 0.3]), joinShares([c, d], [0.7, 0.3]))
    expect(joined).toBeCloseTo(0.7 * dotProduct(a, c) + 0.3 * dotProduct(b, d), 6)
  })
})
