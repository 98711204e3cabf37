import { describe, expect, it } from 'vitest'
import { createGraph } from '../../support/build-network.js'
import { seeded } from '../../support/random.js'
import { writeOnnx } from '../../tools/onnx/file.js'
import type { Network } from '../../tools/onnx/graph.js'
import { cutTo, type Feeding, rewritePRelus, takeRgb } from '../../tools/onnx/rewrite.js'
import { runNetwork } from '../support/run-network.js'

const SIDE = 6
const random = seeded(11)
const randoms = (count: number) => Float32Array.from({ length: count }, () => 2 * random() - 1)

/** The largest difference, as a share of the largest number. */
function differenceOf(found: Float32Array, wanted: Float32Array): number {
  expect(found.length).toBe(wanted.length)
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  expect(largest).toBeGreaterThan(0)
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)), 0) / largest
}

/** Convolution, PRelu with these slopes, one filter a channel, PRelu again, and two convolutions that are added. */
function preluNetwork(slopes: readonly number[]): Network {
  const graph = createGraph('prelus', { name: 'input', shape: [1, 3, SIDE, SIDE] })
  const channels = slopes.length
  const convolve = (value: string, filters: readonly number[], group = 1) => {
    const size = filters.reduce((product, side) => product * side, 1)
    const [count = 0, , side = 1] = filters
    const pad = (side - 1) / 2
    return graph.node('Conv', [value, graph.floats(randoms(size), filters), graph.floats(randoms(count), [count])], {
      group,
      kernel_shape: [side, side],
      pads: [pad, pad, pad, pad],
    })
  }
  const bend = (value: string) =>
    graph.node('PRelu', [value, graph.floats(Float32Array.from(slopes), [channels, 1, 1])])
  const first = bend(convolve(graph.input, [channels, 3, 3, 3]))
  const second = bend(convolve(first, [channels, 1, 3, 3], channels))
  const sum = graph.node('Add', [convolve(second, [4, channels, 1, 1]), convolve(second, [4, channels, 3, 3])])
  return graph.finish([{ name: 'sum', value: sum, shape: [1, 4, SIDE, SIDE] }])
}

async function run(network: Network, input: Float32Array): Promise<Float32Array> {
  const channels = Number(network.input.shape[1])
  const outputs = await runNetwork(writeOnnx(network), input, [1, channels, SIDE, SIDE])
  return outputs.get(network.outputs[0]?.name ?? '')?.data ?? new Float32Array(0)
}

describe('rewritePRelus', () => {
  it.each([
    ['below 0', [-0.001, -0.3, -1, -2.5], 1e-5],
    ['0', [0, 0, 0], 1e-5],
    ['between 0 and 1', [0.01, 0.25, 0.5, 0.9], 1e-5],
    ['above 1', [1.01, 1.5, 3], 1e-4],
    // What is nearly 1 is off by a thousandth, and there are two of them, one behind the other.
    ['exactly 1', [1, 1, 1], 2e-3],
    ['nearly 1', [0.9999, 0.99999, 1.00001, 1.0001], 2e-3],
    ['of all kinds', [-1.35, 0, 0.25, 0.9999, 1, 1.0001, 1.23, 4], 2e-3],
  ])('computes the same with slopes %s', async (_name, slopes, tolerance) => {
    const network = preluNetwork(slopes)
    const rewritten = rewritePRelus(network)
    expect(rewritten.nodes.filter(({ operator }) => operator === 'PRelu')).toEqual([])
    const input = randoms(3 * SIDE * SIDE)
    expect(differenceOf(await run(rewritten, input), await run(network, input))).toBeLessThan(tolerance)
  })

  it('leaves the network as it was', () => {
    const network = preluNetwork([0.5, 2])
    const before = structuredClone(network)
    rewritePRelus(network)
    expect(network).toEqual(before)
  })

  it('refuses a PRelu that does not stand between convolutions', () => {
    const graph = createGraph('bare', { name: 'input', shape: [1, 3, SIDE, SIDE] })
    const value = graph.node('PRelu', [graph.input, graph.floats(randoms(3), [3, 1, 1])])
    const network = graph.finish([{ name: 'output', value, shape: [1, 3, SIDE, SIDE] }])
    expect(() => rewritePRelus(network)).toThrow('Expected each PRelu between convolutions.')
  })
})

describe('takeRgb', () => {
  /** A padded convolution of pictures of so many channels. */
  function reader(channels: number): Network {
    const graph = createGraph('reader', { name: 'data', shape: [1, channels, SIDE, SIDE] })
    const filters = graph.floats(randoms(4 * channels * 9), [4, channels, 3, 3])
    const value = graph.node('Conv', [graph.input, filters, graph.floats(randoms(4), [4])], {
      kernel_shape: [3, 3],
      pads: [1, 1, 1, 1],
    })
    return graph.finish([{ name: 'output', value, shape: [1, 4, SIDE, SIDE] }])
  }

  /** What the maker's own program would hand over. */
  function feedByHand(rgb: Float32Array, { channels, mean, scale }: Feeding): Float32Array {
    const plane = SIDE * SIDE
    const [red, green, blue] = [rgb.subarray(0, plane), rgb.subarray(plane, 2 * plane), rgb.subarray(2 * plane)]
    const planes = {
      rgb: [red, green, blue],
      bgr: [blue, green, red],
      grey: [red.map((r, i) => 0.299 * r + 0.587 * green[i]! + 0.114 * blue[i]!)],
    }
    return Float32Array.from(planes[channels].flatMap((values) => [...values.map((v) => (v - mean) * scale)]))
  }

  it.each<Feeding>([
    { channels: 'rgb', mean: 0, scale: 1 },
    { channels: 'rgb', mean: 127, scale: 1 / 128 },
    { channels: 'bgr', mean: 0, scale: 1 / 255 },
    { channels: 'bgr', mean: 127.5, scale: 1 / 128 },
    { channels: 'grey', mean: 0, scale: 1 / 256 },
    { channels: 'grey', mean: 100, scale: 1 / 256 },
  ])('makes planar RGB of what the maker feeds, also where it pads: %j', async (feeding) => {
    const network = reader(feeding.channels === 'grey' ? 1 : 3)
    const pixels = Float32Array.from({ length: 3 * SIDE * SIDE }, () => Math.floor(256 * random()))
    const rewritten = takeRgb(network, feeding, [SIDE, SIDE])
    expect(rewritten.input).toEqual({ name: 'input', shape: ['N', 3, SIDE, SIDE] })
    const wanted = await run(network, feedByHand(pixels, feeding))
    expect(differenceOf(await run(rewritten, pixels), wanted)).toBeLessThan(1e-5)
  })

  it('refuses a network that begins with something else', () => {
    const graph = createGraph('other', { name: 'data', shape: [1, 3, SIDE, SIDE] })
    const value = graph.node('Relu', [graph.input])
    const network = graph.finish([{ name: 'output', value, shape: [1, 3, SIDE, SIDE] }])
    expect(() => takeRgb(network, { channels: 'rgb', mean: 0, scale: 1 }, [SIDE, SIDE])).toThrow(
      'Expected one convolution to read the input.',
    )
  })
})

describe('cutTo', () => {
  it('keeps what the outputs need, in its order, and nothing else', () => {
    const graph = createGraph('branches', { name: 'input', shape: ['N'] })
    const shared = graph.node('Relu', [graph.input])
    const wanted = graph.node('Add', [shared, graph.floats(Float32Array.of(1), [])])
    const other = graph.node('Mul', [shared, graph.floats(Float32Array.of(2), [])])
    const network = graph.finish([{ name: 'other', value: other, shape: ['N'] }])
    const cut = cutTo(network, [{ name: 'wanted', value: wanted, shape: ['N'] }])
    expect(cut.nodes.map(({ operator }) => operator)).toEqual(['Relu', 'Add'])
    expect([...cut.constants.values()].map(({ values }) => [...values])).toEqual([[1]])
    expect(cut.outputs.map(({ name }) => name)).toEqual(['wanted'])
  })
})
