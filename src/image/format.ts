/** The formats that are decoded; everything else (SVG, PDF, HEIC, JPEG XL, text, ...) is refused by its first bytes. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'bmp'

const PNG = '\x89PNG\r\n\x1a\n'

/** Byte order mark, then 42 (TIFF) or 43 (BigTIFF) in that order. */
const TIFF = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+']

/** Sizes of the header after the file header: OS/2 1 and 2, Windows 3 to 5. */
const BMP_HEADER_BYTES = [12, 40, 52, 56, 64, 108, 124]

/** How much of a file is looked at. */
export const SNIFFED_BYTES = 256

/**
 * Tells the format from the first bytes; undefined when it is none of the supported ones. This is the allow-list that
 * stands before every decoder, so it asks for more than two letters where two letters may begin a text.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (ascii(bytes, 0, 8) === PNG) return 'png'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return 'webp'
  if (isAvif(bytes)) return 'avif'
  if (['GIF87a', 'GIF89a'].includes(ascii(bytes, 0, 6))) return 'gif'
  if (TIFF.includes(ascii(bytes, 0, 4))) return 'tiff'
  if (ascii(bytes, 0, 2) === 'BM' && bytes.length >= 18) {
    return BMP_HEADER_BYTES.includes(uint32(bytes, 14, true)) ? 'bmp' : undefined
  }
  return undefined
}

/** What the bytes are that {@link sniffFormat} does not know, for a sentence: with what to do where pictures often are of that kind. */
export function nameUnsupported(bytes: Uint8Array): string {
  // Reading HEVC takes a licence for its patents, and the decoders are under the LGPL: nothing that every user of this service could have.
  if (brandsOf(bytes).some((brand) => HEIC_BRANDS.includes(brand))) return 'HEIC: convert it to JPEG'
  const [name] =
    Object.entries(UNSUPPORTED).find(([, starts]) => starts.some((start) => ascii(bytes, 0, start.length) === start)) ??
    []
  return name ?? 'something else'
}

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']

const UNSUPPORTED = {
  'JPEG XL': ['\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n'],
  'JPEG 2000': ['\0\0\0\x0cjP  \r\n\x87\n', '\xff\x4f\xff\x51'],
  PDF: ['%PDF-'],
  SVG: ['<svg'],
} as const

/**
 * ISO/IEC 14496-12 file type box: length, 'ftyp', major brand, minor version, compatible brands. AVIF may stand in any
 * brand position behind the generic `mif1`; HEIC shares the container and the generic brand, but never the AVIF ones.
 */
function isAvif(bytes: Uint8Array): boolean {
  return brandsOf(bytes).some((brand) => ['avif', 'avis'].includes(brand))
}

/** The major brand and those that it is compatible with; none when the file does not begin with such a box. */
function brandsOf(bytes: Uint8Array): readonly string[] {
  if (ascii(bytes, 4, 4) !== 'ftyp') return []
  const brands: string[] = []
  const end = Math.min(uint32(bytes, 0, false), bytes.length, SNIFFED_BYTES)
  for (let at = 8; at + 4 <= end; at += 4) if (at !== 12) brands.push(ascii(bytes, at, 4))
  return brands
}

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length))
}

function uint32(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, littleEndian)
}
