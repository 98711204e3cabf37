import { describe, expect, it } from 'vitest'
import { countMultiplyAdds } from '../../bench/multiply-adds.js'
import { createGraph, type Graph } from '../../support/build-network.js'
import type { ValueName } from '../../tools/onnx/graph.js'

function count(build: (graph: Graph) => ValueName): number {
  const graph = createGraph('test', { name: 'input', shape: ['N', 3, 9, 8] })
  return countMultiplyAdds(graph.finish([{ name: 'output', value: build(graph), shape: ['N'] }]))
}

function convolve(graph: Graph, input: ValueName, filters: readonly number[], stride: number, pad: number): ValueName {
  const [, , height = 0, width = 0] = filters
  const weights = graph.floats(new Float32Array(filters.reduce((p, side) => p * side, 1)), filters)
  return graph.node('Conv', [input, weights], {
    kernel_shape: [height, width],
    strides: [stride, stride],
    pads: [pad, pad, pad, pad],
  })
}

describe('countMultiplyAdds', () => {
  it('counts each filter at each place of a convolution', () => {
    expect(count((graph) => convolve(graph, graph.input, [4, 3, 3, 3], 1, 0))).toBe(7 * 6 * 4 * 27)
    expect(count((graph) => convolve(graph, graph.input, [4, 3, 3, 3], 2, 1))).toBe(5 * 4 * 4 * 27)
  })

  it('counts filters whose cells lie apart, and any size that the network takes', () => {
    const graph = createGraph('test', { name: 'input', shape: ['N', 3, 'height', 'width'] })
    const weights = graph.floats(new Float32Array(4 * 27), [4, 3, 3, 3])
    const value = graph.node('Conv', [graph.input, weights], { kernel_shape: [3, 3], dilations: [2, 2] })
    const network = graph.finish([{ name: 'output', value, shape: ['N'] }])
    expect(countMultiplyAdds(network, 10)).toBe(6 * 6 * 4 * 27)
    expect(() => countMultiplyAdds(network)).toThrow('sides')
  })

  it('follows sizes through what costs nothing, and counts a matrix once', () => {
    const total = count((graph) => {
      const pooled = graph.node('MaxPool', [graph.input], { kernel_shape: [2, 2], strides: [2, 2] })
      const [a, b] = [convolve(graph, pooled, [5, 3, 1, 1], 1, 0), convolve(graph, pooled, [5, 3, 1, 1], 1, 0)]
      const flat = graph.node('Flatten', [graph.node('Relu', [graph.node('Add', [a, b])])], { axis: 1 })
      return graph.node('Gemm', [flat, graph.floats(new Float32Array(80 * 7), [80, 7])])
    })
    expect(total).toBe(2 * 4 * 4 * 15 + 80 * 7)
  })

  it('does not guess weights that are no constants', () => {
    expect(() => count((graph) => graph.node('Gemm', [graph.input, graph.input]))).toThrow(/constants/)
  })
})
