import { compile, growTo, instantiate, type WasmMemory } from '../wasm.js'
import type { Image } from './image.js'
import { JPEG_EIGHTH_CODE } from './jpeg-eighth-code.js'
import { END_OF_IMAGE, FIRST_REST_CODE, type Head, type HuffmanCode, readHead } from './jpeg-head.js'

/** What jpeg-eighth.wat exports; it says what the arguments are. Addresses are in bytes. */
interface Exports {
  readonly memory: WasmMemory
  unstuff(from: number, end: number, top: number, list: number, listEnd: number): number
  scan(
    top: number,
    bitCount: number,
    wide: number,
    high: number,
    acrossBlocks: number,
    downBlocks: number,
    stride: number,
    restart: number,
    list: number,
  ): number
  join(brightness: number, blue: number, red: number, count: number, out: number): void
}

// Boundary code: the exports are those of jpeg-eighth.wat.
const decoder = instantiate(compile(JPEG_EIGHTH_CODE)) as Exports

/** Larger files would leave the decoder with more memory than a worker process should keep. */
const MOST_BYTES = 8 * 1024 * 1024

/** Two codes of most JPEGs: one for brightness, one for both colours. */
const MOST_TABLES = 4
/** Of each table, by 16 bits: the length of the code that they begin with, and what it stands for; then the same by 10. */
const LONG_ENTRIES = 2 ** 16
const SHORT_BITS = 10
const TABLE_BYTES = 2 * (LONG_ENTRIES + 2 ** SHORT_BITS)
/** By so many bits: what jpeg-eighth.wat jumps over at once; four bytes each. */
const JUMP_BITS = 13
const JUMP_BYTES = 4 * 2 ** JUMP_BITS
const ENDS_BLOCK = -(2 ** 31)

/** Where the kernel finds what describes the components, and what follows that. */
const COMPONENTS_AT = 16
const COMPONENT_BYTES = 40
const TABLES_AT = 256
const JUMPS_AT = TABLES_AT + MOST_TABLES * TABLE_BYTES
const PLANES_AT = JUMPS_AT + MOST_TABLES * JUMP_BYTES
/** What is written behind the last pixel at most. */
const SPARE_PIXEL_BYTES = 24
/** More than one unit of blocks can take, behind the end of the scan. */
const SPARE_BYTES = 8192

/** A picture of an eighth of the size, and what its file says. */
export interface Eighth {
  readonly image: Image
  /** Of the whole picture as it is stored. */
  readonly width: number
  readonly height: number
  /** 1 to 8, as Exif has it; not applied. */
  readonly orientation: number
}

/**
 * Decodes a JPEG to an eighth of its width and height (rounded up), in half of the time that libjpeg takes for it: that reads
 * every coefficient, this jumps over most of them, several codes at a time. Undefined for what `isWanted` does not want by
 * its head, for what is not a plain photograph (baseline, YCbCr, one scan, no colour profile), and for what is damaged.
 */
export function decodeEighth(
  bytes: Uint8Array,
  isWanted: (head: Omit<Eighth, 'image'>) => boolean,
): Eighth | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  const head = readHead(bytes)
  if (!head || !isWanted(head)) return undefined
  const image = tryDecoding(bytes, head)
  const { width, height, orientation } = head
  return image && { image, width, height, orientation }
}

/** Undefined also where there is no memory: the general way may need less, or says so. */
function tryDecoding(bytes: Uint8Array, head: Head): Image | undefined {
  try {
    return decodeScan(bytes, head)
  } catch {
    return undefined
  }
}

function decodeScan(bytes: Uint8Array, head: Head): Image | undefined {
  const { width, height, across, down, restart } = head
  const wide = Math.ceil(width / (8 * across))
  const high = Math.ceil(height / (8 * down))
  const stride = wide * across
  const planeBytes = stride * high * down
  const restarts = restart === 0 ? 0 : Math.ceil((wide * high) / restart) - 1
  const outAt = PLANES_AT + 3 * planeBytes
  const listAt = outAt + 4 * Math.ceil((3 * planeBytes + SPARE_PIXEL_BYTES) / 4)
  const listEnd = listAt + 4 * (restarts + 1)
  const scanBytes = bytes.length - head.scanAt
  const end = listEnd + scanBytes
  const size = end + SPARE_BYTES + scanBytes
  const buffer = growTo(decoder.memory, size)
  const memory = new Uint8Array(buffer)
  try {
    memory.set(bytes.subarray(head.scanAt), listEnd)
    memory.fill(0, end, end + SPARE_BYTES)
    const top = size - 1
    const stop = decoder.unstuff(listEnd, end, top, listAt, listEnd)
    const view = new DataView(buffer)
    // What follows the scan must be the end of the image.
    if (stop + 2 > end || view.getUint16(stop) !== END_OF_IMAGE || view.getUint32(4, true) !== restarts)
      return undefined
    const bitCount = 8 * view.getUint32(0, true)
    if (!describeComponents(view, head, planeBytes)) return undefined
    const read = decoder.scan(top, bitCount, wide, high, across, down, stride, restart, listAt)
    if (read === 0 || bitCount - read >= 8) return undefined
    // Without what blocks at the right and lower edge hold beyond the picture.
    const picture = { width: Math.ceil(width / 8), height: Math.ceil(height / 8) }
    const rowBytes = 3 * picture.width
    for (let row = 0; row < picture.height; row++) {
      const at = PLANES_AT + row * stride
      decoder.join(at, at + planeBytes, at + 2 * planeBytes, picture.width, outAt + row * rowBytes)
    }
    return { ...picture, data: memory.slice(outAt, outAt + picture.height * rowBytes) }
  } finally {
    // Nothing of a picture stays behind.
    memory.fill(0, PLANES_AT, size)
  }
}

/** Writes what the kernel wants to know of the components, and their tables. False when there is no such table, or a bad one. */
function describeComponents(view: DataView, head: Head, planeBytes: number): boolean {
  const places = new Map<number, number>()
  const placeOf = (id: number): number | undefined => {
    const known = places.get(id)
    if (known !== undefined) return known
    const code = head.codes.get(id)
    const place = places.size
    if (!code || place >= MOST_TABLES || !writeTables(view, place, code, id < FIRST_REST_CODE)) return undefined
    places.set(id, place)
    return place
  }
  for (const [i, { quantisation, codes }] of head.components.entries()) {
    const [mean, rest] = [placeOf(codes[0]), placeOf(codes[1])]
    const numbers = head.quantisations.get(quantisation)
    if (mean === undefined || rest === undefined || !numbers) return false
    const tableOf = (place: number) => TABLES_AT + place * TABLE_BYTES
    const fields = [
      tableOf(mean),
      tableOf(rest),
      JUMPS_AT + rest * JUMP_BYTES,
      ...numbers,
      PLANES_AT + i * planeBytes,
      0,
    ]
    for (const [k, field] of fields.entries()) view.setInt32(COMPONENTS_AT + i * COMPONENT_BYTES + 4 * k, field, true)
  }
  return true
}

/** The largest numbers that follow a code have so many bits (T.81, F.1.2): of means, of other coefficients. */
const MOST_BITS_OF_MEAN = 11
const MOST_BITS = 10
const SIXTEEN_ZEROS = 0xf0

/** T.81, annex C: codes of one length are consecutive numbers. */
function writeTables(view: DataView, place: number, { counts, symbols }: HuffmanCode, ofMeans: boolean): boolean {
  const table = new Uint16Array(view.buffer, TABLES_AT + place * TABLE_BYTES, TABLE_BYTES / 2).fill(0)
  const short = table.subarray(LONG_ENTRIES)
  let next = 0
  let at = 0
  for (const [i, count] of counts.entries()) {
    const length = i + 1
    const span = 2 ** (16 - length)
    for (let k = 0; k < count; k++, at++, next += span) {
      const symbol = symbols[at] ?? 0
      if (next + span > LONG_ENTRIES || (ofMeans ? symbol > MOST_BITS_OF_MEAN : (symbol & 15) > MOST_BITS)) return false
      const entry = (length << 8) | symbol
      table.fill(entry, next, next + span)
      if (length <= SHORT_BITS) short.fill(entry, next >> (16 - SHORT_BITS), (next + span) >> (16 - SHORT_BITS))
    }
  }
  if (!ofMeans) writeJumps(new Int32Array(view.buffer, JUMPS_AT + place * JUMP_BYTES, 2 ** JUMP_BITS), table)
  return true
}

function writeJumps(jumps: Int32Array, table: Uint16Array): void {
  const above = 16 - JUMP_BITS
  for (let index = 0; index < jumps.length; index++) {
    let bits = 0
    let coefficients = 0
    let ends = 0
    while (ends === 0) {
      const code = table[((index << bits) & (2 ** JUMP_BITS - 1)) << above] ?? 0
      const length = code >> 8
      // Of a code that is not whole nothing is known. (No bits at all: there is no such code.)
      if (length === 0 || bits + length > JUMP_BITS) break
      const size = code & 15
      if (size === 0 && (code & SIXTEEN_ZEROS) !== SIXTEEN_ZEROS) ends = ENDS_BLOCK
      else if (coefficients + ((code >> 4) & 15) + 1 > 63) break
      else coefficients += ((code >> 4) & 15) + 1
      bits += length + size
      if (bits >= JUMP_BITS) break
    }
    jumps[index] = bits === 0 ? 0 : ends | (coefficients << 8) | bits
  }
}
