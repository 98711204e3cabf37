/** Builds small networks by hand, for tests and benchmarks. */
import type {
  Attributes,
  Constant,
  ConstantValues,
  Named,
  Network,
  Node,
  Output,
  ValueName,
} from '../tools/onnx/graph.js'

/** A graph under construction. */
export interface Graph {
  readonly input: ValueName
  /** Adds a node with one output and returns the name of that. */
  node(operator: string, inputs: readonly ValueName[], attributes?: Attributes): ValueName
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
  const addNode = (operator: string, inputs: readonly ValueName[], attributes: Attributes = {}) => {
    const output = `v${nodes.length}`
    nodes.push({ operator, inputs, output, attributes })
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
    node: addNode,
    constant,
    floats: constant,
    integers: (values) => constant(BigInt64Array.from(values, BigInt), [values.length]),
    finish: (outputs) => ({ name, input, nodes: [...nodes], constants: new Map(constants), outputs }),
  }
}
