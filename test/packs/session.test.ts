import { afterEach, describe, expect, it } from 'vitest'
import { createGraph, serialiseNetwork } from '../../src/packs/onnx-writer.js'
import { createModel, type RunnableModel } from '../../src/packs/session.js'

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

  it('uses the memory of a prepared run again, and only when that is finished', async () => {
    const model = await openModel()
    const first = model.prepare(1)
    const second = model.prepare(1)
    expect(second.input.buffer).not.toBe(first.input.buffer)
    first.input.fill(1)
    second.input.fill(0.5)
    // Both under way at once.
    const [of1, of2] = await Promise.all([first, second].map((run) => run.finish(({ doubled }) => doubled?.slice())))
    expect([of1, of2]).toEqual([new Float32Array(12).fill(2), new Float32Array(12).fill(1)])
    const third = model.prepare(1)
    expect([first.input.buffer, second.input.buffer]).toContain(third.input.buffer)
    third.input.fill(-0.25)
    expect(await third.finish(({ doubled }) => doubled?.slice())).toEqual(new Float32Array(12).fill(-0.5))
  })

  it('prepares runs of several batch sizes in turn', async () => {
    const model = await openModel()
    for (const batch of [1, 2, 1, 3, 3]) {
      const run = model.prepare(batch)
      run.input.set(Float32Array.from({ length: 12 * batch }, (_, i) => i / 100))
      const doubled = await run.finish((outputs) => outputs.doubled?.slice())
      expect(doubled).toEqual(run.input.map((value) => value * 2))
    }
  })

  it('finishes a prepared run once, and none after it was closed', async () => {
    const model = await openModel()
    expect(() => model.prepare(0)).toThrow(/batch of at least 1/)
    const run = model.prepare(1)
    await run.finish(() => undefined)
    await expect(run.finish(() => undefined)).rejects.toThrow(/once/)
    const late = model.prepare(1)
    await model.close()
    await expect(late.finish(() => undefined)).rejects.toThrow('closed')
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
