const FIRST_BLOCK_BYTES = 64 * 1024
const LARGEST_BLOCK_BYTES = 1024 * 1024

/**
 * Bytes that come in pieces of any size, kept in blocks: what they take in memory is what they are and at most one block
 * more. A piece of one byte that were kept as it came would take hundreds.
 */
export class ByteBlocks {
  readonly #expectedBytes: number
  readonly #blocks: Uint8Array[] = []
  #byteCount = 0
  /** Free bytes at the end of the last block. */
  #free = 0

  /** @param expectedBytes how many may come, as far as that is known; more do no harm. */
  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes
  }

  get byteCount(): number {
    return this.#byteCount
  }

  /** Copies the piece. */
  add(piece: Uint8Array): void {
    for (let at = 0; at < piece.length; ) {
      if (this.#free === 0) this.#open(piece.length - at)
      const block = this.#blocks.at(-1) ?? new Uint8Array()
      const part = piece.subarray(at, at + this.#free)
      block.set(part, block.length - this.#free)
      this.#free -= part.length
      this.#byteCount += part.length
      at += part.length
    }
  }

  /** All bytes as one; nothing may be added afterwards. Each block is given back when it is copied; `pause` comes between. */
  async join(pause: () => Promise<void> = async () => {}): Promise<Uint8Array> {
    const [only = new Uint8Array(), second] = this.#blocks
    if (!second) return only.subarray(0, this.#byteCount)
    const bytes = allocate(this.#byteCount)
    let at = 0
    for (let block = this.#blocks.shift(); block; block = this.#blocks.shift()) {
      const part = block.subarray(0, bytes.length - at)
      bytes.set(part, at)
      at += part.length
      await pause()
    }
    return bytes
  }

  #open(neededBytes: number): void {
    const stillExpected = Math.max(this.#expectedBytes - this.#byteCount, neededBytes)
    this.#free = Math.min(Math.max(this.#byteCount, FIRST_BLOCK_BYTES), LARGEST_BLOCK_BYTES, stillExpected)
    this.#blocks.push(allocate(this.#free))
  }
}

/** Not filled with zeros first: each byte is written before it is read. */
function allocate(byteCount: number): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.allocUnsafeSlow(byteCount)
  return new Uint8Array(buffer, byteOffset, byteLength)
}
