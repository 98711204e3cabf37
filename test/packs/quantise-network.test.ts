import { afterEach, describe, expect, it } from 'vitest'
import { createGraph, type Graph, type Network, serialiseNetwork, type ValueName } from '../../src/packs/onnx-writer.js'
import { findQuantisableMaps } from '../../src/packs/quantisable-maps.js'
import { quantiseNetwork } from '../../src/packs/quantise-network.js'
import { createModel, type RunnableModel } from '../../src/packs/session.js'
import { createRandom } from '../golden/pseudo-image.js'

const SIDE = 12
const open: RunnableModel[] = []

afterEach(() => Promise.all(open.splice(0).map((model) => model.close())))

/** A convolution with weights by lot, `channels` to 8. */
function addConvolution(graph: Graph, input: ValueName, channels: number, seed: number): ValueName {
  const random = createRandom(seed)
  const filters = Float32Array.from({ length: 8 * channels * 9 }, () => (random() - 0.45) / (channels * 9))
  const bias = Float32Array.from({ length: 8 }, () => random() - 0.5)
  const constants = [graph.floats(filters, [8, channels, 3, 3]), graph.floats(bias, [8])]
  return graph.node('Conv', [input, ...constants], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], group: 1 })
}

/** Everything that is rewritten: two convolutions, a clip, both poolings, an addition; `sum` is not rectified. */
function smallNetwork(): Network {
  const graph = createGraph('small', { name: 'input', shape: ['N', 3, SIDE, SIDE] })
  const bounds = [0, 6].map((bound) => graph.floats(Float32Array.of(bound), []))
  const first = graph.node('Clip', [addConvolution(graph, graph.input, 3, 1), ...bounds])
  const pool = { kernel_shape: [2, 2], strides: [2, 2] }
  const pooled = graph.node('AveragePool', [graph.node('MaxPool', [first], pool)], pool)
  const second = addConvolution(graph, pooled, 8, 2)
  const sum = graph.node('Add', [second, pooled])
  return graph.finish([{ name: 'sum', value: sum, shape: ['N', 8, 3, 3] }])
}

describe('maps in eight bits', () => {
  it('know their sign, their bound, and whose channels go together', () => {
    const maps = [...findQuantisableMaps(smallNetwork()).values()]
    expect(maps.map(({ maker, channels, signed, highest }) => [maker.operator, channels, signed, highest])).toEqual([
      ['Conv', 8, false, 6],
      ['Conv', 8, true, Number.POSITIVE_INFINITY],
      ['Add', 8, true, Number.POSITIVE_INFINITY],
    ])
    expect(new Set(maps.map(({ group }) => group)).size).toBe(1)
  })

  it('may not reach beyond the bound that clips them', () => {
    const network = smallNetwork()
    const maps = [...findQuantisableMaps(network).values()]
    const quantisation = {
      scales: new Map(maps.map(({ value }) => [value, 6.1 / 255])),
      factors: new Map([[maps[0]!.group, new Float32Array(8).fill(1)]]),
      means: new Map(),
    }
    expect(() => quantiseNetwork(network, quantisation)).toThrow('reaches beyond the bound of 6.')
  })

  it('compute what float32 computes to within a level or two, whatever the factors of the channels', async () => {
    const network = smallNetwork()
    const [first, second, sum] = [...findQuantisableMaps(network).values()]
    const scales = [6 / 255, 5 / 127, 10 / 127]
    const random = createRandom(3)
    // Dark, so that only channels 1, 2 and 4 exceed 3.6.
    const image = Float32Array.from({ length: 3 * SIDE ** 2 }, () => Math.round(120 * random() * random()))
    const expected = (await run(network, image)).sum!
    for (const factors of [new Float32Array(8).fill(1), Float32Array.of(0.6, 1, 1, 0.6, 1, 0.6, 0.6, 0.6)]) {
      const int8 = quantiseNetwork(network, {
        scales: new Map([first!, second!, sum!].map(({ value }, i) => [value, scales[i]!])),
        factors: new Map([[first!.group, factors]]),
        means: new Map(),
      })
      expect(int8.nodes.filter(({ operator }) => operator === 'QLinearConv')).toHaveLength(2)
      const computed = (await run(int8, image)).sum!
      const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(largest).toBeGreaterThan(1)
      const difference = computed.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)
      expect(difference).toBeLessThan(2 * scales[2]!)
    }
  })
})

async function run(network: Network, image: Float32Array) {
  const model = await createModel(serialiseNetwork(network), { inputSize: SIDE, intraOpThreads: 1 })
  open.push(model)
  return model.run(image, 1)
}
