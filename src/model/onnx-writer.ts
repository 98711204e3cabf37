/**
 * Writes ONNX files (opset 17): a graph is collected node by node and serialised as protobuf. Only what the networks
 * here need is covered: float32 and int64 constants, and attributes that are integers, lists of integers or floats.
 * Field numbers and enum values are those of onnx.proto3 in the ONNX specification (IR version 8).
 */

const IR_VERSION = 8
const OPSET_VERSION = 17
const FLOAT = 1
const INT64 = 7

/** A value of the graph: the name of an input, a constant, or an output of a node. */
export type ValueName = string

/** An attribute of a node: an integer, a list of integers, or (wrapped, since JavaScript has one number type) a float. */
export type Attribute = number | readonly number[] | { readonly float: number }

/** The shape of an input or output; a word stands for a size that is known at run time only. */
export type Shape = readonly (number | string)[]

interface Named {
  readonly name: string
  readonly shape: Shape
}

interface Node {
  readonly operator: string
  readonly inputs: readonly ValueName[]
  readonly output: ValueName
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** A graph under construction. */
export interface Graph {
  readonly input: ValueName
  /** Adds a node with one output and returns the name of that. */
  node(operator: string, inputs: readonly ValueName[], attributes?: Readonly<Record<string, Attribute>>): ValueName
  /** Adds a float32 constant, row-major. An empty shape is a scalar. */
  floats(values: Float32Array, shape: readonly number[]): ValueName
  /** Adds a one-dimensional int64 constant. */
  integers(values: readonly number[]): ValueName
  /** The finished file. `value` of an output is the node's output that carries its data. */
  serialise(outputs: readonly (Named & { readonly value: ValueName })[]): Uint8Array
}

/** Starts a graph with one float32 input. */
export function createGraph(name: string, input: Named): Graph {
  const nodes: Node[] = []
  const constants: Bytes[] = []
  const addConstant = (type: number, shape: readonly number[], data: Uint8Array): ValueName => {
    const constant = `c${constants.length}`
    constants.push(tensor(constant, type, shape, data))
    return constant
  }
  return {
    input: input.name,
    node(operator, inputs, attributes = {}) {
      const output = `v${nodes.length}`
      nodes.push({ operator, inputs, output, attributes })
      return output
    },
    floats(values, shape) {
      const size = shape.reduce((product, side) => product * side, 1)
      if (size !== values.length)
        throw new Error(`Expected ${size} numbers for a constant but received ${values.length}.`)
      return addConstant(FLOAT, shape, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    },
    integers(values) {
      return addConstant(INT64, [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer))
    },
    serialise(outputs) {
      const finalNames = new Map(outputs.map((output) => [output.value, output.name]))
      return join(model(name, input, nodes, constants, outputs, (value) => finalNames.get(value) ?? value))
    },
  }
}

function model(
  name: string,
  input: Named,
  nodes: readonly Node[],
  constants: readonly Bytes[],
  outputs: readonly Named[],
  rename: (value: ValueName) => string,
): Bytes {
  const graph = concat([
    ...nodes.map((node, index) => messageField(1, nodeMessage(node, index, rename))),
    textField(2, name),
    ...constants.map((constant) => messageField(5, constant)),
    messageField(11, valueInfo(input)),
    ...outputs.map((output) => messageField(12, valueInfo(output))),
  ])
  return concat([
    integerField(1, IR_VERSION),
    textField(2, 'facecompare'),
    messageField(7, graph),
    messageField(8, concat([textField(1, ''), integerField(2, OPSET_VERSION)])),
  ])
}

function nodeMessage(node: Node, index: number, rename: (value: ValueName) => string): Bytes {
  return concat([
    ...node.inputs.map((input) => textField(1, rename(input))),
    textField(2, rename(node.output)),
    textField(3, `${node.operator}${index}`),
    textField(4, node.operator),
    ...Object.entries(node.attributes).map(([name, value]) => messageField(5, attribute(name, value))),
  ])
}

function attribute(name: string, value: Attribute): Bytes {
  const type = (code: number) => integerField(20, code)
  if (typeof value === 'number') return concat([textField(1, name), integerField(3, value), type(2)])
  if ('float' in value) return concat([textField(1, name), floatField(2, value.float), type(1)])
  return concat([textField(1, name), ...value.map((item) => integerField(8, item)), type(7)])
}

function tensor(name: string, type: number, shape: readonly number[], data: Uint8Array): Bytes {
  return concat([
    ...shape.map((side) => integerField(1, side)),
    integerField(2, type),
    textField(8, name),
    bytesField(9, data),
  ])
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
