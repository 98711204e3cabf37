import { Kernel } from './kernel.js'

/** The kernel takes so many columns at once. */
const LANES = 16
const MOST_BYTE = 127
/** Of a vector of 4,096 numbers and less; longer ones are given fewer steps, so that no sum leaves 32 bits. */
const MOST_SHORT = 4095
const MOST_SUM = 2 ** 31 - 1

/** Numbers row by row, each row to eight bits with a scale of its own, to be multiplied again and again. */
export class Matrix {
  readonly #columns: number
  /** Steps of the vector's numbers, without their sign. */
  readonly #mostShort: number
  readonly #scales: Float32Array
  /** Holds the rows, room for a vector and for a product. */
  readonly #kernel = new Kernel()
  readonly #vectorAt: number
  readonly #outAt: number

  /** @param rows of `columns` numbers each; they are copied */
  constructor(rows: Float32Array, columns: number) {
    this.#columns = columns
    const count = rows.length / columns
    // Zeros at the end of a row change nothing.
    const width = Math.ceil(columns / LANES) * LANES
    this.#mostShort = Math.min(MOST_SHORT, Math.floor(MOST_SUM / (MOST_BYTE * width)))
    this.#vectorAt = count * width
    this.#outAt = this.#vectorAt + width * Int16Array.BYTES_PER_ELEMENT
    const { buffer } = this.#kernel.reserve(this.#outAt + count * Int32Array.BYTES_PER_ELEMENT)
    const bytes = new Int8Array(buffer)
    this.#scales = Float32Array.from({ length: count }, (_, row) => {
      const numbers = rows.subarray(row * columns, (row + 1) * columns)
      const scale = largestOf(numbers) / MOST_BYTE
      for (let i = 0; i < columns; i++) bytes[row * width + i] = Math.round(numbers[i]! / scale)
      return scale
    })
  }

  /** The dot product of each row with a vector. */
  times(vector: Float32Array): Float32Array {
    if (vector.length !== this.#columns) {
      throw new RangeError(`Expected a vector of ${this.#columns} numbers but received ${vector.length}`)
    }
    const count = this.#scales.length
    if (count === 0) return new Float32Array(0)
    const { buffer } = this.#kernel.reserve(0)
    const width = Math.ceil(this.#columns / LANES) * LANES
    const scale = largestOf(vector) / this.#mostShort
    const shorts = new Int16Array(buffer, this.#vectorAt, width)
    for (let i = 0; i < vector.length; i++) shorts[i] = Math.round(vector[i]! / scale)
    this.#kernel.multiply(0, width, count, this.#vectorAt, this.#outAt)
    const sums = new Int32Array(buffer, this.#outAt, count)
    return this.#scales.map((rowScale, row) => rowScale * scale * sums[row]!)
  }
}

/** The largest number without its sign; hardly anything where all are zero. */
function largestOf(values: Float32Array): number {
  let most = 1e-12
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!))
  return most
}
