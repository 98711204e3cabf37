import { Kernel } from './kernel.js'

/** The kernel takes so many columns at once. */
const LANES = 8
const BYTES = Float32Array.BYTES_PER_ELEMENT

/** Numbers row by row, to be multiplied again and again. */
export class Matrix {
  readonly #columns: number
  readonly #count: number
  /** Holds the rows, room for a vector and for a product. */
  readonly #kernel = new Kernel()
  readonly #vectorAt: number

  /** @param rows of `columns` numbers each; they are copied */
  constructor(rows: Float32Array, columns: number) {
    this.#columns = columns
    this.#count = rows.length / columns
    // Zeros at the end of a row change nothing.
    const width = Math.ceil(columns / LANES) * LANES
    this.#vectorAt = this.#count * width * BYTES
    const memory = new Float32Array(this.#kernel.reserve(this.#vectorAt + (width + this.#count) * BYTES).buffer)
    for (let row = 0; row < this.#count; row++) {
      memory.set(rows.subarray(row * columns, (row + 1) * columns), row * width)
    }
  }

  /** The dot product of each row with a vector. */
  times(vector: Float32Array): Float32Array {
    if (vector.length !== this.#columns) {
      throw new RangeError(`Expected a vector of ${this.#columns} numbers but received ${vector.length}`)
    }
    if (this.#count === 0) return new Float32Array(0)
    const { buffer } = this.#kernel.reserve(0)
    const width = Math.ceil(this.#columns / LANES) * LANES
    const outAt = this.#vectorAt + width * BYTES
    new Float32Array(buffer, this.#vectorAt).set(vector)
    this.#kernel.multiply(0, width, this.#count, this.#vectorAt, outAt)
    return new Float32Array(buffer, outAt, this.#count).slice()
  }
}
