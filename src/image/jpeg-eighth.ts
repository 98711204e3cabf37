import type { Image } from './image.js'
import { JPEG_EIGHTH_CODE } from './jpeg-eighth-code.js'

/** As much of the language's own namespace as is used here: the types of Node do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** What jpeg-eighth.wat exports; it says what the arguments are. Addresses are in bytes. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
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
const decoder = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(JPEG_EIGHTH_CODE, 'base64')))
  .exports as Exports

const PAGE_BYTES = 65_536
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

interface HuffmanCode {
  /** How many codes have 1, 2 ... 16 bits. */
  readonly counts: Uint8Array
  /** What they stand for, in the order of the codes. */
  readonly symbols: Uint8Array
}

interface Component {
  readonly id: number
  readonly quantisation: number
  /** Of its codes for the means of blocks and for the rest; 16 is added to the latter. */
  readonly codes: readonly [number, number]
}

/** What is told before the scan. */
interface Head {
  readonly width: number
  readonly height: number
  /** Blocks of brightness to one of either colour. */
  readonly across: 1 | 2
  readonly down: 1 | 2
  readonly components: readonly Component[]
  /** The numbers of the lowest coefficients, in zigzag order. */
  readonly quantisations: ReadonlyMap<number, readonly number[]>
  readonly codes: ReadonlyMap<number, HuffmanCode>
  /** Units between restarts; 0 when there are none. */
  readonly restart: number
  readonly orientation: number
  /** Where the scan begins. */
  readonly scanAt: number
}

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
 * its size, for what is not a plain photograph (baseline, YCbCr, one scan, no colour profile), and for what is damaged.
 */
export function decodeEighth(
  bytes: Uint8Array,
  isWanted: (width: number, height: number) => boolean,
): Eighth | undefined {
  if (bytes.length > MOST_BYTES) return undefined
  const head = readHead(bytes)
  if (!head || !isWanted(head.width, head.height)) return undefined
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
  const missing = size - decoder.memory.buffer.byteLength
  if (missing > 0) decoder.memory.grow(Math.ceil(missing / PAGE_BYTES))
  const { buffer } = decoder.memory
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

const START_OF_FRAME = 0xffc0
const HUFFMAN_CODES = 0xffc4
const START_OF_SCAN = 0xffda
const QUANTISATION = 0xffdb
const RESTART_INTERVAL = 0xffdd
const EXIF = 0xffe1
const COLOUR_PROFILE = 0xffe2
const ADOBE = 0xffee
const END_OF_IMAGE = 0xffd9
/** Ids of codes: those of means from 0, the others from here. */
const FIRST_REST_CODE = 16

/** Mutable, while it is read. */
interface Draft {
  frame?: { readonly width: number; readonly height: number; readonly parts: readonly FramePart[] }
  readonly quantisations: Map<number, readonly number[]>
  readonly codes: Map<number, HuffmanCode>
  restart: number
  orientation: number
}

interface FramePart {
  readonly id: number
  readonly across: number
  readonly down: number
  readonly quantisation: number
}

/** T.81, annex B. Undefined for everything that is not as most photographs are. */
function readHead(bytes: Uint8Array): Head | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const draft: Draft = { quantisations: new Map(), codes: new Map(), restart: 0, orientation: 1 }
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = view.getUint16(at)
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length) return undefined
    const segment = new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 2)
    if (marker === START_OF_SCAN) return joinHead(draft, segment, end)
    if (!takeSegment(draft, marker, segment)) return undefined
    at = end
  }
  return undefined
}

function takeSegment(draft: Draft, marker: number, segment: DataView): boolean {
  switch (marker) {
    case START_OF_FRAME:
      return takeFrame(draft, segment)
    case HUFFMAN_CODES:
      return takeCodes(draft, segment)
    case QUANTISATION:
      return takeQuantisations(draft, segment)
    case RESTART_INTERVAL:
      draft.restart = segment.byteLength === 2 ? segment.getUint16(0) : 0
      return segment.byteLength === 2
    case EXIF:
      return takeExif(draft, segment)
    case COLOUR_PROFILE:
      // Other programs use the same marker, for further pictures behind this one.
      return !startsWith(segment, 'ICC_PROFILE')
    case ADOBE:
      // Perhaps other colours.
      return false
    default:
      // Notes of programs, and comments.
      return (marker >= 0xffe0 && marker <= 0xffed) || marker === 0xfffe
  }
}

/** `Exif` and two zeros; other programs use the same marker for other things. */
const EXIF_NAME = 0x45786966
const [LITTLE_ENDIAN, BIG_ENDIAN] = [0x49492a00, 0x4d4d002a]
const ORIENTATION = 0x0112
const SHORT = 3
const ENTRY_BYTES = 12

/** The orientation in the first directory (CIPA DC-008, 4.6.2). False where that cannot be read. */
function takeExif(draft: Draft, segment: DataView): boolean {
  if (segment.byteLength < 6 || segment.getUint32(0) !== EXIF_NAME || segment.getUint16(4) !== 0) return true
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6)
  if (tiff.byteLength < 8 || ![LITTLE_ENDIAN, BIG_ENDIAN].includes(tiff.getUint32(0))) return false
  const isLittle = tiff.getUint32(0) === LITTLE_ENDIAN
  const at = tiff.getUint32(4, isLittle)
  if (at + 2 > tiff.byteLength) return false
  const count = tiff.getUint16(at, isLittle)
  if (at + 2 + count * ENTRY_BYTES > tiff.byteLength) return false
  for (let entry = at + 2; entry < at + 2 + count * ENTRY_BYTES; entry += ENTRY_BYTES) {
    if (tiff.getUint16(entry, isLittle) !== ORIENTATION) continue
    draft.orientation = tiff.getUint16(entry + 8, isLittle)
    return tiff.getUint16(entry + 2, isLittle) === SHORT && draft.orientation >= 1 && draft.orientation <= 8
  }
  return true
}

function startsWith(segment: DataView, name: string): boolean {
  if (segment.byteLength < name.length) return false
  return Buffer.from(segment.buffer, segment.byteOffset, name.length).equals(Buffer.from(name))
}

function takeFrame(draft: Draft, segment: DataView): boolean {
  if (draft.frame || segment.byteLength !== 15 || segment.getUint8(0) !== 8 || segment.getUint8(5) !== 3) return false
  const parts = [6, 9, 12].map((at) => ({
    id: segment.getUint8(at),
    across: segment.getUint8(at + 1) >> 4,
    down: segment.getUint8(at + 1) & 15,
    quantisation: segment.getUint8(at + 2),
  }))
  draft.frame = { height: segment.getUint16(1), width: segment.getUint16(3), parts }
  return true
}

function takeCodes(draft: Draft, segment: DataView): boolean {
  let at = 0
  while (at + 17 <= segment.byteLength) {
    const kind = segment.getUint8(at)
    const counts = new Uint8Array(segment.buffer, segment.byteOffset + at + 1, 16)
    const count = counts.reduce((sum, value) => sum + value, 0)
    if ((kind & 0xec) !== 0 || count > 256 || at + 17 + count > segment.byteLength) return false
    const symbols = new Uint8Array(segment.buffer, segment.byteOffset + at + 17, count)
    draft.codes.set((kind >> 4) * FIRST_REST_CODE + (kind & 15), { counts, symbols })
    at += 17 + count
  }
  return at === segment.byteLength
}

function takeQuantisations(draft: Draft, segment: DataView): boolean {
  let at = 0
  for (; at + 65 <= segment.byteLength; at += 65) {
    const id = segment.getUint8(at)
    if (id > 3) return false
    draft.quantisations.set(
      id,
      [0, 1, 2, 4].map((k) => segment.getUint8(at + 1 + k)),
    )
  }
  return at === segment.byteLength
}

function joinHead({ frame, ...tables }: Draft, scan: DataView, scanAt: number): Head | undefined {
  // Three components; then: all coefficients, at once.
  if (!frame || scan.byteLength !== 10 || scan.getUint8(0) !== 3) return undefined
  if (scan.getUint8(7) !== 0 || scan.getUint8(8) !== 63 || scan.getUint8(9) !== 0) return undefined
  const { width, height, parts } = frame
  const components = parts.map(({ id, quantisation }, i): Component | undefined => {
    const codes = scan.getUint8(2 + 2 * i)
    // Named 1, 2, 3 they are brightness, blue and red.
    if (id !== i + 1 || scan.getUint8(1 + 2 * i) !== id) return undefined
    return { id, quantisation, codes: [codes >> 4, FIRST_REST_CODE + (codes & 15)] }
  })
  const known = components.filter((component) => component !== undefined)
  const [brightness, ...colours] = parts
  if (known.length !== 3 || !brightness || width === 0 || height === 0) return undefined
  if (colours.some(({ across, down }) => across !== 1 || down !== 1)) return undefined
  const across = oneOrTwo(brightness.across)
  const down = oneOrTwo(brightness.down)
  return across && down && { width, height, across, down, components: known, scanAt, ...tables }
}

function oneOrTwo(value: number): 1 | 2 | undefined {
  return value === 1 || value === 2 ? value : undefined
}
