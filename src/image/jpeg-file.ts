/** The first byte of every marker of a JPEG. */
const MARKER = 0xff
/** Markers (ITU-T T.81, table B.1) with it. */
export const START_OF_FRAME = 0xffc0
export const START_OF_SCAN = 0xffda
const END_OF_IMAGE = 0xffd9
/** Their second bytes. */
const [FIRST_RESTART, LAST_RESTART] = [0xd0, 0xd7]

/** A segment by its place: there may be millions, and few are looked into. */
export interface JpegSegment {
  readonly marker: number
  /** Where what stands behind the length begins, and ends. */
  readonly start: number
  readonly end: number
}

export function contentOf(bytes: Uint8Array, { start, end }: JpegSegment): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + start, end - start)
}

/**
 * Every segment of a JPEG up to its end marker, in one pass over the file: what stands between the header of a scan and the next
 * marker is its data. Returns whether the end marker is there; ends early where the file does, or where a length makes no sense.
 */
export function* readSegments(bytes: Uint8Array): Generator<JpegSegment, boolean> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = findMarker(data, 2); at + 2 <= bytes.length; at = findMarker(data, at)) {
    const marker = view.getUint16(at)
    if (marker === END_OF_IMAGE) return true
    if (at + 4 > bytes.length) return false
    const length = view.getUint16(at + 2)
    const end = at + 2 + length
    if (length < 2 || end > bytes.length) return false
    yield { marker, start: at + 4, end }
    at = end
  }
  return false
}

/** So far behind a first byte of a marker the next one is looked for byte by byte: in files that consist of them it is never far. */
const NEAR = 32

/**
 * Where the next marker begins that is neither a filler, a byte of data (0xff00) nor a restart inside of a scan. In photographs the
 * first bytes of markers are far apart, where the search of a buffer itself is faster.
 */
function findMarker(bytes: Buffer, from: number): number {
  let farFrom = from + NEAR
  for (let at = from; at + 1 < bytes.length; at++) {
    if (at >= farFrom) {
      const next = bytes.indexOf(MARKER, at)
      if (next < 0) break
      at = next
      farFrom = at + NEAR
    }
    if (bytes[at] !== MARKER) continue
    const second = bytes[at + 1] ?? 0
    if (second !== 0 && second !== MARKER && !(second >= FIRST_RESTART && second <= LAST_RESTART)) return at
    farFrom = at + NEAR
  }
  return bytes.length
}

/** What decides how a JPEG is decoded, and whether it may be. */
export interface JpegStructure {
  /** The low byte of the frame's marker, 0xc0 to 0xcf (or 0xf7, JPEG-LS); undefined when there is none. */
  readonly process: number | undefined
  /** Of a sample; 0 without a frame. */
  readonly bits: number
  /** Pixels, 0 without a frame. */
  readonly width: number
  readonly height: number
  /** Counted to one more than was asked for. */
  readonly scans: number
  /** Whether its end marker is there. */
  readonly hasEnd: boolean
  /** Whether its scans, if each is whole, bring every coefficient of every component to its last bit. */
  readonly hasAllScans: boolean
}

const NO_FRAME = { process: undefined, bits: 0, width: 0, height: 0 }

/** @param mostScans where the walk ends: a file of more scans is not looked at any further */
export function readJpegStructure(bytes: Uint8Array, mostScans: number): JpegStructure {
  const segments = readSegments(bytes)
  let frame: Pick<JpegStructure, 'process' | 'bits' | 'width' | 'height'> = NO_FRAME
  let missing = new MissingBits([], false)
  let scans = 0
  for (;;) {
    const { value, done } = segments.next()
    if (done) return { ...frame, scans, hasEnd: value, hasAllScans: scans > 0 && missing.areNone }
    const { marker, start, end } = value
    if (marker === START_OF_SCAN) {
      scans++
      if (scans > mostScans) return { ...frame, scans, hasEnd: false, hasAllScans: false }
      missing.take(contentOf(bytes, value))
    } else if (isFrame(marker) && frame === NO_FRAME && end - start >= 6) {
      const content = contentOf(bytes, value)
      frame = readFrame(marker, content)
      missing = new MissingBits(componentsOf(content), isProgressive(marker))
    }
  }
}

/** SOF0 to SOF15 without the tables and the reserved marker among them (C4, C8, CC), and SOF55 of JPEG-LS. */
function isFrame(marker: number): boolean {
  if (marker === 0xfff7) return true
  return marker >= START_OF_FRAME && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)
}

function isProgressive(marker: number): boolean {
  return marker === 0xffc2 || marker === 0xffca
}

function readFrame(marker: number, frame: DataView) {
  return {
    process: marker & 0xff,
    bits: frame.getUint8(0),
    height: frame.getUint16(1),
    width: frame.getUint16(3),
  }
}

/** The names of the components. */
function componentsOf(frame: DataView): readonly number[] {
  const count = Math.min(frame.getUint8(5), Math.floor((frame.byteLength - 6) / 3))
  return Array.from({ length: count }, (_, i) => frame.getUint8(6 + 3 * i))
}

const COEFFICIENTS = 64

/** Keeps account of what the scans have brought: one flag for each coefficient of each component. */
class MissingBits {
  readonly #missing: Map<number, Set<number>>
  readonly #progressive: boolean

  constructor(components: readonly number[], progressive: boolean) {
    const all = Array.from({ length: COEFFICIENTS }, (_, i) => i)
    this.#missing = new Map(components.map((name) => [name, new Set(all)]))
    this.#progressive = progressive
  }

  get areNone(): boolean {
    return [...this.#missing.values()].every(({ size }) => size === 0)
  }

  /** Its header (T.81, B.2.3): the components with their tables, first and last coefficient, bits before and after. */
  take(scan: DataView): void {
    const count = scan.byteLength > 0 ? scan.getUint8(0) : 0
    if (scan.byteLength < 4 + 2 * count) return
    const [first, last, lowBit] = [1, 2, 3].map((i) => scan.getUint8(2 * count + i))
    if (this.#progressive && ((lowBit ?? 0) & 15) !== 0) return
    const range = this.#progressive ? { first: first ?? 0, last: Math.min(last ?? 0, 63) } : { first: 0, last: 63 }
    for (let i = 0; i < count; i++) {
      const missing = this.#missing.get(scan.getUint8(1 + 2 * i))
      for (let k = range.first; k <= range.last; k++) missing?.delete(k)
    }
  }
}
