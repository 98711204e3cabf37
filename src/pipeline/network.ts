/** Numbers with a shape, row-major. */
export interface Tensor {
  readonly data: Float32Array
  readonly dims: readonly number[]
}

export type Outputs = ReadonlyMap<string, Tensor>

/** A network with one input, ready to run. */
export interface Network {
  /** A run in memory that later ones of the same dimensions use again. `input` holds an earlier one, to be written whole. */
  prepare(dims: readonly number[]): PreparedRun
}

/** A run that is to be filled and then finished, once. */
export interface PreparedRun {
  readonly input: Float32Array
  /** What `read` makes of the outputs holds no part of them: later runs write there. */
  finish<T>(read: (outputs: Outputs) => T): Promise<T>
}
