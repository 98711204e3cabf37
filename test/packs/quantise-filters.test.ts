import { afterEach, describe, expect, it } from 'vitest'
import { createGraph, serialiseNetwork } from '../../src/packs/onnx-writer.js'
import { type FilterShape, meanRoundingErrors, quantiseFilters } from '../../src/packs/quantise-filters.js'
import { createModel, type RunnableModel } from '../../src/packs/session.js'
import { createRandom } from '../golden/pseudo-image.js'

const open: RunnableModel[] = []

afterEach(() => Promise.all(open.splice(0).map((model) => model.close())))

const SHAPES: readonly (readonly [string, FilterShape])[] = [
  ['1x1', { filterCount: 32, channelsPerGroup: 64, kernelSize: 1 }],
  ['3x3', { filterCount: 32, channelsPerGroup: 32, kernelSize: 9 }],
  ['3x3 for many filters', { filterCount: 256, channelsPerGroup: 64, kernelSize: 9 }],
  ['7x7 of three channels', { filterCount: 32, channelsPerGroup: 3, kernelSize: 49 }],
]

/** Filters whose pairs are as bad as can be: equal weights, one large beside one small, and all mixed by lot. */
const PATTERNS: readonly (readonly [string, (position: number, random: () => number) => number])[] = [
  ['equal weights', () => 1],
  ['equal negative weights', () => -1],
  ['large and small in turn', (position) => (position % 2 === 0 ? 127 : 1)],
  ['pairs of changing sign', (position) => (Math.floor(position / 2) % 2 === 0 ? 1 : -1)],
  ['weights by lot', (_, random) => random() - 0.3],
]

/** `[filterCount, channelsPerGroup, ...]`; `position` counts in the order of summation, channels last. */
function makeFilters(shape: FilterShape, pattern: (position: number, random: () => number) => number): Float32Array {
  const { filterCount, channelsPerGroup, kernelSize } = shape
  const random = createRandom(7)
  const filters = new Float32Array(filterCount * channelsPerGroup * kernelSize)
  return filters.map((_, i) => {
    const pixel = i % kernelSize
    const channel = Math.floor(i / kernelSize) % channelsPerGroup
    return pattern(pixel * channelsPerGroup + channel, random)
  })
}

describe('filters in eight bits', () => {
  it('survive weights that are all zero', () => {
    const { levels, scales } = quantiseFilters(new Float32Array(8), {
      filterCount: 2,
      channelsPerGroup: 4,
      kernelSize: 1,
    })
    expect([...levels]).toEqual([0, 0, 0, 0, 0, 0, 0, 0])
    expect([...scales]).toEqual([1, 1])
  })

  it('use the whole range where a channel has a filter by itself', () => {
    const shape = { filterCount: 1, channelsPerGroup: 1, kernelSize: 4 }
    const { levels, scales } = quantiseFilters(Float32Array.of(2, 2, -1.1, 0), shape)
    expect([...levels]).toEqual([127, 127, -70, 0])
    expect(scales[0]).toBeCloseTo(2 / 127)
  })

  it.each(SHAPES)('stay near the weights: %s', (_, shape) => {
    const filters = makeFilters(shape, PATTERNS[4]![1])
    const { levels, scales } = quantiseFilters(filters, shape)
    const size = filters.length / shape.filterCount
    const errors = filters.map((weight, i) => Math.abs(weight / scales[Math.floor(i / size)]! - levels[i]!))
    expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThanOrEqual(1)
    expect(levels.some((level) => level > 64)).toBe(true)
    // At most a few weights are moved by more than rounding.
    expect(errors.filter((error) => error > 0.501).length).toBeLessThanOrEqual(shape.filterCount)
  })

  it('tell what rounding takes away', () => {
    const shape = { filterCount: 2, channelsPerGroup: 2, kernelSize: 1 }
    const quantised = { levels: Int8Array.of(10, -20, 3, 4), scales: Float32Array.of(0.5, 2) }
    const filters = Float32Array.of(5.25, -10, 6, 7)
    expect([...meanRoundingErrors(filters, quantised, shape, Float32Array.of(8, 100))]).toEqual([4, -50])
  })
})

// On x86 without VNNI the runtime adds pairs of products as saturating int16; these sums show whether that can happen.
describe.each(SHAPES)('%s convolutions', (_, shape) => {
  it.each(PATTERNS)('sum up exactly: %s', async (_, pattern) => {
    const { levels } = quantiseFilters(makeFilters(shape, pattern), shape)
    for (const outputs of [1, 5]) {
      for (const fill of [0, 200, 255])
        expect(await largestError(levels, shape, { outputs, fill, zeroPoint: 0 })).toBe(0)
      for (const fill of [0, 255]) expect(await largestError(levels, shape, { outputs, fill, zeroPoint: 128 })).toBe(0)
    }
  })
})

const EXPECTED = 100

/**
 * Runs a convolution over an image of equal levels (as bad as any for pairs of equal sign) with biases that bring each exact
 * sum to 100, and returns how far from it the runtime ends at worst.
 */
async function largestError(
  levels: Int8Array,
  shape: FilterShape,
  image: { readonly outputs: number; readonly fill: number; readonly zeroPoint: number },
): Promise<number> {
  const { outputs, fill, zeroPoint } = image
  const { filterCount, channelsPerGroup, kernelSize } = shape
  const kernel = Math.sqrt(kernelSize)
  const inputSize = kernel + outputs - 1
  const size = channelsPerGroup * kernelSize
  const sums = Int32Array.from({ length: filterCount }, (_, filter) =>
    levels.subarray(filter * size, (filter + 1) * size).reduce((sum, level) => sum + level * (fill - zeroPoint), 0),
  )
  const graph = createGraph('sums', { name: 'input', shape: ['N', 3, inputSize, inputSize] })
  const unit = [graph.floats(Float32Array.of(1), []), graph.constant(Uint8Array.of(0), [])]
  const inputForm = [unit[0]!, graph.constant(Uint8Array.of(zeroPoint), [])]
  const pixels = graph.node('QuantizeLinear', [graph.input, ...inputForm])
  const first = graph.node('Slice', [pixels, graph.integers([0]), graph.integers([1]), graph.integers([1])])
  const input = channelsPerGroup === 3 ? pixels : graph.node('Concat', Array(channelsPerGroup).fill(first), { axis: 1 })
  const weights = [
    graph.constant(levels, [filterCount, channelsPerGroup, kernel, kernel]),
    graph.floats(new Float32Array(filterCount).fill(1), [filterCount]),
    graph.constant(new Int8Array(filterCount), [filterCount]),
  ]
  const bias = graph.constant(
    sums.map((sum) => EXPECTED - sum),
    [filterCount],
  )
  const sum = graph.node('QLinearConv', [input, ...inputForm, ...weights, ...unit, bias], {
    kernel_shape: [kernel, kernel],
  })
  const value = graph.node('DequantizeLinear', [sum, ...unit])
  const file = serialiseNetwork(graph.finish([{ name: 'sums', value, shape: ['N', filterCount, outputs, outputs] }]))
  const model = await createModel(file, { inputSize, intraOpThreads: 1 })
  open.push(model)
  const result = await model.run(new Float32Array(3 * inputSize ** 2).fill(fill - zeroPoint), 1)
  expect(result.sums).toHaveLength(filterCount * outputs ** 2)
  return result.sums!.reduce((worst, level) => Math.max(worst, Math.abs(level - EXPECTED)), 0)
}
