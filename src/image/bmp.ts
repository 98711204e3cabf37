import { FaceCompareError } from '../errors.js'
import type { Image } from './image.js'
import { nameExcess } from './size-limit.js'

/**
 * A strict decoder of uncompressed Windows and OS/2 bitmaps, because libvips has none and no small library is sound
 * against hostile files: fast-bmp knows neither 4 nor 16 bits nor top-down pictures, bmp-ts ignores the pixel offset and
 * allocates what the header asks for, decode-bmp knows neither 16 bits nor bit masks.
 *
 * Every size is checked against the bytes that are there before memory is taken. Run-length coded files (rare, palette
 * only) and alpha (mostly zero by mistake, so readers ignore it) are left out.
 */

const FILE_HEADER_BYTES = 14

/** BITMAPCOREHEADER, OS/2 1: 16-bit sizes and palette entries of three bytes. */
const CORE_HEADER_BYTES = 12

const NOT_COMPRESSED = 0
/** Run lengths of 8 and of 4 bits, a JPEG or a PNG inside. */
const COMPRESSIONS = [1, 2, 4, 5]
const BIT_MASKS = 3
const BIT_MASKS_WITH_ALPHA = 6

interface Layout {
  readonly width: number
  readonly height: number
  readonly topDown: boolean
  readonly bitsPerPixel: number
  /** Bytes of one row, padded to four. */
  readonly stride: number
  readonly pixelsAt: number
  readonly paletteAt: number
  readonly paletteEntryBytes: number
  readonly paletteLength: number
  /** Red, green, blue; of 16 and 32 bits. */
  readonly masks: readonly [number, number, number]
}

/** Decodes a bitmap. @throws FaceCompareError IMAGE_UNDECODABLE (truncated, corrupt, too large), IMAGE_FORMAT_UNSUPPORTED (compressed). */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Image {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const layout = readLayout(view, maxPixels)
  const { width, height, bitsPerPixel } = layout
  const data = new Uint8Array(3 * width * height)
  const readRow =
    bitsPerPixel <= 8
      ? paletteRow(bytes, layout)
      : bitsPerPixel === 24
        ? plainRow(bytes, layout)
        : maskRow(view, layout)
  for (let y = 0; y < height; y++) {
    const row = layout.topDown ? y : height - 1 - y
    readRow(layout.pixelsAt + row * layout.stride, data.subarray(3 * y * width, 3 * (y + 1) * width))
  }
  return { width, height, data }
}

function readLayout(view: DataView, maxPixels: number): Layout {
  if (view.byteLength < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw undecodable('its header is truncated')
  const headerBytes = view.getUint32(14, true)
  if (FILE_HEADER_BYTES + headerBytes > view.byteLength) throw undecodable('its header is truncated')
  const core = headerBytes === CORE_HEADER_BYTES
  if (!core && headerBytes < 40) throw undecodable('its header is of an unknown kind')

  const width = core ? view.getUint16(18, true) : view.getInt32(18, true)
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true)
  const height = Math.abs(signedHeight)
  if (width <= 0 || height === 0) throw undecodable('its size is not positive')
  const excess = nameExcess(width, height, maxPixels)
  if (excess) throw undecodable(`it ${excess}`)

  const bitsPerPixel = view.getUint16(core ? 24 : 28, true)
  const compression = core ? NOT_COMPRESSED : view.getUint32(30, true)
  if (COMPRESSIONS.includes(compression)) {
    throw new FaceCompareError(
      'IMAGE_FORMAT_UNSUPPORTED',
      'A compressed BMP is not supported; convert it to an uncompressed one, to PNG or to JPEG.',
    )
  }
  if (![1, 4, 8, 16, 24, 32].includes(bitsPerPixel)) throw undecodable(`${bitsPerPixel} bits per pixel are unknown`)
  const masked = compression === BIT_MASKS || compression === BIT_MASKS_WITH_ALPHA
  const maskable = bitsPerPixel === 16 || bitsPerPixel === 32
  if (compression !== NOT_COMPRESSED && !(masked && maskable)) throw undecodable('its compression is unknown')

  const pixelsAt = view.getUint32(10, true)
  const stride = 4 * Math.ceil((width * bitsPerPixel) / 32)
  // The last row may come without its padding.
  const pixelBytes = stride * (height - 1) + Math.ceil((width * bitsPerPixel) / 8)
  const paletteAt = FILE_HEADER_BYTES + headerBytes
  if (pixelsAt < paletteAt || pixelsAt + pixelBytes > view.byteLength) throw undecodable('its pixels are truncated')

  const paletteEntryBytes = core ? 3 : 4
  const asked = core ? 0 : view.getUint32(46, true)
  const paletteLength = Math.min(
    asked || 256,
    2 ** Math.min(bitsPerPixel, 8),
    Math.floor((pixelsAt - paletteAt) / paletteEntryBytes),
  )
  const masks = masked ? readMasks(view) : defaultMasks(bitsPerPixel)
  const topDown = signedHeight < 0
  return { width, height, topDown, bitsPerPixel, stride, pixelsAt, paletteAt, paletteEntryBytes, paletteLength, masks }
}

/** The masks stand behind the first 40 bytes of the header, inside the later headers and after the oldest one alike. */
function readMasks(view: DataView): Layout['masks'] {
  if (view.byteLength < 66) throw undecodable('its header is truncated')
  return [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
}

function defaultMasks(bitsPerPixel: number): Layout['masks'] {
  return bitsPerPixel === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff]
}

/** Reads the row at `at` into `out` (RGBRGB...). */
type ReadRow = (at: number, out: Uint8Array) => void

/** An index over the end of the palette is black, as in other readers. */
function paletteRow(bytes: Uint8Array, layout: Layout): ReadRow {
  const { width, bitsPerPixel, paletteAt, paletteEntryBytes, paletteLength } = layout
  const palette = new Uint8Array(3 * 256)
  for (let i = 0; i < paletteLength; i++) {
    const at = paletteAt + i * paletteEntryBytes
    palette.set([bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0], 3 * i)
  }
  const indexMask = 2 ** bitsPerPixel - 1
  return (at, out) => {
    for (let x = 0; x < width; x++) {
      const bit = x * bitsPerPixel
      const index = ((bytes[at + (bit >> 3)] ?? 0) >> (8 - bitsPerPixel - (bit & 7))) & indexMask
      out[3 * x] = palette[3 * index] ?? 0
      out[3 * x + 1] = palette[3 * index + 1] ?? 0
      out[3 * x + 2] = palette[3 * index + 2] ?? 0
    }
  }
}

function plainRow(bytes: Uint8Array, { width }: Layout): ReadRow {
  return (at, out) => {
    for (let i = 0; i < 3 * width; i += 3) {
      out[i] = bytes[at + i + 2] ?? 0
      out[i + 1] = bytes[at + i + 1] ?? 0
      out[i + 2] = bytes[at + i] ?? 0
    }
  }
}

function maskRow(view: DataView, { width, bitsPerPixel, masks }: Layout): ReadRow {
  const [red, green, blue] = masks.map(maskReader)
  if (red === undefined || green === undefined || blue === undefined) throw undecodable('its masks are missing')
  const pixelBytes = bitsPerPixel / 8
  return (at, out) => {
    for (let x = 0; x < width; x++) {
      const pixel = pixelBytes === 2 ? view.getUint16(at + 2 * x, true) : view.getUint32(at + 4 * x, true)
      out[3 * x] = red(pixel)
      out[3 * x + 1] = green(pixel)
      out[3 * x + 2] = blue(pixel)
    }
  }
}

/** Takes one channel out of a pixel and stretches it to 0..255. */
function maskReader(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0
  const shift = 31 - Math.clz32(mask & -mask)
  const top = mask >>> shift
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / top)
}

function undecodable(reason: string): FaceCompareError {
  return new FaceCompareError('IMAGE_UNDECODABLE', `The BMP image cannot be decoded: ${reason}.`)
}
