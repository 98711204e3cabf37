/** Changes of networks that leave what they compute as it is, or say in their names what they change. */
import type { Constant, Network, Node, Output, ValueName } from './graph.js'

/** The numbers of a float32 constant. Throws where there is none of that name. */
function floatsOf({ constants }: Pick<Network, 'constants'>, name: ValueName | undefined): Float32Array {
  const values = constants.get(name ?? '')?.values
  if (!(values instanceof Float32Array)) throw new Error(`Expected ${name} to be a constant of float32.`)
  return values
}

/** The network up to these outputs, without what they do not need; nodes in their old order. */
export function cutTo(network: Network, outputs: readonly Output[]): Network {
  const makers = new Map(network.nodes.map((node) => [node.output, node]))
  const needed = new Set<ValueName>()
  const need = (value: ValueName): void => {
    if (needed.has(value)) return
    needed.add(value)
    for (const input of makers.get(value)?.inputs ?? []) need(input)
  }
  for (const { value } of outputs) need(value)
  return {
    ...network,
    nodes: network.nodes.filter(({ output }) => needed.has(output)),
    constants: new Map([...network.constants].filter(([name]) => needed.has(name))),
    outputs,
  }
}

/** The network with other values in some constants, and new ones. */
export function withConstants(network: Network, changed: Iterable<readonly [ValueName, Constant]>): Network {
  return { ...network, constants: new Map([...network.constants, ...changed]) }
}

/** How a network's maker feeds it: `(pixel - mean) * scale`, pixels 0..255, the same for all channels. */
export interface Feeding {
  readonly channels: 'rgb' | 'bgr' | 'grey'
  readonly mean: number
  readonly scale: number
}

/** Weights of red, green and blue in grey (ITU-R BT.601, as OpenCV converts). */
const GREY = [0.299, 0.587, 0.114]

/**
 * The network for planar RGB of 0..255, batches of any size: what its maker did to the pixels becomes a part of it. The mean
 * is subtracted by a node of its own, because its first convolution pads with zeros after that; everything else goes into
 * the weights of that convolution.
 */
export function takeRgb(network: Network, { channels, mean, scale }: Feeding, [height, width]: Sides): Network {
  const [first, ...others] = network.nodes.filter(({ inputs }) => inputs.includes(network.input.name))
  if (first?.operator !== 'Conv' || others.length > 0) throw new Error('Expected one convolution to read the input.')
  const name = first.inputs[1] ?? ''
  const filters = floatsOf(network, name)
  const [count = 0, depth = 0, rows = 0, columns = 0] = network.constants.get(name)?.shape ?? []
  const size = rows * columns
  const values = new Float32Array(count * 3 * size)
  for (let i = 0; i < values.length; i++) {
    const [filter, channel, k] = [Math.floor(i / (3 * size)), Math.floor(i / size) % 3, i % size]
    const from = channels === 'grey' ? 0 : channels === 'bgr' ? 2 - channel : channel
    values[i] = filters[(filter * depth + from) * size + k]! * scale * (channels === 'grey' ? GREY[channel]! : 1)
  }
  const centred = 'centred'
  const nodes = network.nodes.map((node) =>
    node === first ? { ...node, inputs: [centred, ...node.inputs.slice(1)] } : node,
  )
  const subtract: Node = { operator: 'Sub', inputs: ['input', 'mean'], output: centred, attributes: {} }
  const rewritten = {
    ...network,
    input: { name: 'input', shape: ['N', 3, height, width] },
    nodes: mean === 0 ? nodes.map((node) => renameInput(node, centred, 'input')) : [subtract, ...nodes],
  }
  return withConstants(rewritten, [
    [name, { values, shape: [count, 3, rows, columns] }],
    ...(mean === 0 ? [] : [['mean', { values: Float32Array.of(mean), shape: [1, 1, 1, 1] }] as const]),
  ])
}

type Sides = readonly [height: number | string, width: number | string]

function renameInput(node: Node, from: ValueName, to: ValueName): Node {
  return { ...node, inputs: node.inputs.map((input) => (input === from ? to : input)) }
}

/** Slopes nearer to 1 are taken for that: what is scaled by the difference must not lose its digits. */
const LEAST_BEND = 1e-3

/**
 * The network with each PRelu as a Relu and a sum, which ONNX Runtime computes in the layout of its convolutions; PRelu makes
 * it leave that twice. For a slope `a` the convolution before is scaled to `u = -(1 - a) x`, and `a`'s channel becomes
 * `relu(u) + k u` with `k = -1 / (1 - a)`: x where x is positive, a x where it is not. A slope above 1 gives the negative of
 * that (`u = (a - 1) x`, `k = -a / (a - 1)`), whose sign the convolutions behind take over. Throws where that would change
 * what the network computes: the convolutions must be two-dimensional, and nothing else may read what is scaled.
 */
export function rewritePRelus(network: Network): Network {
  const rewritten = network.nodes.filter(({ operator }) => operator === 'PRelu').reduce(rewritePRelu, network)
  return cutTo(rewritten, network.outputs)
}

function rewritePRelu(network: Network, prelu: Node): Network {
  const [x = ''] = prelu.inputs
  const before = network.nodes.find(({ output }) => output === x)
  if (before?.operator !== 'Conv') throw new Error('Expected a convolution before each PRelu.')
  if (countReaders(network, x) > 1) throw new Error(`Expected ${x} to be read by its PRelu alone.`)
  const slopes = slopesOf(network, prelu, filtersOf(network, before).count)
  const bends = slopes.map((slope) => Math.max(LEAST_BEND, Math.abs(1 - slope)))
  const signs = slopes.map((slope) => (slope > 1 ? -1 : 1))
  const factors = bends.map((bend, channel) => -signs[channel]! * bend)
  const k = bends.map((bend, channel) => -(signs[channel]! > 0 ? 1 : slopes[channel]!) / bend)
  const [relu, scaled] = [`${prelu.output} relu`, `${prelu.output} scaled`]
  const attributes = { group: k.length, kernel_shape: [1, 1] }
  const nodes: readonly Node[] = [
    { operator: 'Relu', inputs: [x], output: relu, attributes: {} },
    { operator: 'Conv', inputs: [x, `${scaled} by`], output: scaled, attributes },
    { operator: 'Add', inputs: [scaled, relu], output: prelu.output, attributes: {} },
  ]
  const turned = signs.includes(-1) ? convolutionsBehind(network, prelu) : []
  return withConstants({ ...network, nodes: network.nodes.flatMap((node) => (node === prelu ? nodes : node)) }, [
    ...scaleFilters(network, before, factors),
    ...turned.flatMap((node) => scaleInputs(network, node, signs)),
    [`${scaled} by`, { values: k, shape: [k.length, 1, 1, 1] }],
  ])
}

/** How often a value is read, as an output of the network too. */
function countReaders({ nodes, outputs }: Network, value: ValueName): number {
  const read = [...nodes.flatMap(({ inputs }) => inputs), ...outputs.map((output) => output.value)]
  return read.filter((name) => name === value).length
}

/** One slope a channel. A file may have one for all, or one for each place, which cannot be rewritten so. */
function slopesOf(network: Network, { inputs: [, name] }: Node, channels: number): Float32Array {
  const slopes = floatsOf(network, name)
  if (slopes.length === 1) return new Float32Array(channels).fill(slopes[0]!)
  // Aligned at the last side, as ONNX broadcasts: a list without the two sides of the map would run along its columns.
  const sides = (network.constants.get(name ?? '')?.shape ?? []).slice(-3)
  if (slopes.length !== channels || sides.join() !== `${channels},1,1`) {
    throw new Error(`Expected ${name} to be one slope, or one for each of ${channels} channels.`)
  }
  return slopes
}

/** Those that take over a sign: all that read it. */
function convolutionsBehind(network: Network, { output }: Node): readonly Node[] {
  const behind = network.nodes.filter(({ operator, inputs }) => operator === 'Conv' && inputs[0] === output)
  if (behind.length !== countReaders(network, output)) {
    throw new Error('Expected nothing but convolutions behind a PRelu with a slope above 1.')
  }
  return behind
}

interface Filters {
  readonly name: ValueName
  readonly values: Float32Array
  readonly shape: readonly number[]
  readonly count: number
  /** Of channels that one filter reads. */
  readonly depth: number
}

function filtersOf(network: Network, { inputs: [, name = ''] }: Node): Filters {
  const values = ownFloats(network, name)
  const shape = network.constants.get(name)?.shape ?? []
  const [count = 0, depth = 0] = shape
  if (shape.length !== 4) throw new Error(`Expected ${name} to be filters of two dimensions.`)
  return { name, values, shape, count, depth }
}

/** The numbers of a constant that is to be changed. */
function ownFloats(network: Network, name: ValueName): Float32Array {
  if (countReaders(network, name) > 1) throw new Error(`Expected ${name} to be read once.`)
  return floatsOf(network, name)
}

function scaleFilters(network: Network, conv: Node, factors: Float32Array): (readonly [ValueName, Constant])[] {
  return conv.inputs.slice(1).map((name) => {
    const values = ownFloats(network, name)
    const perFilter = values.length / factors.length
    const scaled = values.map((value, i) => value * factors[Math.floor(i / perFilter)]!)
    return [name, { values: scaled, shape: network.constants.get(name)?.shape ?? [] }]
  })
}

function scaleInputs(network: Network, conv: Node, factors: Float32Array): (readonly [ValueName, Constant])[] {
  const { name, values, shape, count, depth } = filtersOf(network, conv)
  const perFilter = values.length / count
  const size = perFilter / depth
  // The filters of a group read the channels of that group alone.
  const filtersPerGroup = (count * depth) / factors.length
  const scaled = values.map((value, i) => {
    const group = Math.floor(Math.floor(i / perFilter) / filtersPerGroup)
    return value * factors[group * depth + (Math.floor(i / size) % depth)]!
  })
  return [[name, { values: scaled, shape }]]
}
