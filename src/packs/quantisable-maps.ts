import type { Network, Node, ValueName } from './onnx-writer.js'

/** A map of a network that can be held in eight bits: what a convolution or an addition yields, rectified if it is. */
export interface QuantisableMap {
  /** Its name in the network: that of the rectified map if it is rectified. */
  readonly value: ValueName
  /** The convolution or addition that makes it. */
  readonly maker: Node
  readonly channels: number
  /** Whether it has negative numbers. */
  readonly signed: boolean
  /** No number of it is larger. */
  readonly highest: number
  /** Maps of one group are added or pooled into each other, so that their channels must be scaled alike. */
  readonly group: ValueName
}

/** The maps of a network by name, in the order in which they are made. */
export function findQuantisableMaps(network: Network): ReadonlyMap<ValueName, QuantisableMap> {
  const finals = finalValues(network)
  const groups = createGroups()
  const found = new Map<ValueName, Omit<QuantisableMap, 'group'>>()
  const channelsOf = new Map<ValueName, number>()
  const unsigned = new Set<ValueName>()
  for (const node of network.nodes) {
    const { value, rectifier } = finals.get(node.output) ?? { value: node.output, rectifier: undefined }
    const [first = '', second = ''] = node.inputs
    const channels = node.operator === 'Conv' ? network.constants.get(second)?.shape[0] : channelsOf.get(first)
    if (channels === undefined) continue
    channelsOf.set(node.output, channels)
    channelsOf.set(value, channels)
    if (node.operator === 'Conv' || node.operator === 'Add') {
      if (rectifier || (unsigned.has(first) && hasOnlyPositiveWeights(network, node))) unsigned.add(value)
      const highest = rectifier ? upperBound(network, rectifier) : Number.POSITIVE_INFINITY
      found.set(value, { value, maker: node, channels, signed: !unsigned.has(value), highest })
    }
    if (node.operator === 'Add') groups.join(value, first, second)
    if (node.operator === 'MaxPool' || node.operator === 'AveragePool') {
      groups.join(value, first)
      if (unsigned.has(first)) unsigned.add(value)
    }
  }
  return new Map([...found].map(([value, map]) => [value, { ...map, group: groups.nameOf(value) }]))
}

/** For each convolution and addition that only a Relu or Clip reads: that, and its output. */
function finalValues(network: Network) {
  const readers = new Map<ValueName, Node[]>()
  for (const node of network.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node])
  }
  const outputs = new Set(network.outputs.map((output) => output.value))
  const finals = new Map<ValueName, { readonly value: ValueName; readonly rectifier: Node }>()
  for (const node of network.nodes) {
    const [reader, ...others] = readers.get(node.output) ?? []
    if (!reader || others.length > 0 || outputs.has(node.output)) continue
    if (isRectifier(network, reader)) finals.set(node.output, { value: reader.output, rectifier: reader })
  }
  return finals
}

/** Whether the node is a convolution that makes nothing negative of what is not; such as one that adds channels of zeros. */
function hasOnlyPositiveWeights(network: Network, node: Node): boolean {
  if (node.operator !== 'Conv') return false
  return node.inputs
    .slice(1)
    .every((input) => network.constants.get(input)?.values.every((value: number | bigint) => value >= 0))
}

/** Whether the node yields nothing below 0. */
function isRectifier(network: Network, node: Node): boolean {
  return node.operator === 'Relu' || (node.operator === 'Clip' && boundOf(network, node, 1) === 0)
}

function upperBound(network: Network, node: Node): number {
  return node.operator === 'Clip' ? boundOf(network, node, 2) : Number.POSITIVE_INFINITY
}

function boundOf(network: Network, node: Node, position: 1 | 2): number {
  return Number(network.constants.get(node.inputs[position] ?? '')?.values[0])
}

function createGroups() {
  const parents = new Map<ValueName, ValueName>()
  const nameOf = (value: ValueName): ValueName => {
    const parent = parents.get(value)
    return parent === undefined ? value : nameOf(parent)
  }
  return {
    nameOf,
    join(first: ValueName, ...others: readonly ValueName[]) {
      for (const other of others) if (nameOf(other) !== nameOf(first)) parents.set(nameOf(other), nameOf(first))
    },
  }
}
