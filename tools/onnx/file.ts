import protobuf from 'protobufjs'
import type { Attribute, Constant, ConstantValues, Named, Network, Node, Shape } from './graph.js'

/** What is read and written of onnx.proto (ONNX specification): names, numbers and types of the fields are its own. */
const SCHEMA = `
  syntax = "proto2";
  message Attribute {
    optional string name = 1; optional float f = 2; optional int64 i = 3; optional Tensor t = 5;
    repeated int64 ints = 8; optional int32 type = 20;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; optional string name = 3; optional string op_type = 4;
    repeated Attribute attribute = 5; optional string domain = 7;
  }
  message Tensor {
    repeated int64 dims = 1; optional int32 data_type = 2; optional string name = 8; optional bytes raw_data = 9;
  }
  message Dimension { optional int64 dim_value = 1; optional string dim_param = 2; }
  message Dimensions { repeated Dimension dim = 1; }
  message TensorType { optional int32 elem_type = 1; optional Dimensions shape = 2; }
  message Type { optional TensorType tensor_type = 1; }
  message Value { optional string name = 1; optional Type type = 2; }
  message Graph {
    repeated Node node = 1; optional string name = 2; repeated Tensor initializer = 5; repeated Value input = 11;
    repeated Value output = 12;
  }
  message OperatorSet { optional string domain = 1; optional int64 version = 2; }
  message Model {
    optional int64 ir_version = 1; optional string producer_name = 2; optional Graph graph = 7;
    repeated OperatorSet opset_import = 8;
  }`

const Model = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('Model')

interface AttributeMessage {
  readonly name: string
  readonly f?: number
  readonly i?: number
  readonly t?: TensorMessage
  readonly ints: readonly number[]
  readonly type: number
}
interface NodeMessage {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly name?: string
  readonly op_type: string
  readonly attribute: readonly AttributeMessage[]
  readonly domain?: string
}
interface TensorMessage {
  readonly dims: readonly number[]
  readonly data_type: number
  readonly name?: string
  readonly raw_data: Uint8Array
}
interface ValueMessage {
  readonly name: string
  readonly type: {
    readonly tensor_type: {
      readonly elem_type: number
      readonly shape: { readonly dim: readonly { readonly dim_value?: number; readonly dim_param?: string }[] }
    }
  }
}
interface ModelMessage {
  readonly graph: {
    readonly node: readonly NodeMessage[]
    readonly name: string
    readonly initializer: readonly TensorMessage[]
    readonly input: readonly ValueMessage[]
    readonly output: readonly ValueMessage[]
  }
}

const IR_VERSION = 8
/** Of what is written. What is read may be older, as long as its operators mean the same today. */
const OPSET_VERSION = 17

/** The numbers that the specification gives to types of attributes and of numbers. */
const ATTRIBUTE_TYPES = { float: 1, integer: 2, tensor: 4, integers: 7 } as const
const FLOAT = 1
const ARRAYS = { 1: Float32Array, 2: Uint8Array, 3: Int8Array, 6: Int32Array, 7: BigInt64Array } as const

/** The network of an ONNX file. Throws an Error for what {@link Network} cannot express. */
export function readOnnx(bytes: Uint8Array): Network {
  // Boundary code: the message has the fields of the schema above.
  const { graph } = Model.toObject(Model.decode(bytes), { longs: Number, arrays: true }) as ModelMessage
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', toConstant(tensor)]))
  const nodes: Node[] = []
  for (const message of graph.node) {
    const [output = '', ...others] = message.output
    if (others.length > 0) throw new Error(`Expected ${message.op_type} to have one output.`)
    const value = message.attribute.find(({ t }) => t)?.t
    if (message.op_type === 'Constant' && value) constants.set(output, toConstant(value))
    else nodes.push(toNode(message, output))
  }
  const [input, ...others] = graph.input.filter(({ name }) => !constants.has(name)).map(toNamed)
  if (!input || others.length > 0) throw new Error('Expected a network with one input.')
  const outputs = graph.output.map(toNamed).map((named) => ({ ...named, value: named.name }))
  return { name: graph.name, input, nodes, constants, outputs }
}

function toConstant({ dims, data_type, raw_data }: TensorMessage): Constant {
  const ArrayType = Object.entries(ARRAYS).find(([type]) => Number(type) === data_type)?.[1]
  if (!ArrayType) throw new Error(`Constants of the type ${data_type} are not supported.`)
  // A copy, so that numbers of several bytes are aligned.
  const values = new ArrayType(new Uint8Array(raw_data).buffer)
  if (values.length !== dims.reduce((product, side) => product * side, 1)) {
    throw new Error('Expected the numbers of constants as raw data.')
  }
  return { values, shape: dims }
}

function toNode({ input, op_type, domain, attribute }: NodeMessage, output: string): Node {
  if (domain) throw new Error(`The operator ${op_type} of ${domain} is not supported.`)
  const attributes = Object.fromEntries(attribute.map((message) => [message.name, toAttribute(message)]))
  return { operator: op_type, inputs: input, output, attributes }
}

function toAttribute({ name, type, f, i, ints }: AttributeMessage): Attribute {
  if (type === ATTRIBUTE_TYPES.float && f !== undefined) return { float: f }
  if (type === ATTRIBUTE_TYPES.integer && i !== undefined) return i
  if (type === ATTRIBUTE_TYPES.integers) return ints
  throw new Error(`The attribute ${name} of the type ${type} is not supported.`)
}

function toNamed({ name, type }: ValueMessage): Named {
  return { name, shape: type.tensor_type.shape.dim.map(({ dim_value, dim_param }) => dim_param ?? dim_value ?? '') }
}

/** The network as an ONNX file: the same bytes for the same network. */
export function writeOnnx({ name, input, nodes, constants, outputs }: Network): Uint8Array {
  const finalNames = new Map(outputs.map((output) => [output.value, output.name]))
  const rename = (value: string) => finalNames.get(value) ?? value
  return Model.encode(
    Model.fromObject({
      ir_version: IR_VERSION,
      producer_name: 'facecompare',
      graph: {
        name,
        node: nodes.map((node, i) => ({
          input: node.inputs.map(rename),
          output: [rename(node.output)],
          name: `${node.operator}${i}`,
          op_type: node.operator,
          attribute: Object.entries(node.attributes).map(([key, value]) => fromAttribute(key, value)),
        })),
        initializer: [...constants].map(([key, constant]) => fromConstant(key, constant)),
        input: [fromNamed(input.name, input.shape)],
        output: outputs.map((output) => fromNamed(output.name, output.shape)),
      },
      opset_import: [{ domain: '', version: OPSET_VERSION }],
    }),
  ).finish()
}

function fromAttribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE_TYPES.integer }
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE_TYPES.float }
  return { name, ints: value, type: ATTRIBUTE_TYPES.integers }
}

function fromConstant(name: string, { values, shape }: Constant): object {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return { name, dims: shape, data_type: typeOf(values), raw_data: bytes }
}

function typeOf(values: ConstantValues): number {
  return Number(Object.entries(ARRAYS).find(([, ArrayType]) => values instanceof ArrayType)?.[0])
}

function fromNamed(name: string, shape: Shape): ValueMessage {
  const dim = shape.map((side) => (typeof side === 'number' ? { dim_value: side } : { dim_param: side }))
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } }
}
