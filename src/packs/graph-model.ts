import { toArray, toObject, toText } from './json.js'
import {
  addClip,
  addConvolution,
  addMaxPool,
  addSum,
  addToBias,
  addZeroChannels,
  type Convolution,
  convolution,
  depthwiseConvolution,
  type FeatureMap,
  scaleOutput,
} from './layers.js'
import type { Graph } from './onnx-writer.js'
import { readWeights, type Weights, type WeightTensor, weightOf } from './weights.js'

/** A TensorFlow.js graph model (`modelTopology` and weights). */
export interface GraphModel {
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly weights: Weights
}

interface GraphNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
}

/** @param json the model's JSON file, parsed; @param bytes the weights beside it */
export function readGraphModel(json: unknown, bytes: Uint8Array): GraphModel {
  const file = toObject(json, 'the model')
  const topology = toObject(file.modelTopology, 'the topology of the model')
  const nodes = new Map<string, GraphNode>()
  for (const entry of toArray(topology.node, 'the nodes of the model')) {
    const node = toObject(entry, 'a node')
    nodes.set(toText(node.name, 'the name of a node'), {
      operator: toText(node.op, 'the operator of a node'),
      inputs: toArray(node.input ?? [], 'the inputs of a node').map((input) => toText(input, 'an input')),
      attributes: toObject(node.attr ?? {}, 'the attributes of a node'),
    })
  }
  return { nodes, weights: readWeights(file.weightsManifest, bytes) }
}

/** Translates nodes of a graph model on demand, so that what no output needs never enters the ONNX graph. */
export interface Translation {
  /** The map that a node computes. */
  map(node: string): FeatureMap
  /** A convolution node before it enters the graph, and what it works on. */
  convolution(node: string): { readonly input: FeatureMap; readonly layer: Convolution }
}

/** What a node computes, as far as it is not in the graph yet: linear steps are folded, clips narrowed. */
type Expression =
  | { readonly kind: 'map'; readonly map: FeatureMap }
  | { readonly kind: 'convolution'; readonly input: Expression; readonly layer: Convolution }
  | { readonly kind: 'clip'; readonly input: Expression; readonly low: number; readonly high: number }

interface Context {
  readonly graph: Graph
  readonly weights: Weights
  readonly source: Expression
  readonly adjustFirst: (layer: Convolution) => Convolution
  readonly express: (name: string) => Expression
  readonly emit: (expression: Expression) => FeatureMap
}

/**
 * @param input what the model's placeholder stands for
 * @param adjustFirst changes the convolutions that read the placeholder, to fold in the normalisation of the input
 */
export function translate(
  model: GraphModel,
  graph: Graph,
  input: FeatureMap,
  adjustFirst: (layer: Convolution) => Convolution,
): Translation {
  const expressions = new Map<string, Expression>()
  const maps = new Map<Expression, FeatureMap>()

  const express = (name: string): Expression => {
    const known = expressions.get(name)
    if (known) return known
    const node = model.nodes.get(name)
    if (!node) throw new Error(`The model has no node named ${name}.`)
    const expression = expressNode(node, context)
    expressions.set(name, expression)
    return expression
  }
  const emit = (expression: Expression): FeatureMap => {
    if (expression.kind === 'map') return expression.map
    const known = maps.get(expression)
    if (known) return known
    const from = emit(expression.input)
    const map =
      expression.kind === 'convolution'
        ? addConvolution(graph, from, expression.layer)
        : addClip(graph, from, expression.low, expression.high)
    maps.set(expression, map)
    return map
  }
  const source: Expression = { kind: 'map', map: input }
  const context: Context = { graph, weights: model.weights, source, adjustFirst, express, emit }

  return {
    map: (name) => emit(express(name)),
    convolution(name) {
      const expression = express(name)
      if (expression.kind !== 'convolution') throw new Error(`The node ${name} is not a convolution.`)
      return { input: emit(expression.input), layer: expression.layer }
    },
  }
}

function expressNode(node: GraphNode, context: Context): Expression {
  const { graph, weights, express, emit } = context
  const [first = '', second = ''] = node.inputs
  switch (node.operator) {
    case 'Placeholder':
      return context.source
    case 'Conv2D':
    case '_FusedConv2D':
    case 'DepthwiseConv2dNative':
      return expressConvolution(node, context)
    case 'Mul':
      return fold(express(first), (layer) => scaleOutput(layer, weightOf(weights, second).values))
    case 'Add':
    case 'AddV2': {
      const offsets = weights.get(second)
      if (offsets) return fold(express(first), (layer) => addToBias(layer, offsets.values))
      return { kind: 'map', map: addSum(graph, emit(express(first)), emit(express(second))) }
    }
    case 'Relu':
      return clip(express(first), 0, Number.POSITIVE_INFINITY)
    case 'Minimum':
      return clip(express(first), Number.NEGATIVE_INFINITY, scalarOf(weightOf(weights, second)))
    case 'Maximum':
      return clip(express(first), scalarOf(weightOf(weights, second)), Number.POSITIVE_INFINITY)
    case 'MaxPool': {
      const [side, stride] = [spatialSize(node, 'ksize'), spatialSize(node, 'strides')]
      const pooled = addMaxPool(graph, emit(express(first)), side, stride, paddingOf(node))
      return { kind: 'map', map: keepBlocked(graph, pooled) }
    }
    case 'Pad':
      return { kind: 'map', map: padChannels(graph, emit(express(first)), weightOf(weights, second)) }
    default:
      throw new Error(`The operator ${node.operator} is not supported.`)
  }
}

function expressConvolution(node: GraphNode, context: Context): Expression {
  const input = context.express(node.inputs[0] ?? '')
  const layer = layerOf(node, context.weights)
  const adjusted = input === context.source ? context.adjustFirst(layer) : layer
  const expression: Expression = { kind: 'convolution', input, layer: adjusted }
  return fusedOperators(node).includes('Relu') ? clip(expression, 0, Number.POSITIVE_INFINITY) : expression
}

function fold(expression: Expression, change: (layer: Convolution) => Convolution): Expression {
  if (expression.kind !== 'convolution') throw new Error('Constants can be multiplied and added to convolutions only.')
  return { ...expression, layer: change(expression.layer) }
}

function clip(input: Expression, low: number, high: number): Expression {
  if (input.kind !== 'clip') return { kind: 'clip', input, low, high }
  const clamp = (bound: number) => Math.min(Math.max(bound, low), high)
  return { kind: 'clip', input: input.input, low: clamp(input.low), high: clamp(input.high) }
}

function layerOf(node: GraphNode, weights: Weights): Convolution {
  const [, filters = '', bias] = node.inputs
  const options = {
    stride: spatialSize(node, 'strides'),
    padding: paddingOf(node),
    ...(bias === undefined ? {} : { bias: weightOf(weights, bias).values }),
  }
  if (spatialSize(node, 'dilations') !== 1) throw new Error('Dilated convolutions are not supported.')
  const build = node.operator === 'DepthwiseConv2dNative' ? depthwiseConvolution : convolution
  return build(weightOf(weights, filters), options)
}

/** Only zeros after the last channel: `paddings` is `[[0, 0], [0, 0], [0, 0], [0, n]]` (NHWC). */
function padChannels(graph: Graph, input: FeatureMap, paddings: WeightTensor): FeatureMap {
  const added = paddings.values[7] ?? 0
  if (paddings.values.some((value, index) => index !== 7 && value !== 0)) {
    throw new Error('Only the end of the channels can be padded.')
  }
  return addZeroChannels(graph, input, input.channels + added)
}

/** ONNX Runtime's blocked layout takes 16 channels at once on processors with AVX-512. */
const BLOCK_CHANNELS = 16

/**
 * The same map from a convolution with an identity matrix where its channels do not fill whole blocks. Such a map leaves the
 * blocked layout, and additions to it, and to their sums in turn, would have to leave it as well; what a convolution yields
 * stays in it.
 */
function keepBlocked(graph: Graph, map: FeatureMap): FeatureMap {
  return map.channels % BLOCK_CHANNELS === 0 ? map : addZeroChannels(graph, map, map.channels)
}

function scalarOf(tensor: WeightTensor): number {
  const [value] = tensor.values
  if (value === undefined || tensor.values.length !== 1) throw new Error('Expected a bound to be one number.')
  return value
}

/** An attribute such as `strides`: `[1, n, n, 1]`. */
function spatialSize(node: GraphNode, attribute: string): number {
  const list = toObject(toObject(node.attributes[attribute], attribute).list, attribute)
  const [, height, width] = toArray(list.i, attribute).map(Number)
  if (height === undefined || height !== width) throw new Error(`Expected ${attribute} to be square.`)
  return height
}

function paddingOf(node: GraphNode): 'SAME' | 'VALID' {
  const padding = decodeText(toObject(node.attributes.padding, 'padding').s)
  if (padding === 'SAME' || padding === 'VALID') return padding
  throw new Error(`The padding ${padding} is not supported.`)
}

function fusedOperators(node: GraphNode): readonly string[] {
  if (node.attributes.fused_ops === undefined) return []
  const list = toObject(toObject(node.attributes.fused_ops, 'fused_ops').list, 'fused_ops')
  const operators = toArray(list.s, 'fused_ops').map(decodeText)
  const unknown = operators.find((operator) => operator !== 'BiasAdd' && operator !== 'Relu')
  if (unknown !== undefined) throw new Error(`The fused operator ${unknown} is not supported.`)
  return operators
}

function decodeText(value: unknown): string {
  return Buffer.from(toText(value, 'an attribute'), 'base64').toString('latin1')
}
