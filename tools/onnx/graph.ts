/** A neural network as data: what an ONNX file says, as far as the networks here need it. */

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
