/** How much there is to decode in a stream of AV1. */
export interface StreamWork {
  /** Frames, shown or not. */
  readonly frames: number
  /** The largest area that a frame of it may have, in pixels; 0 where the stream does not say. */
  readonly frameArea: number
}

const SEQUENCE_HEADER = 1
const FRAME_HEADER = 3
const FRAME = 6

/** An encoder makes a few for each frame, and one for each group of its tiles. */
const MOST_OBUS = 10_000

/**
 * Walks over the OBUs of a stream (AV1 Bitstream & Decoding Process Specification, 5.3) and decodes none of them. Zeros between them are
 * passed over, as libaom does.
 *
 * @throws RangeError where there are too many, or one has no length or reaches beyond the end: where readers may differ
 */
export function measureStream(stream: Uint8Array): StreamWork {
  let frames = 0
  let frameArea = 0
  let obus = 0
  for (let at = 0; at < stream.length; ) {
    const header = stream[at] ?? 0
    if (header === 0) {
      at++
      continue
    }
    if (++obus > MOST_OBUS) throw new RangeError(`A stream of AV1 has more than ${MOST_OBUS} OBUs.`)
    const type = (header >> 3) & 0xf
    const [hasExtension, hasLength] = [(header & 4) !== 0, (header & 2) !== 0]
    const { value: length, next } = readLeb128(stream, at + (hasExtension ? 2 : 1))
    if (!hasLength || next + length > stream.length) throw new RangeError('An OBU of AV1 has no end.')
    if (type === FRAME || type === FRAME_HEADER) frames++
    if (type === SEQUENCE_HEADER) frameArea = Math.max(frameArea, readFrameArea(stream.subarray(next, next + length)))
    at = next + length
  }
  return { frames, frameArea }
}

/** Seven bits a byte, the lowest first (4.10.5). */
function readLeb128(bytes: Uint8Array, start: number): { readonly value: number; readonly next: number } {
  let value = 0
  let at = start
  for (let i = 0; i < 8; i++) {
    const byte = bytes[at++] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) break
  }
  return { value, next: at }
}

/** From a sequence header (5.5.1), of which all before the size has to be read, too. */
function readFrameArea(header: Uint8Array): number {
  const bits = new Bits(header)
  // The profile, and whether it is a still picture.
  bits.read(4)
  const isReduced = bits.flag()
  if (isReduced) bits.read(5)
  else skipOperatingPoints(bits)
  const [widthBits, heightBits] = [bits.read(4) + 1, bits.read(4) + 1]
  return (bits.read(widthBits) + 1) * (bits.read(heightBits) + 1)
}

function skipOperatingPoints(bits: Bits): void {
  const delayBits = bits.flag() ? skipTiming(bits) : undefined
  const hasDisplayDelay = bits.flag()
  for (let left = bits.read(5) + 1; left > 0; left--) {
    bits.read(12)
    const level = bits.read(5)
    if (level > 7) bits.read(1)
    if (delayBits !== undefined && bits.flag()) bits.skip(2 * delayBits + 1)
    if (hasDisplayDelay && bits.flag()) bits.read(4)
  }
}

/** Returns how long delays are, in bits, where there is a decoder model. */
function skipTiming(bits: Bits): number | undefined {
  bits.skip(64)
  if (bits.flag()) bits.skipUvlc()
  if (!bits.flag()) return undefined
  const delayBits = bits.read(5) + 1
  bits.skip(42)
  return delayBits
}

/** Bits, the highest of a byte first; behind the end they are 0. */
class Bits {
  #at = 0

  constructor(private readonly bytes: Uint8Array) {}

  flag(): boolean {
    const byte = this.bytes[this.#at >> 3] ?? 0
    return ((byte >> (7 - (this.#at++ & 7))) & 1) === 1
  }

  /** At most 16. */
  read(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value = 2 * value + (this.flag() ? 1 : 0)
    return value
  }

  skip(count: number): void {
    this.#at += count
  }

  /** A number of as many bits as there are zeros before the first one (4.10.3). */
  skipUvlc(): void {
    let zeros = 0
    while (zeros < 32 && !this.flag()) zeros++
    if (zeros < 32) this.skip(zeros)
  }
}
