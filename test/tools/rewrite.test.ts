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

type Value = string

/** A network of a picture of 3 channels, with convolutions and PRelus of random numbers. */
function randomNetwork(build: (graph: Parts) => Value, outputsToo: readonly Value[] = []): Network {
  const graph = createGraph('prelus', { name: 'input', shape: [1, 3, SIDE, SIDE] })
  const filters = (shape: readonly number[]) =>
    graph.floats(randoms(shape.reduce((product, side) => product * side, 1)), shape)
  const value = build({
    input: graph.input,
    filters,
    convolve: (from, shape, group = 1, weights = filters(shape)) => {
      const [count = 0, , side = 1] = shape
      const pad = (side - 1) / 2
      const attributes = { group, kernel_shape: [side, side], pads: [pad, pad, pad, pad] }
      return graph.node('Conv', [from, weights, graph.floats(randoms(count), [count])], attributes)
    },
    bend: (from, slopes, shape = [slopes.length, 1, 1]) =>
      graph.node('PRelu', [from, graph.floats(Float32Array.from(slopes), shape)]),
    add: (p, q) => graph.node('Add', [p, q]),
  })
  const outputs = [value, ...outputsToo].map((name) => ({ name, value: name, shape: [1, 4, SIDE, SIDE] }))
  return graph.finish(outputs)
}

interface Parts {
  readonly input: Value
  readonly filters: (shape: readonly number[]) => Value
  readonly convolve: (from: Value, shape: readonly number[], group?: number, weights?: Value) => Value
  readonly bend: (from: Value, slopes: readonly number[], shape?: readonly number[]) => Value
  readonly add: (p: Value, q: Value) => Value
}

/** Convolution, PRelu with these slopes, one filter a channel, PRelu again, and two convolutions that are added. */
function preluNetwork(slopes: readonly number[]): Network {
  const channels = slopes.length
  return randomNetwork((graph) => {
    const first = graph.bend(graph.convolve(graph.input, [channels, 3, 3, 3]), slopes)
    const second = graph.bend(graph.convolve(first, [channels, 1, 3, 3], channels), slopes)
    return graph.add(graph.convolve(second, [4, channels, 1, 1]), graph.convolve(second, [4, channels, 3, 3]))
  })
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

  const MIXED = [0.25, 1.5, 3, -0.5]
  const from3 = [4, 3, 1, 1]
  const from4 = [4, 4, 3, 3]

  it.each<[string, (graph: Parts) => Value]>([
    ['one slope for all channels', (g) => g.convolve(g.bend(g.convolve(g.input, from3), [1.5], [1]), from4)],
    ['slopes with a batch', (g) => g.convolve(g.bend(g.convolve(g.input, from3), MIXED, [1, 4, 1, 1]), from4)],
    ['one channel', (g) => g.convolve(g.bend(g.convolve(g.input, [1, 3, 1, 1]), [2]), [4, 1, 3, 3])],
    ['groups behind', (g) => g.convolve(g.bend(g.convolve(g.input, from3), MIXED), [4, 2, 3, 3], 2)],
    ['two filters a channel behind', (g) => g.convolve(g.bend(g.convolve(g.input, from3), MIXED), [8, 1, 3, 3], 4)],
    ['groups before', (g) => g.convolve(g.bend(g.convolve(g.input, [6, 1, 3, 3], 3), [...MIXED, 2, 0]), [4, 6, 1, 1])],
    [
      'a sum behind, slopes up to 1',
      (g) => g.add(g.bend(g.convolve(g.input, from3), [0.25, 0, -1, 0.9]), g.filters([4, 1, 1])),
    ],
    ['nothing behind, slopes up to 1', (g) => g.bend(g.convolve(g.input, from3), [0.25, 0, -1, 0.9])],
  ])('computes the same with %s', async (_name, build) => {
    const network = randomNetwork(build)
    const input = randoms(3 * SIDE * SIDE)
    const wanted = await run(network, input)
    expect(differenceOf(await run(rewritePRelus(network), input), wanted)).toBeLessThan(1e-5)
  })

  it.each<[string, (graph: Parts) => Value, string, (readonly Value[])?]>([
    ['no convolution before', (g) => g.bend(g.input, [0.5, 0.5, 0.5]), 'Expected a convolution before each PRelu.'],
    [
      'another reader of what the convolution before gives',
      (g) => {
        const before = g.convolve(g.input, from3)
        return g.add(before, g.convolve(g.bend(before, MIXED), from4))
      },
      'Expected v0 to be read by its PRelu alone.',
    ],
    [
      'an output that is what the convolution before gives',
      (g) => g.convolve(g.bend(g.convolve(g.input, from3), MIXED), from4),
      'Expected v0 to be read by its PRelu alone.',
      ['v0'],
    ],
    [
      'a slope for each column',
      (g) =>
        g.convolve(g.bend(g.convolve(g.input, [SIDE, 3, 1, 1]), new Array(SIDE).fill(0.5), [SIDE]), [4, SIDE, 1, 1]),
      'Expected c2 to be one slope, or one for each of 6 channels.',
    ],
    [
      'a slope for each place',
      (g) => g.bend(g.convolve(g.input, from3), new Array(4 * SIDE * SIDE).fill(0.5), [4, SIDE, SIDE]),
      'Expected c2 to be one slope, or one for each of 4 channels.',
    ],
    [
      'a sum behind and a slope above 1',
      (g) => g.add(g.bend(g.convolve(g.input, from3), MIXED), g.filters([4, 1, 1])),
      'Expected nothing but convolutions behind a PRelu with a slope above 1.',
    ],
    [
      'an output that has a slope above 1',
      (g) => g.convolve(g.bend(g.convolve(g.input, from3), MIXED), from4),
      'Expected nothing but convolutions behind a PRelu with a slope above 1.',
      ['v1'],
    ],
    [
      'filters that another convolution reads as well',
      (g) => {
        const filters = g.filters(from3)
        const bent = g.bend(g.convolve(g.input, from3, 1, filters), MIXED)
        return g.add(g.convolve(g.input, from3, 1, filters), g.convolve(bent, from4))
      },
      'Expected c0 to be read once.',
    ],
  ])('refuses %s', (_name, build, message, outputsToo) => {
    const network = randomNetwork(build, outputsToo)
    expect(() => rewritePRelus(network)).toThrow(message)
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
