/**
 * Writes ONNX files (opset 17): a graph is collected node by node and serialised as protobuf. Only what the networks
 * here need is covered: constants of a few types, and attributes that are integers, lists of integers or floats.
 * Field numbers and enum values are those of onnx.proto3 in the ONNX specification (IR version 8).
 */

const IR_VERSION = 8
const OPSET_VERSION = 17
/** ONNX Runtime's own operators. */
const MICROSOFT = 'com.microsoft'
const MICROSOFT_VERSION = 1

/** A value of the graph: the name of an input, a constant, or an output of a node. */
export type ValueName = string

/** An attribute of a node: an integer, a list of integers, or (wrapped, since JavaScript has one number type) a float. */
export type Attribute = number | readonly number[] | { readonly float: number }

export type Attributes = Readonly<Record<string, Attribute>>

/** The shape of an input or output; a word stands for a size that is known at run time only. */
export type Shape = readonly (number | string)[]

/** The array says the type of a constant's numbers. */
export type ConstantValues = Float32Array | Uint8Array | Int8Array | Int32Array | BigInt64Array

export interface Named {
  readonly name: string
  readonly shape: Shape
}

export interface Node {
  readonly operator: string
  readonly domain: '' | typeof MICROSOFT
  readonly inputs: readonly ValueName[]
  readonly output: ValueName
  readonly attributes: Attributes
}

/** Row-major. An empty shape is a scalar. */
export interface Constant {
  readonly values: ConstantValues
  readonly shape: readonly number[]
}

/** `value` is the node's output that carries the data. */
export interface Output extends Named {
  readonly value: ValueName
}

/** A finished graph with one float32 input and float32 outputs, its nodes in an order in which they can run. */
export interface Network {
  readonly name: string
  readonly input: Named
  readonly nodes: readonly Node[]
  readonly constants: ReadonlyMap<ValueName, Constant>
  readonly outputs: readonly Output[]
}

/** A graph under construction. */
export interface Graph {
  readonly input: ValueName
  /** Adds a node with one output and returns the name of that. */
  node(operator: string, inputs: readonly ValueName[], attributes?: Attributes): ValueName
  /** Adds a node of one of ONNX Runtime's own operators. */
  microsoftNode(operator: string, inputs: readonly ValueName[], attributes?: Attributes): ValueName
  /** Adds a constant of the type that the array has, row-major. An empty shape is a scalar. */
  constant(values: ConstantValues, shape: readonly number[]): ValueName
  /** Adds a float32 constant, row-major. An empty shape is a scalar. */
  floats(values: Float32Array, shape: readonly number[]): ValueName
  /** Adds a one-dimensional int64 constant. */
  integers(values: readonly number[]): ValueName
  /** What has been collected so far, as data. */
  finish(outputs: readonly Output[]): Network
}

/** Starts a graph with one float32 input. */
export function createGraph(name: string, input: Named): Graph {
  const nodes: Node[] = []
  const constants = new Map<ValueName, Constant>()
  const addNode = (domain: Node['domain'], operator: string, inputs: readonly ValueName[], attributes: Attributes) => {
    const output = `v${nodes.length}`
    nodes.push({ operator, domain, inputs, output, attributes })
    return output
  }
  const constant = (values: ConstantValues, shape: readonly number[]): ValueName => {
    const size = shape.reduce((product, side) => product * side, 1)
    if (size !== values.length) {
      throw new Error(`Expected ${size} numbers for a constant but received ${values.length}.`)
    }
    const key = `c${constants.size}`
    constants.set(key, { values, shape })
    return key
  }
  return {
    input: input.name,
    node: (operator, inputs, attributes = {}) => addNode('', operator, inputs, attributes),
    microsoftNode: (operator, inputs, attributes = {}) => addNode(MICROSOFT, operator, inputs, attributes),
    constant,
    floats: constant,
    integers: (values) => constant(BigInt64Array.from(values, BigInt), [values.length]),
    finish: (outputs) => ({ name, input, nodes: [...nodes], constants: new Map(constants), outputs }),
  }
}

/** The network as an ONNX file. */
export function serialiseNetwork(network: Network): Uint8Array {
  const { name, input, nodes, constants, outputs } = network
  const finalNames = new Map(outputs.map((output) => [output.value, output.name]))
  const rename = (value: ValueName) => finalNames.get(value) ?? value
  const graph = concat([
    ...nodes.map((node, index) => messageField(1, nodeMessage(node, index, rename))),
    textField(2, name),
    ...[...constants].map(([key, constant]) => messageField(5, tensor(key, constant))),
    messageField(11, valueInfo(input)),
    ...outputs.map((output) => messageField(12, valueInfo(output))),
  ])
  const domains = new Set(nodes.map((node) => node.domain))
  return join(
    concat([
      integerField(1, IR_VERSION),
      textField(2, 'facecompare'),
      messageField(7, graph),
      messageField(8, operatorSet('', OPSET_VERSION)),
      ...(domains.has(MICROSOFT) ? [messageField(8, operatorSet(MICROSOFT, MICROSOFT_VERSION))] : []),
    ]),
  )
}

function operatorSet(domain: string, version: number): Bytes {
  return concat([textField(1, domain), integerField(2, version)])
}

function nodeMessage(node: Node, index: number, rename: (value: ValueName) => string): Bytes {
  return concat([
    ...node.inputs.map((input) => textField(1, rename(input))),
    textField(2, rename(node.output)),
    textField(3, `${node.operator}${index}`),
    textField(4, node.operator),
    ...(node.domain === '' ? [] : [textField(7, node.domain)]),
    ...Object.entries(node.attributes).map(([name, value]) => messageField(5, attribute(name, value))),
  ])
}

function attribute(name: string, value: Attribute): Bytes {
  const type = (code: number) => integerField(20, code)
  if (typeof value === 'number') return concat([textField(1, name), integerField(3, value), type(2)])
  if ('float' in value) return concat([textField(1, name), floatField(2, value.float), type(1)])
  return concat([textField(1, name), ...value.map((item) => integerField(8, item)), type(7)])
}

function tensor(name: string, { values, shape }: Constant): Bytes {
  return concat([
    ...shape.map((side) => integerField(1, side)),
    integerField(2, typeOf(values)),
    textField(8, name),
    bytesField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ])
}

const FLOAT = 1

function typeOf(values: ConstantValues): number {
  if (values instanceof Float32Array) return FLOAT
  if (values instanceof Uint8Array) return 2
  if (values instanceof Int8Array) return 3
  if (values instanceof Int32Array) return 6
  return 7
}

function valueInfo(value: Named): Bytes {
  const sides = value.shape.map((side) =>
    messageField(1, typeof side === 'number' ? integerField(1, side) : textField(2, side)),
  )
  const tensorType = concat([integerField(1, FLOAT), messageField(2, concat(sides))])
  return concat([textField(1, value.name), messageField(2, messageField(1, tensorType))])
}

/**
 * Protobuf, as a list of pieces, so that megabytes of weights are copied only once, at the end.
 * Numbers in raw data are little-endian, as on every machine that ONNX Runtime is published for.
 */
interface Bytes {
  readonly pieces: readonly Uint8Array[]
  readonly length: number
}

const WIRE_VARINT = 0
const WIRE_LENGTH = 2
const WIRE_32_BIT = 5

function piece(bytes: Uint8Array): Bytes {
  return { pieces: [bytes], length: bytes.length }
}

function concat(parts: readonly Bytes[]): Bytes {
  return {
    pieces: parts.flatMap((part) => part.pieces),
    length: parts.reduce((sum, part) => sum + part.length, 0),
  }
}

function join(bytes: Bytes): Uint8Array {
  const joined = new Uint8Array(bytes.length)
  let offset = 0
  for (const part of bytes.pieces) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** A varint; negative numbers are ten bytes of two's complement, as protobuf wants for int64. */
function varint(value: number): Bytes {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return piece(Uint8Array.from(bytes))
}

function integerField(field: number, value: number): Bytes {
  return concat([varint((field << 3) | WIRE_VARINT), varint(value)])
}

function floatField(field: number, value: number): Bytes {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return concat([varint((field << 3) | WIRE_32_BIT), piece(bytes)])
}

function bytesField(field: number, bytes: Uint8Array): Bytes {
  return messageField(field, piece(bytes))
}

function textField(field: number, text: string): Bytes {
  return bytesField(field, new TextEncoder().encode(text))
}

function messageField(field: number, message: Bytes): Bytes {
  return concat([varint((field << 3) | WIRE_LENGTH), varint(message.length), message])
}
