export interface HuffmanCode {
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

/** What a JPEG tells before its scan. */
export interface Head {
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

export const START_OF_FRAME = 0xffc0
const HUFFMAN_CODES = 0xffc4
export const START_OF_SCAN = 0xffda
const QUANTISATION = 0xffdb
const RESTART_INTERVAL = 0xffdd
const EXIF = 0xffe1
const COLOUR_PROFILE = 0xffe2
const ADOBE = 0xffee
export const END_OF_IMAGE = 0xffd9
/** Ids of codes: those of means from 0, the others from here. */
export const FIRST_REST_CODE = 16

/** Mutable, while it is read. */
interface Draft {
  frame?: { readonly width: number; readonly height: number; readonly parts: readonly FramePart[] }
  readonly quantisations: Map<number, readonly number[]>
  readonly codes: Map<number, HuffmanCode>
  restart: number
  hasExif: boolean
  orientation: number
}

interface FramePart {
  readonly id: number
  readonly across: number
  readonly down: number
  readonly quantisation: number
}

interface Segment {
  readonly marker: number
  readonly content: DataView
  /** Where the next one begins. */
  readonly end: number
}

/** What stands at the beginning of a JPEG (T.81, annex B), as far as it is whole; behind the first scan it makes no sense. */
export function* readSegments(bytes: Uint8Array): Generator<Segment, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 2; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length) return
    const content = new DataView(bytes.buffer, bytes.byteOffset + at + 4, length - 2)
    yield { marker: view.getUint16(at), content, end }
    at = end
  }
}

/** Undefined for everything that is not as most photographs are. */
export function readHead(bytes: Uint8Array): Head | undefined {
  const draft: Draft = { quantisations: new Map(), codes: new Map(), restart: 0, hasExif: false, orientation: 1 }
  for (const { marker, content, end } of readSegments(bytes)) {
    if (marker === START_OF_SCAN) return joinHead(draft, content, end)
    if (!takeSegment(draft, marker, content)) return undefined
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
  if (segment.byteLength < 4 || segment.getUint32(0) !== EXIF_NAME) return true
  // Of two nobody knows which one counts.
  if (draft.hasExif || segment.byteLength < 6 || segment.getUint16(4) !== 0) return false
  draft.hasExif = true
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
