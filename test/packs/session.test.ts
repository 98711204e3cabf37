import { afterEach, describe, expect, it } from 'vitest'
import { type OpenNetwork, openNetwork } from '../../src/packs/session.js'
import type { Outputs } from '../../src/pipeline/network.js'
import { createGraph } from '../../support/build-network.js'
import { writeOnnx } from '../../tools/onnx/file.js'

const SIDE = 2
const open: OpenNetwork[] = []

afterEach(() => Promise.all(open.splice(0).map((network) => network.close())))

/** Doubles its input and clamps it to -1..3. */
function doublingGraph(): Uint8Array {
  const graph = createGraph('doubling', { name: 'input', shape: ['N', 3, SIDE, 'width'] })
  const doubled = graph.node('Mul', [graph.input, graph.floats(Float32Array.of(2), [])])
  const bounds = [-1, 3].map((bound) => graph.floats(Float32Array.of(bound), []))
  const value = graph.node('Clip', [doubled, ...bounds])
  return writeOnnx(graph.finish([{ name: 'doubled', value, shape: ['N', 3, SIDE, 'width'] }]))
}

async function openDoubling(): Promise<OpenNetwork> {
  const network = await openNetwork(doublingGraph(), 1)
  open.push(network)
  return network
}

const dims = (batch: number, width = SIDE) => [batch, 3, SIDE, width]
const copy = (outputs: Outputs) => outputs.get('doubled')?.data.slice()

describe('a network', () => {
  it('tells its ports', async () => {
    const { inputs, outputs } = await openDoubling()
    expect(inputs).toEqual([{ name: 'input', type: 'float32', shape: ['N', 3, SIDE, 'width'] }])
    expect(outputs).toEqual([{ name: 'doubled', type: 'float32', shape: ['N', 3, SIDE, 'width'] }])
  })

  it('is refused when its file is damaged', async () => {
    const onnx = doublingGraph()
    await expect(openNetwork(onnx.subarray(0, onnx.length - 20), 1)).rejects.toThrow()
  })

  it('takes any size that its file leaves open, names its outputs and tells their shapes', async () => {
    const network = await openDoubling()
    for (const shape of [dims(2), dims(1), dims(1, 3)]) {
      const run = network.prepare(shape)
      for (const i of run.input.keys()) run.input[i] = (i - 12) / 4
      const expected = run.input.map((value) => Math.min(3, Math.max(-1, value * 2)))
      await run.finish((outputs) => {
        expect([...outputs.keys()]).toEqual(['doubled'])
        expect(outputs.get('doubled')).toEqual({ data: expected, dims: shape })
      })
    }
  })

  it('uses the memory of a prepared run again, and only when that is finished', async () => {
    const network = await openDoubling()
    const first = network.prepare(dims(1))
    const second = network.prepare(dims(1))
    expect(second.input.buffer).not.toBe(first.input.buffer)
    first.input.fill(1)
    second.input.fill(0.5)
    // Both under way at once.
    const [of1, of2] = await Promise.all([first, second].map((run) => run.finish(copy)))
    expect([of1, of2]).toEqual([new Float32Array(12).fill(2), new Float32Array(12).fill(1)])
    const third = network.prepare(dims(1))
    expect([first.input.buffer, second.input.buffer]).toContain(third.input.buffer)
    third.input.fill(-0.25)
    expect(await third.finish(copy)).toEqual(new Float32Array(12).fill(-0.5))
  })

  it('prepares runs of many sizes in turn', async () => {
    const network = await openDoubling()
    for (const width of [1, 2, 1, 3, 3, 4, 5, 6, 7, 1, 100_000, 100_000, 1]) {
      const run = network.prepare(dims(1, width))
      for (const i of run.input.keys()) run.input[i] = (i % 100) / 100
      const doubled = (await run.finish(copy)) ?? new Float32Array(0)
      expect(doubled.length).toBe(run.input.length)
      expect(doubled.every((value, i) => value === run.input[i]! * 2)).toBe(true)
    }
  })

  it('keeps the memory of the latest sizes, neither too many of them nor too large ones', async () => {
    const network = await openDoubling()
    const run = async (width: number) => {
      const { input, finish } = network.prepare(dims(1, width))
      await finish(() => undefined)
      return input
    }
    // Not by toBe, which compares all numbers of two arrays to say how they differ.
    const areOne = (a: unknown, b: unknown) => expect(Object.is(a, b))
    const small = await run(1)
    // Its input alone would be kept, together with its output it is too large, and throws out nothing.
    const large = await run(120_000)
    areOne(await run(120_000), large).toBe(false)
    areOne(await run(1), small).toBe(true)
    // Two of these fit, a third one does not.
    const first = await run(50_000)
    const second = await run(50_001)
    areOne(await run(50_000), first).toBe(true)
    await run(50_002)
    areOne(await run(50_000), first).toBe(true)
    areOne(await run(50_001), second).toBe(false)
    const latest = []
    for (let width = 1; width <= 17; width++) latest.push(await run(width))
    areOne(await run(17), latest[16]).toBe(true)
    areOne(await run(2), latest[1]).toBe(true)
    areOne(await run(1), latest[0]).toBe(false)
  })

  it('gives the memory of a run whose result could not be read to no other', async () => {
    const network = await openDoubling()
    const run = network.prepare(dims(1))
    const unreadable = run.finish(() => {
      throw new Error('unreadable')
    })
    await expect(unreadable).rejects.toThrow('unreadable')
    const next = network.prepare(dims(1))
    next.input.fill(1)
    expect(await next.finish(copy)).toEqual(new Float32Array(12).fill(2))
  })

  it('finishes a prepared run once, and none after it was closed, which may happen twice', async () => {
    const network = await openDoubling()
    const run = network.prepare(dims(1))
    await run.finish(() => undefined)
    await expect(run.finish(() => undefined)).rejects.toThrow(/once/)
    const late = network.prepare(dims(1))
    await network.close()
    await network.close()
    await expect(late.finish(() => undefined)).rejects.toThrow('closed')
  })
})

it('a graph refuses a constant whose shape does not fit', () => {
  const graph = createGraph('constant', { name: 'input', shape: ['N'] })
  expect(() => graph.floats(new Float32Array(3), [2, 2])).toThrow('Expected 4 numbers for a constant but received 3.')
})
