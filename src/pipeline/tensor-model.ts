/** Numbers with a shape, row-major. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

/** A neural network as its maker published it, ready to run: one input, and outputs by name in the order of its file. */
export interface TensorModel {
  run(input: Tensor): Promise<ReadonlyMap<string, Tensor>>
}
