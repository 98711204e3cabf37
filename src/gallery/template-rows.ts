import { Kernel } from '../pipeline/kernel.js'
import { largestOf, MOST_BYTE, roundToShorts, widthOf } from '../pipeline/matrix.js'
import { type CohortScale, readCosine } from '../score/cohort.js'
import type { BestRows } from './best-rows.js'

/** What a face is found by. */
export interface Likeness {
  /** Unit length. */
  readonly embedding: Float32Array
  readonly cohort: CohortScale
}

/** A probe as the kernel takes it. */
export interface RoundedProbe {
  readonly shorts: Int16Array
  /** The embedding is this times the shorts. */
  readonly scale: number
  readonly cohort: CohortScale
}

/** Rows of one product: as many as the processor's caches hold until their numbers are read. */
export const BLOCK_ROWS = 1024
/** Behind the bytes of a row: what they are to be multiplied with, and gain, offset and centre of the cohort. */
const NUMBERS = 4
const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT
/** Room for the addresses of a block, for its products, and then a vector. */
const PRODUCTS_AT = BLOCK_ROWS * FLOAT_BYTES
const VECTOR_AT = 2 * PRODUCTS_AT
/** WebAssembly has no more. */
const MAX_BYTES = 2 ** 32 - 2 ** 16
/** The memory grows by this share of itself: what is not written yet takes up none of the machine's. */
const GROWTH = 1.25
const FIRST_ROWS = 64

/**
 * Templates of eight bits in the memory of a kernel, row by row, with their numbers behind them. The bytes of a row are
 * taken to be of unit length: otherwise what is lost by rounding would make some faces more like themselves than others.
 */
export class TemplateRows {
  readonly #columns: number
  readonly #width: number
  readonly #rowBytes: number
  readonly #rowsAt: number
  readonly #kernel = new Kernel()
  /** Scratch paper, of zeros between two calls. */
  readonly #bytes: Int8Array
  /** Rows that the memory has room for. */
  #capacity = 0
  #memory!: ArrayBuffer
  /** The whole memory. */
  #floats!: Float32Array
  #addresses!: Uint32Array
  #products!: Int32Array
  /** Rows that were ever used. */
  #end = 0
  readonly #free: number[] = []

  /** @param columns numbers of an embedding */
  constructor(columns: number) {
    this.#columns = columns
    this.#bytes = new Int8Array(columns)
    this.#width = widthOf(columns)
    this.#rowBytes = this.#width + NUMBERS * FLOAT_BYTES
    this.#rowsAt = VECTOR_AT + this.#width * Int16Array.BYTES_PER_ELEMENT
    this.#reserve(FIRST_ROWS)
  }

  get size(): number {
    return this.#end - this.#free.length
  }

  /** No row that is held is as large as this. */
  get end(): number {
    return this.#end
  }

  /** Returns the row. Throws RangeError for what is no template, and when the memory is full. */
  write({ embedding, cohort }: Likeness): number {
    const scale = this.#roundToBytes(embedding)
    const row = this.#free.at(-1) ?? this.#end
    if (row >= this.#capacity) this.#reserve(row + 1)
    const address = this.#addressOf(row)
    new Int8Array(this.#memory, address, this.#columns).set(this.#bytes)
    this.#bytes.fill(0)
    this.#floats.set([scale, cohort.gain, cohort.offset, cohort.centre], (address + this.#width) / FLOAT_BYTES)
    if (row === this.#end) this.#end++
    else this.#free.pop()
    return row
  }

  /** Overwrites a row. Throws RangeError where there is none. */
  wipe(row: number): void {
    if (!this.#isHeld(row)) throw new RangeError(`Expected a row that is held but received ${row}`)
    const address = this.#addressOf(row)
    new Uint8Array(this.#memory).fill(0, address, address + this.#rowBytes)
    this.#free.push(row)
  }

  round({ embedding, cohort }: Likeness): RoundedProbe {
    this.#requireColumns(embedding)
    const shorts = new Int16Array(this.#width)
    return { scale: roundToShorts(embedding, shorts), shorts, cohort }
  }

  /**
   * Compares at most {@link BLOCK_ROWS} rows: those of a list from one place to another, or without a list these themselves.
   * Rows that are not held are left out.
   */
  compare(probe: RoundedProbe, from: number, to: number, list: Uint32Array | undefined, best: BestRows): void {
    const count = this.#listAddresses(from, to, list)
    if (count === 0) return
    const vector = new Int16Array(this.#memory, VECTOR_AT, this.#width)
    vector.set(probe.shorts)
    this.#kernel.multiplyListed(0, this.#width, count, VECTOR_AT, PRODUCTS_AT)
    vector.fill(0)
    this.#offer(count, probe, best)
  }

  #listAddresses(from: number, to: number, list: Uint32Array | undefined): number {
    let count = 0
    for (let i = from; i < to; i++) {
      const row = list ? (list[i] ?? this.#end) : i
      if (this.#isHeld(row)) this.#addresses[count++] = this.#addressOf(row)
    }
    return count
  }

  #offer(count: number, { scale, cohort }: RoundedProbe, best: BestRows): void {
    const { gain, offset, centre } = cohort
    const floats = this.#floats
    for (let i = 0; i < count; i++) {
      const address = this.#addresses[i]!
      const at = (address + this.#width) / FLOAT_BYTES
      const similarity = readCosine(
        scale * floats[at]! * this.#products[i]!,
        (gain + floats[at + 1]!) / 2,
        (offset + floats[at + 2]!) / 2,
        (centre + floats[at + 3]!) / 2,
      )
      if (similarity > best.floor) best.add((address - this.#rowsAt) / this.#rowBytes, similarity)
    }
  }

  /** Returns what the bytes are to be multiplied with. */
  #roundToBytes(embedding: Float32Array): number {
    this.#requireColumns(embedding)
    const steps = MOST_BYTE / largestOf(embedding)
    let squares = 0
    for (let i = 0; i < embedding.length; i++) {
      const byte = Math.round(steps * embedding[i]!)
      this.#bytes[i] = byte
      squares += byte * byte
    }
    const scale = 1 / Math.sqrt(squares)
    if (!(Number.isFinite(scale) && scale > 0)) throw new RangeError('Expected an embedding of unit length')
    return scale
  }

  #requireColumns({ length }: Float32Array): void {
    if (length !== this.#columns) {
      throw new RangeError(`Expected an embedding of ${this.#columns} numbers but received ${length}`)
    }
  }

  #isHeld(row: number): boolean {
    // What a row is multiplied with is zero in those that were overwritten alone.
    return row < this.#end && this.#floats[(this.#addressOf(row) + this.#width) / FLOAT_BYTES] !== 0
  }

  #addressOf(row: number): number {
    return this.#rowsAt + row * this.#rowBytes
  }

  #reserve(rows: number): void {
    const most = Math.floor((MAX_BYTES - this.#rowsAt) / this.#rowBytes)
    if (rows > most) throw new RangeError(`Expected at most ${most} templates of ${this.#columns} numbers`)
    this.#capacity = Math.min(most, Math.max(rows, Math.ceil(GROWTH * this.#capacity)))
    const { buffer } = this.#kernel.reserve(this.#addressOf(this.#capacity))
    this.#memory = buffer
    this.#floats = new Float32Array(buffer)
    this.#addresses = new Uint32Array(buffer, 0, BLOCK_ROWS)
    this.#products = new Int32Array(buffer, PRODUCTS_AT, BLOCK_ROWS)
  }
}
