import { afterEach, describe, expect, it } from 'vitest'
import { createGraph, serialiseNetwork } from '../../src/model/onnx-writer.js'
import { createModel, type RunnableModel } from '../../src/model/session.js'

const SIDE = 2
const open: RunnableModel[] = []

afterEach(() => Promise.all(open.splice(0).map((model) => model.close())))

/** Doubles its input and clamps it to -1..3. */
function doublingGraph(): Uint8Array {
  const graph = createGraph('doubling', { name: 'input', shape: ['N', 3, SIDE, SIDE] })
  const doubled = graph.node('Mul', [graph.input, graph.floats(Float32Array.of(2), [])])
  const bounds = [-1, 3].map((bound) => graph.floats(Float32Array.of(bound), []))
  const value = graph.node('Clip', [doubled, ...bounds])
  return serialiseNetwork(graph.finish([{ name: 'doubled', value, shape: ['N', 3, SIDE, SIDE] }]))
}

async function openModel(): Promise<RunnableModel> {
  const model = await createModel(doublingGraph(), { inputSize: SIDE, intraOpThreads: 1 })
  open.push(model)
  return model
}

describe('a model', () => {
  it.each([0, -1, 1.5, Number.NaN])('refuses a batch of %s', async (batch) => {
    const model = await openModel()
    await expect(model.run(new Float32Array(12), batch)).rejects.toThrow(/batch of at least 1/)
  })

  it.each([0, 11, 13, 24])('refuses an input of %s numbers for one image', async (length) => {
    const model = await openModel()
    await expect(model.run(new Float32Array(length), 1)).rejects.toThrow(`Expected 12 numbers for a batch of 1`)
  })

  it('refuses to run after it was closed, and may be closed twice', async () => {
    const model = await openModel()
    await model.close()
    await model.close()
    await expect(model.run(new Float32Array(12), 1)).rejects.toThrow('closed')
  })

  it('is refused when its file is damaged', async () => {
    const onnx = doublingGraph()
    await expect(
      createModel(onnx.subarray(0, onnx.length - 20), { inputSize: SIDE, intraOpThreads: 1 }),
    ).rejects.toThrow()
  })

  it('takes any batch and names its outputs', async () => {
    const model = await openModel()
    const input = Float32Array.from({ length: 24 }, (_, index) => (index - 12) / 4)
    const expected = input.map((value) => Math.min(3, Math.max(-1, value * 2)))
    expect(await model.run(input, 2)).toEqual({ doubled: expected })
    expect(await model.run(input.subarray(12), 1)).toEqual({ doubled: expected.subarray(12) })
  })

  it('keeps the outputs of a run when it runs again', async () => {
    const model = await openModel()
    const { doubled } = await model.run(new Float32Array(12).fill(1), 1)
    await model.run(new Float32Array(12).fill(0.5), 1)
    await model.close()
    expect(doubled).toEqual(new Float32Array(12).fill(2))
  })
})

it('a graph refuses a constant whose shape does not fit', () => {
  const graph = createGraph('constant', { name: 'input', shape: ['N'] })
  expect(() => graph.floats(new Float32Array(3), [2, 2])).toThrow('Expected 4 numbers for a constant but received 3.')
})
