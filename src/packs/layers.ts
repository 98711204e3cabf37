import type { Graph, ValueName } from './onnx-writer.js'
import type { WeightTensor } from './weights.js'

/** A map in the graph, channels first: `[N, channels, height, width]`. */
export interface FeatureMap {
  readonly value: ValueName
  readonly channels: number
  readonly height: number
  readonly width: number
}

/**
 * A convolution with everything folded into it that is linear. Square strides, no dilation.
 * `filters` are `[filterCount, channelsPerGroup, height, width]`, row-major.
 */
export interface Convolution {
  readonly filters: Float32Array
  readonly filterCount: number
  readonly channelsPerGroup: number
  readonly kernelHeight: number
  readonly kernelWidth: number
  readonly groups: number
  readonly stride: number
  readonly padding: 'SAME' | 'VALID'
  /** One number for each filter. */
  readonly bias: Float32Array
}

interface ConvolutionOptions {
  readonly stride: number
  readonly padding: 'SAME' | 'VALID'
  readonly bias?: Float32Array
}

/** A convolution from TensorFlow's filters, `[height, width, channels, filters]`. */
export function convolution(tensor: WeightTensor, options: ConvolutionOptions): Convolution {
  const [kernelHeight = 0, kernelWidth = 0, channels = 0, filterCount = 0] = tensor.shape
  const kernelSize = kernelHeight * kernelWidth
  const filters = new Float32Array(tensor.values.length)
  for (let c = 0; c < channels; c++) {
    for (let f = 0; f < filterCount; f++) {
      for (let k = 0; k < kernelSize; k++) {
        filters[(f * channels + c) * kernelSize + k] = tensor.values[(k * channels + c) * filterCount + f]!
      }
    }
  }
  const bias = options.bias ?? new Float32Array(filterCount)
  const { stride, padding } = options
  return {
    filters,
    filterCount,
    channelsPerGroup: channels,
    kernelHeight,
    kernelWidth,
    groups: 1,
    stride,
    padding,
    bias,
  }
}

/** A convolution of each channel by itself from TensorFlow's filters, `[height, width, channels, 1]`. */
export function depthwiseConvolution(tensor: WeightTensor, options: ConvolutionOptions): Convolution {
  const [kernelHeight = 0, kernelWidth = 0, channels = 0, multiplier = 0] = tensor.shape
  if (multiplier !== 1) throw new Error('Depthwise convolutions with several filters a channel are not supported.')
  const crosswise = { shape: [kernelHeight, kernelWidth, 1, channels], values: tensor.values }
  return { ...convolution(crosswise, options), groups: channels }
}

/** `factors * (convolution) + offsets`, channel by channel, as one convolution. */
export function scaleOutput(layer: Convolution, factors: Float32Array, offsets?: Float32Array): Convolution {
  const perFilter = layer.filters.length / layer.filterCount
  const filters = layer.filters.slice()
  for (let f = 0; f < layer.filterCount; f++) {
    const factor = factors[f]!
    for (let i = f * perFilter; i < (f + 1) * perFilter; i++) filters[i]! *= factor
  }
  return {
    ...layer,
    filters,
    bias: layer.bias.map((bias, index) => bias * factors[index]! + (offsets?.[index] ?? 0)),
  }
}

/** The convolution with `offsets` added to its bias. */
export function addToBias(layer: Convolution, offsets: Float32Array): Convolution {
  return { ...layer, bias: layer.bias.map((bias, index) => bias + offsets[index]!) }
}

/** The convolution for an input that is `factor` times as large, so that scaling the input costs nothing. */
export function scaleInput(layer: Convolution, factor: number): Convolution {
  return { ...layer, filters: layer.filters.map((weight) => weight * factor) }
}

/**
 * The convolution for an input from which `mean` (one number a channel) has not been subtracted yet. Exact only without
 * padding: padded zeros are zeros after normalisation.
 */
export function foldMean(layer: Convolution, mean: readonly number[]): Convolution {
  if (layer.padding !== 'VALID') throw new Error('A mean can be folded only into a convolution without padding.')
  const kernelSize = layer.kernelHeight * layer.kernelWidth
  const shifts = new Float64Array(layer.filterCount)
  layer.filters.forEach((weight, index) => {
    const filter = Math.floor(index / (kernelSize * layer.channelsPerGroup))
    shifts[filter] = shifts[filter]! + weight * mean[Math.floor(index / kernelSize) % layer.channelsPerGroup]!
  })
  return { ...layer, bias: layer.bias.map((bias, index) => bias - shifts[index]!) }
}

/** The convolution for an input whose channels come in the opposite order (RGB for BGR). */
export function reverseChannels(layer: Convolution): Convolution {
  const kernelSize = layer.kernelHeight * layer.kernelWidth
  const depth = layer.channelsPerGroup
  const filters = layer.filters.map((_, index, all) => {
    const channel = Math.floor(index / kernelSize) % depth
    return all[index + (depth - 1 - 2 * channel) * kernelSize]!
  })
  return { ...layer, filters }
}

export function addConvolution(graph: Graph, input: FeatureMap, layer: Convolution): FeatureMap {
  const { filterCount, channelsPerGroup, kernelHeight, kernelWidth, stride, groups } = layer
  if (input.channels !== channelsPerGroup * groups) {
    throw new Error(`Expected ${channelsPerGroup * groups} channels but received ${input.channels}.`)
  }
  const rows = slide(input.height, kernelHeight, stride, layer.padding)
  const columns = slide(input.width, kernelWidth, stride, layer.padding)
  const filters = graph.floats(layer.filters, [filterCount, channelsPerGroup, kernelHeight, kernelWidth])
  const bias = graph.floats(layer.bias, [filterCount])
  const value = graph.node('Conv', [input.value, filters, bias], {
    kernel_shape: [kernelHeight, kernelWidth],
    strides: [stride, stride],
    pads: [rows.before, columns.before, rows.after, columns.after],
    group: groups,
  })
  return { value, channels: filterCount, height: rows.size, width: columns.size }
}

export function addMaxPool(
  graph: Graph,
  input: FeatureMap,
  side: number,
  stride: number,
  padding: 'SAME' | 'VALID',
): FeatureMap {
  return addPool(graph, 'MaxPool', input, side, stride, padding)
}

export function addAveragePool(graph: Graph, input: FeatureMap, side: number, stride: number): FeatureMap {
  return addPool(graph, 'AveragePool', input, side, stride, 'VALID')
}

function addPool(
  graph: Graph,
  operator: string,
  input: FeatureMap,
  side: number,
  stride: number,
  padding: 'SAME' | 'VALID',
): FeatureMap {
  const rows = slide(input.height, side, stride, padding)
  const columns = slide(input.width, side, stride, padding)
  const value = graph.node(operator, [input.value], {
    kernel_shape: [side, side],
    strides: [stride, stride],
    pads: [rows.before, columns.before, rows.after, columns.after],
  })
  return { value, channels: input.channels, height: rows.size, width: columns.size }
}

/** `input - mean`, one number a channel. */
export function addSubtractMean(graph: Graph, input: FeatureMap, mean: readonly number[]): FeatureMap {
  const constant = graph.floats(Float32Array.from(mean), [1, mean.length, 1, 1])
  return { ...input, value: graph.node('Sub', [input.value, constant]) }
}

export function addSum(graph: Graph, a: FeatureMap, b: FeatureMap): FeatureMap {
  if (a.channels !== b.channels || a.height !== b.height || a.width !== b.width) {
    throw new Error('Maps of different shapes cannot be added.')
  }
  return { ...a, value: graph.node('Add', [a.value, b.value]) }
}

/** Clamps to `low`..`high`. */
export function addClip(graph: Graph, input: FeatureMap, low: number, high: number): FeatureMap {
  if (low === 0 && high === Number.POSITIVE_INFINITY) return { ...input, value: graph.node('Relu', [input.value]) }
  const bounds = [low, high].map((bound) => graph.floats(Float32Array.of(bound), []))
  return { ...input, value: graph.node('Clip', [input.value, ...bounds]) }
}

export function addRelu(graph: Graph, input: FeatureMap): FeatureMap {
  return addClip(graph, input, 0, Number.POSITIVE_INFINITY)
}

/**
 * Adds channels of zeros after those there are. Written as a 1x1 convolution with an identity matrix: exact, and unlike
 * Pad it stays in ONNX Runtime's blocked layout and merges with the addition that follows.
 */
export function addZeroChannels(graph: Graph, input: FeatureMap, channels: number): FeatureMap {
  const filters = new Float32Array(channels * input.channels)
  for (let c = 0; c < input.channels; c++) filters[c * input.channels + c] = 1
  const identity: Convolution = {
    filters,
    filterCount: channels,
    channelsPerGroup: input.channels,
    kernelHeight: 1,
    kernelWidth: 1,
    groups: 1,
    stride: 1,
    padding: 'VALID',
    bias: new Float32Array(channels),
  }
  return addConvolution(graph, input, identity)
}

/** Adds zeros at the bottom and right. A 1x1 convolution of ones, padded, for the reasons of `addZeroChannels`. */
export function addZeroBorder(graph: Graph, input: FeatureMap, height: number, width: number): FeatureMap {
  if (input.height === height && input.width === width) return input
  const ones = graph.floats(new Float32Array(input.channels).fill(1), [input.channels, 1, 1, 1])
  const value = graph.node('Conv', [input.value, ones], {
    kernel_shape: [1, 1],
    pads: [0, 0, height - input.height, width - input.width],
    group: input.channels,
  })
  return { ...input, value, height, width }
}

/** The mean of each channel: `[N, channels]`. */
export function addGlobalMean(graph: Graph, input: FeatureMap): ValueName {
  return graph.node('Flatten', [graph.node('GlobalAveragePool', [input.value])], { axis: 1 })
}

/** `input * weights + bias`, with `weights` of shape `[inputs, outputs]`. */
export function addDense(graph: Graph, input: ValueName, weights: WeightTensor, bias?: Float32Array): ValueName {
  const matrix = graph.floats(weights.values, weights.shape)
  const outputs = weights.shape[1] ?? 0
  return graph.node('Gemm', bias ? [input, matrix, graph.floats(bias, [outputs])] : [input, matrix])
}

/** TensorFlow's padding along one axis: SAME puts the odd one at the end. */
function slide(size: number, kernel: number, stride: number, padding: 'SAME' | 'VALID') {
  if (padding === 'VALID') return { size: Math.floor((size - kernel) / stride) + 1, before: 0, after: 0 }
  const outputs = Math.ceil(size / stride)
  const total = Math.max(0, (outputs - 1) * stride + kernel - size)
  const before = Math.floor(total / 2)
  return { size: outputs, before, after: total - before }
}
