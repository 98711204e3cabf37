import { Kernel } from './kernel.js'

/** The kernel takes so many columns at once. */
const LANES = 16
/** The numbers of a row go from the negative of it to it. */
export const MOST_BYTE = 127
/** Of a vector of 4,096 numbers and less; longer ones are given fewer steps, so that no sum leaves 32 bits. */
const MOST_SHORT = 4095
const MOST_SUM = 2 ** 31 - 1

/** Numbers row by row, each row to eight bits with a scale of its own: row `r` is `scales[r]` times its bytes. */
export interface ByteRows {
  readonly columns: number
  readonly scales: Float32Array
  /** Of `scales.length * columns`. */
  readonly bytes: Int8Array
}

/** @param rows each of `columns` numbers */
export function toByteRows(rows: readonly Float32Array[], columns: number): ByteRows {
  const scales = Float32Array.from(rows, (row) => largestOf(row) / MOST_BYTE)
  const bytes = new Int8Array(rows.length * columns)
  for (const [r, row] of rows.entries()) {
    if (row.length !== columns) throw new RangeError(`Expected rows of ${columns} numbers but received ${row.length}`)
    for (let i = 0; i < columns; i++) bytes[r * columns + i] = Math.round(row[i]! / scales[r]!)
  }
  return { columns, scales, bytes }
}

/** Rows to be multiplied again and again. */
export class Matrix {
  readonly #columns: number
  readonly #scales: Float32Array
  /** Holds the rows, room for a vector and for a product. */
  readonly #kernel = new Kernel()
  readonly #vectorAt: number
  readonly #outAt: number

  /** The rows are copied. */
  constructor({ columns, scales, bytes }: ByteRows) {
    this.#columns = columns
    this.#scales = scales.slice()
    const count = scales.length
    const width = widthOf(columns)
    this.#vectorAt = count * width
    this.#outAt = this.#vectorAt + width * Int16Array.BYTES_PER_ELEMENT
    const { buffer } = this.#kernel.reserve(this.#outAt + count * Int32Array.BYTES_PER_ELEMENT)
    const padded = new Int8Array(buffer)
    for (let row = 0; row < count; row++) {
      padded.set(bytes.subarray(row * columns, (row + 1) * columns), row * width)
    }
  }

  /** The dot product of each row with a vector. */
  times(vector: Float32Array): Float32Array {
    if (vector.length !== this.#columns) {
      throw new RangeError(`Expected a vector of ${this.#columns} numbers but received ${vector.length}`)
    }
    const count = this.#scales.length
    if (count === 0) return new Float32Array(0)
    const { buffer } = this.#kernel.reserve(0)
    const width = widthOf(this.#columns)
    const scale = roundToShorts(vector, new Int16Array(buffer, this.#vectorAt, width))
    this.#kernel.multiply(0, width, count, this.#vectorAt, this.#outAt)
    const sums = new Int32Array(buffer, this.#outAt, count)
    return this.#scales.map((rowScale, row) => rowScale * scale * sums[row]!)
  }
}

/** How many numbers the kernel needs of a row of so many: zeros at the end change nothing. */
export function widthOf(columns: number): number {
  return Math.ceil(columns / LANES) * LANES
}

/**
 * Writes a vector for the kernel, `shorts.length` numbers wide, in so many steps that no product with a row of bytes overflows.
 * Returns the scale: the vector is that times the shorts.
 */
export function roundToShorts(vector: Float32Array, shorts: Int16Array): number {
  const scale = largestOf(vector) / Math.min(MOST_SHORT, Math.floor(MOST_SUM / (MOST_BYTE * shorts.length)))
  for (let i = 0; i < vector.length; i++) shorts[i] = Math.round(vector[i]! / scale)
  return scale
}

/** The largest number without its sign; hardly anything where all are zero. */
export function largestOf(values: Float32Array): number {
  let most = 1e-12
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!))
  return most
}
