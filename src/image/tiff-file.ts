import { FaceCompareError } from '../errors.js'

/** Every directory is a picture, and all are read to count them: 10,000 take half a second. */
const MOST_DIRECTORIES = 1_000

/** By so much the strips of the first picture may be longer than the file together: those that share their bytes are read one by one. */
const MOST_REREADING = 4

/** Tags of a directory (TIFF 6.0, section 8 and supplements). */
const TAG = {
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  stripOffsets: 273,
  stripByteCounts: 279,
  tileOffsets: 324,
  tileByteCounts: 325,
  sampleFormat: 339,
} as const

/** What libtiff was built with for sharp: none, CCITT, LZW, JPEG, Deflate, PackBits, ThunderScan, NeXT, PixarLog, SGI Log, WebP. */
const READ_COMPRESSIONS = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 32766, 32771, 32773, 32809, 32908, 32909, 32946, 34676, 34677, 50001,
]

const SIGNED = 2
const FLOATING = 3
const LAB_COLOURS = [8, 9, 10]

/** Bytes of a value by its type: BYTE, ASCII, SHORT, LONG, ..., LONG8, SLONG8, IFD8. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
}

/**
 * @throws FaceCompareError IMAGE_UNDECODABLE (too many directories, strips that share their bytes too often),
 *   IMAGE_FORMAT_UNSUPPORTED (a compression or a kind of numbers that is not read)
 */
export function checkTiff(bytes: Uint8Array): void {
  const file = new TiffFile(bytes)
  const directories = file.countDirectories(MOST_DIRECTORIES)
  if (directories > MOST_DIRECTORIES) {
    throw undecodable(`has more than ${MOST_DIRECTORIES} directories, which are not allowed`)
  }
  const first = file.readFirstDirectory()
  const variant = nameUnreadVariant(first)
  if (variant) {
    throw new FaceCompareError(
      'IMAGE_FORMAT_UNSUPPORTED',
      `A TIFF with ${variant} is not supported; convert it to PNG or JPEG.`,
    )
  }
  if (countBytesToRead(first, bytes.length) > MOST_REREADING * bytes.length) {
    throw undecodable(`has strips or tiles that are more than ${MOST_REREADING} times as long as the file`)
  }
}

function nameUnreadVariant(directory: TiffDirectory): string | undefined {
  const compression = directory.first(TAG.compression, 1)
  if (!READ_COMPRESSIONS.includes(compression)) return `compression ${compression}`
  const bits = directory.first(TAG.bitsPerSample, 1)
  const isLab = LAB_COLOURS.includes(directory.first(TAG.photometric, 0))
  const format = directory.first(TAG.sampleFormat, 1)
  if (isLab) return bits === 8 ? 'L*a*b* colours of 8 bits' : undefined
  if (format === FLOATING) return [16, 32].includes(bits) ? undefined : `floating-point numbers of ${bits} bits`
  if (format === SIGNED) return 'signed numbers'
  return [1, 2, 4, 8, 16].includes(bits) ? undefined : `${bits} bits a sample`
}

/** All strips (or tiles) of the picture; what has no length may be as long as the file. */
function countBytesToRead(directory: TiffDirectory, fileBytes: number): number {
  const counts = directory.all(TAG.stripByteCounts) ?? directory.all(TAG.tileByteCounts)
  const offsets = directory.all(TAG.stripOffsets) ?? directory.all(TAG.tileOffsets) ?? []
  // libtiff makes up all lengths when the first is missing.
  if (!counts?.[0]) return offsets.length > MOST_REREADING ? offsets.length * fileBytes : 0
  return counts.reduce((sum, count) => sum + Math.min(count, fileBytes), 0)
}

interface TiffDirectory {
  /** The first value of a tag, or what it is when absent. */
  first(tag: number, absent: number): number
  /** Every value of a tag; undefined when it is absent. */
  all(tag: number): readonly number[] | undefined
}

/** TIFF and BigTIFF, in both orders of bytes. What lies outside of the file is not there. */
class TiffFile {
  readonly #view: DataView
  readonly #isLittle: boolean
  readonly #isBig: boolean

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#isLittle = bytes[0] === 0x49
    this.#isBig = this.#number(2, 2) === 43
  }

  /** Counts to one more than `most` at the most: directories may go in a circle. */
  countDirectories(most: number): number {
    let count = 0
    for (let at = this.#firstAt; at > 0 && count <= most; count++) {
      at = this.#number(this.#endOfEntries(at), this.#isBig ? 8 : 4)
    }
    return count
  }

  readFirstDirectory(): TiffDirectory {
    const at = this.#firstAt
    const entries = this.#number(at, this.#countBytes)
    const places = new Map<number, number>()
    for (let i = 0; i < entries; i++) {
      const entry = at + this.#countBytes + i * this.#entryBytes
      if (entry + this.#entryBytes > this.#view.byteLength) break
      const tag = this.#number(entry, 2)
      if (!places.has(tag)) places.set(tag, entry)
    }
    const all = (tag: number) => {
      const entry = places.get(tag)
      return entry === undefined ? undefined : this.#values(entry)
    }
    return { all, first: (tag, absent) => all(tag)?.[0] ?? absent }
  }

  get #firstAt(): number {
    return this.#isBig ? this.#number(8, 8) : this.#number(4, 4)
  }

  get #countBytes(): number {
    return this.#isBig ? 8 : 2
  }

  get #entryBytes(): number {
    return this.#isBig ? 20 : 12
  }

  /** Where the place of the next directory stands. */
  #endOfEntries(at: number): number {
    return at + this.#countBytes + this.#number(at, this.#countBytes) * this.#entryBytes
  }

  /** Of an entry: tag, type, count, and the values or, where they do not fit in, their place. */
  #values(entry: number): readonly number[] {
    const lengthBytes = this.#isBig ? 8 : 4
    const bytes = TYPE_BYTES[this.#number(entry + 2, 2)]
    if (bytes === undefined) return []
    const count = this.#number(entry + 4, lengthBytes)
    const inside = entry + 4 + lengthBytes
    const at = count * bytes <= lengthBytes ? inside : this.#number(inside, lengthBytes)
    const there = Math.max(0, Math.min(count, Math.floor((this.#view.byteLength - at) / bytes)))
    return Array.from({ length: there }, (_, i) => this.#number(at + i * bytes, bytes))
  }

  /** 0 outside of the file. */
  #number(at: number, bytes: number): number {
    if (at + bytes > this.#view.byteLength) return 0
    if (bytes === 1) return this.#view.getUint8(at)
    if (bytes === 2) return this.#view.getUint16(at, this.#isLittle)
    if (bytes === 4) return this.#view.getUint32(at, this.#isLittle)
    return Number(this.#view.getBigUint64(at, this.#isLittle))
  }
}

function undecodable(what: string): FaceCompareError {
  return new FaceCompareError('IMAGE_UNDECODABLE', `The TIFF image ${what}.`)
}
