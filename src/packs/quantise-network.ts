import { createGraph, type Graph, type Network, type Node, type ValueName } from './onnx-writer.js'
import { findQuantisableMaps, type QuantisableMap } from './quantisable-maps.js'
import { type FilterShape, meanRoundingErrors, quantiseFilters } from './quantise-filters.js'

/**
 * How the maps of a network are held in eight bits: number = factor of its channel * scale * (level - zero point), where the
 * zero point is 128 for maps with negative numbers and 0 for others. The factors make channels of different ranges equally
 * fine, which costs nothing at run time: convolutions take them into their weights.
 */
export interface Quantisation {
  /** Scales by the map's name. */
  readonly scales: ReadonlyMap<ValueName, number>
  /** One factor a channel, by the name of the map's group. */
  readonly factors: ReadonlyMap<ValueName, Float32Array>
  /**
   * The average level of each channel by the name of a map without negative numbers. With it, the bias of the convolution
   * that reads the map makes good what the rounding of the weights takes away on average.
   */
  readonly means: ReadonlyMap<ValueName, Float32Array>
}

/** A map in eight bits. */
interface Levels {
  readonly value: ValueName
  readonly scale: number
  readonly zeroPoint: number
  readonly factors: Float32Array
  readonly means?: Float32Array | undefined
}

interface Rewriting {
  readonly graph: Graph
  readonly network: Network
  readonly quantisation: Quantisation
  /** By the output of the node that makes them. */
  readonly maps: ReadonlyMap<ValueName, QuantisableMap>
  readonly levels: Map<ValueName, Levels>
  readonly floats: Map<ValueName, ValueName>
}

/** Scales are kept with six digits. */
const CLIP_TOLERANCE = 1.0001

/** Numbers of an image are 0..255 already. */
const IMAGE = { scale: 1, zeroPoint: 0, factors: Float32Array.of(1, 1, 1) } as const

/**
 * The network with its convolutions, additions and poolings in eight bits. In float32 stay what follows the last
 * convolution, and a first convolution that does not read the image as it is.
 */
export function quantiseNetwork(network: Network, quantisation: Quantisation): Network {
  const graph = createGraph(network.name, network.input)
  const found = findQuantisableMaps(network)
  const rewriting: Rewriting = {
    graph,
    network,
    quantisation,
    maps: new Map([...found.values()].map((map) => [map.maker.output, map])),
    levels: new Map(),
    floats: new Map([[network.input.name, graph.input]]),
  }
  for (const node of network.nodes) {
    // A rectifier is part of the node before it: levels do not reach below 0.
    if (!rewriting.levels.has(node.output) && !addQuantised(rewriting, node)) addCopy(rewriting, node)
  }
  return graph.finish(network.outputs.map((output) => ({ ...output, value: floatOf(rewriting, output.value) })))
}

/** Adds the node in eight bits if it can be; tells whether it did. */
function addQuantised(rewriting: Rewriting, node: Node): boolean {
  const { graph, levels, maps } = rewriting
  const map = maps.get(node.output)
  const inputs = node.inputs.map((input) => levels.get(input))
  const [first, second] = inputs
  if (map && node.operator === 'Conv') {
    levels.set(map.value, addConvolution(rewriting, node, map))
    return true
  }
  if (map && node.operator === 'Add' && first && second) {
    const sum = formOf(rewriting, map)
    const operands = [first, second].flatMap((operand) => [operand.value, ...parametersOf(graph, operand)])
    const value = graph.microsoftNode('QLinearAdd', [...operands, ...parametersOf(graph, sum)])
    levels.set(map.value, { ...sum, value })
    return true
  }
  if (node.operator === 'MaxPool' && first) {
    const value = graph.node('MaxPool', [first.value], node.attributes)
    levels.set(node.output, { ...first, value, means: undefined })
    return true
  }
  if (node.operator === 'AveragePool' && first) {
    const parameters = parametersOf(graph, first)
    const inputsAndForm = [first.value, ...parameters, ...parameters]
    levels.set(node.output, {
      ...first,
      value: graph.microsoftNode('QLinearAveragePool', inputsAndForm, node.attributes),
    })
    return true
  }
  return false
}

/** A convolution, in eight bits unless its input is in float32, and its map in eight bits. */
function addConvolution(rewriting: Rewriting, node: Node, map: QuantisableMap): Levels {
  const { graph, network, levels } = rewriting
  const [source = ''] = node.inputs
  const output = formOf(rewriting, map)
  const layer = readConvolution(network, node)
  const input = source === network.input.name ? quantiseImage(rewriting) : levels.get(source)
  if (input) return { ...output, value: addIntegerConvolution(graph, input, layer, output, node.attributes) }
  const { filters, bias } = scaleConvolution(layer, undefined, output.factors)
  const constants = [graph.floats(filters, layer.shape), graph.floats(bias, [bias.length])]
  const float = graph.node('Conv', [floatOf(rewriting, source), ...constants], node.attributes)
  return { ...output, value: graph.node('QuantizeLinear', [float, ...parametersOf(graph, output)]) }
}

function addIntegerConvolution(
  graph: Graph,
  input: Levels,
  layer: ConstantConvolution,
  output: Omit<Levels, 'value'>,
  attributes: Node['attributes'],
): ValueName {
  const { filterCount } = layer
  const { filters } = scaleConvolution(layer, input.factors, undefined)
  const quantised = quantiseFilters(filters, layer)
  const losses = input.means && meanRoundingErrors(filters, quantised, layer, input.means)
  const bias = Int32Array.from(layer.bias, (value, filter) =>
    Math.round(value / (input.scale * quantised.scales[filter]!) + (losses?.[filter] ?? 0)),
  )
  // A channel's factor is taken out of its sum by way of the scale of its weights.
  const scales = quantised.scales.map((scale, filter) => scale / output.factors[filter]!)
  return graph.node(
    'QLinearConv',
    [
      input.value,
      ...parametersOf(graph, input),
      graph.constant(quantised.levels, layer.shape),
      graph.floats(scales, [filterCount]),
      graph.constant(new Int8Array(filterCount), [filterCount]),
      ...parametersOf(graph, output),
      graph.constant(bias, [filterCount]),
    ],
    attributes,
  )
}

interface ConstantConvolution extends FilterShape {
  readonly filters: Float32Array
  readonly shape: readonly number[]
  readonly bias: Float32Array
}

function readConvolution({ constants }: Network, node: Node): ConstantConvolution {
  const [, weights = '', biases] = node.inputs
  const { values: filters, shape } = constants.get(weights) ?? { values: undefined, shape: [] }
  const [filterCount = 0, channelsPerGroup = 0, height = 0, width = 0] = shape
  const bias = biases === undefined ? new Float32Array(filterCount) : constants.get(biases)?.values
  if (!(filters instanceof Float32Array && bias instanceof Float32Array)) {
    throw new Error('Expected the filters and the bias of a convolution to be constants.')
  }
  if (channelsPerGroup > 1 && node.attributes.group !== 1) throw new Error('Grouped convolutions are not supported.')
  return { filters, bias, shape, filterCount, channelsPerGroup, kernelSize: height * width }
}

/** The convolution for an input whose channels are divided by `inputs`, its output divided by `outputs`. */
function scaleConvolution(
  layer: ConstantConvolution,
  inputs: Float32Array | undefined,
  outputs: Float32Array | undefined,
): { readonly filters: Float32Array; readonly bias: Float32Array } {
  const { filterCount, channelsPerGroup, kernelSize } = layer
  const filters = new Float32Array(layer.filters.length)
  let i = 0
  for (let filter = 0; filter < filterCount; filter++) {
    for (let channel = 0; channel < channelsPerGroup; channel++) {
      const factor = (inputs?.[channelsPerGroup === 1 ? filter : channel] ?? 1) / (outputs?.[filter] ?? 1)
      for (let k = 0; k < kernelSize; k++, i++) filters[i] = layer.filters[i]! * factor
    }
  }
  return { filters, bias: layer.bias.map((value, filter) => value / (outputs?.[filter] ?? 1)) }
}

/** How a map is to be held. */
function formOf({ quantisation }: Rewriting, map: QuantisableMap): Omit<Levels, 'value'> {
  const scale = quantisation.scales.get(map.value)
  const factors = quantisation.factors.get(map.group)
  const means = quantisation.means.get(map.value)
  if (scale === undefined || factors?.length !== map.channels || (means && means.length !== map.channels)) {
    throw new Error(`The quantisation does not fit the network at ${map.value}.`)
  }
  // The largest level is what clips.
  if (255 * scale * Math.max(...factors) > map.highest * CLIP_TOLERANCE) {
    throw new Error(`The quantisation of ${map.value} reaches beyond the bound of ${map.highest}.`)
  }
  return { scale, zeroPoint: map.signed ? 128 : 0, factors, means }
}

function quantiseImage(rewriting: Rewriting): Levels {
  const { graph, levels } = rewriting
  const made = levels.get(graph.input)
  if (made) return made
  const image = { ...IMAGE, value: graph.node('QuantizeLinear', [graph.input, ...parametersOf(graph, IMAGE)]) }
  levels.set(graph.input, image)
  return image
}

/** Scale and zero point as constants. */
function parametersOf(graph: Graph, form: Omit<Levels, 'value'>): readonly ValueName[] {
  return [graph.floats(Float32Array.of(form.scale), []), graph.constant(Uint8Array.of(form.zeroPoint), [])]
}

/** Adds the node as it is. */
function addCopy(rewriting: Rewriting, node: Node): void {
  const inputs = node.inputs.map((input) => floatOf(rewriting, input))
  rewriting.floats.set(node.output, rewriting.graph.node(node.operator, inputs, node.attributes))
}

/** A value of the network, or a constant, in float32. */
function floatOf({ graph, network, levels, floats }: Rewriting, value: ValueName): ValueName {
  const known = floats.get(value)
  if (known !== undefined) return known
  const constant = network.constants.get(value)
  const map = levels.get(value)
  if (!constant && !map) throw new Error(`The network has no value ${value}.`)
  const float = constant ? graph.constant(constant.values, constant.shape) : dequantise(graph, map!)
  floats.set(value, float)
  return float
}

function dequantise(graph: Graph, map: Levels): ValueName {
  const channels = map.factors.length
  const scales = graph.floats(
    map.factors.map((factor) => factor * map.scale),
    [channels],
  )
  const zeroPoints = graph.constant(new Uint8Array(channels).fill(map.zeroPoint), [channels])
  return graph.node('DequantizeLinear', [map.value, scales, zeroPoints], { axis: 1 })
}
