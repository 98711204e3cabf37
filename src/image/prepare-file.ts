import { FaceCompareError } from '../errors.js'
import { checkAvif } from './avif-file.js'
import type { ImageFormat } from './format.js'
import { type JpegStructure, readJpegStructure } from './jpeg-file.js'
import { checkPng } from './png-file.js'
import { isWholeJpeg } from './small-jpeg.js'
import { checkTiff } from './tiff-file.js'
import { checkWebp } from './webp-file.js'

/** A file as it is given to its decoder. */
export interface PreparedFile {
  readonly format: ImageFormat
  readonly bytes: Uint8Array
}

/**
 * Walks over a file, once and without decoding anything, before its decoder sees it: what would keep the decoder busy out of all
 * proportion is refused, what it is known not to read is named, and what it reads under another name only is given that name.
 * A GIF needs no such walk, however many frames and comments it has (measured: 400,000 frames take 0.15 s); the reader of bitmaps is our own.
 *
 * @throws FaceCompareError IMAGE_UNDECODABLE (too many scans, frames, directories, ...), IMAGE_FORMAT_UNSUPPORTED (a variant of
 *   the format that is not read)
 */
export async function prepareFile(format: ImageFormat, bytes: Uint8Array, maxPixels: number): Promise<PreparedFile> {
  if (format === 'jpeg') return { format, bytes: await prepareJpeg(bytes, maxPixels) }
  CHECKS[format]?.(bytes, maxPixels)
  if (format === 'avif') return { format, bytes: asPlainAvif(bytes) }
  return { format, bytes }
}

const CHECKS: Partial<Record<ImageFormat, (bytes: Uint8Array, maxPixels: number) => void>> = {
  avif: checkAvif,
  png: checkPng,
  webp: checkWebp,
  tiff: checkTiff,
}

/**
 * A scan goes over the whole picture, however few bytes it has: 11 ms for 40 megapixels without colours, three times that with. Encoders
 * write some ten; a hundred are let pass where they cost no more than a second.
 */
const MOST_SCANS = 100
const MOST_SCANNED_PIXELS = 1_200_000_000

async function prepareJpeg(bytes: Uint8Array, maxPixels: number): Promise<Uint8Array> {
  const structure = readJpegStructure(bytes, MOST_SCANS)
  const variant = nameUnreadJpeg(structure)
  if (variant)
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', `${variant} is not supported; convert it to a usual JPEG.`)
  const { process, width, height, scans, hasEnd, hasAllScans } = structure
  const most = Math.min(MOST_SCANS, Math.floor(MOST_SCANNED_PIXELS / (width * height)))
  if (scans > Math.max(1, most)) {
    const many = scans > MOST_SCANS ? `more than ${MOST_SCANS}` : String(scans)
    throw new FaceCompareError(
      'IMAGE_UNDECODABLE',
      `The JPEG image is stored in ${many} scans; at most ${most} are allowed for its size.`,
    )
  }
  // In arithmetic coding nothing tells a missing end from zeros.
  const isArithmetic = process !== undefined && process > 0xc8
  if (hasEnd || !hasAllScans || isArithmetic || width * height > maxPixels) return bytes
  // As libjpeg does with a file that lacks nothing but its end marker.
  const ended = withEnd(bytes)
  return (await isWholeJpeg(ended)) ? ended : bytes
}

/** What libjpeg does not read, as it is built into sharp. */
function nameUnreadJpeg({ process, bits }: JpegStructure): string | undefined {
  if (process === undefined) return undefined
  if (process === 0xf7) return 'JPEG-LS'
  if ([0xc5, 0xc6, 0xc7, 0xcd, 0xce, 0xcf].includes(process)) return 'A hierarchical JPEG'
  if (process === 0xcb) return 'A lossless JPEG with arithmetic coding'
  if (bits === 8) return undefined
  return process === 0xc3 ? `A lossless JPEG of ${bits} bits a sample` : `A JPEG of ${bits} bits a sample`
}

/** With the end marker, of which the first byte may be there already. */
function withEnd(bytes: Uint8Array): Uint8Array {
  const kept = bytes.at(-1) === 0xff ? bytes.length - 1 : bytes.length
  const whole = new Uint8Array(kept + 2)
  whole.set(bytes.subarray(0, kept))
  whole.set([0xff, 0xd9], kept)
  return whole
}

const MAJOR_BRAND_AT = 8
const AVIF_BRAND = [0x61, 0x76, 0x69, 0x66]

/**
 * libvips looks at the major brand alone, and of the AVIF files knows those called `avif`. An animation (`avis`) carries its first
 * frame as a picture of its own beside the track, as its readers expect, so that another name is all that is missing.
 */
function asPlainAvif(bytes: Uint8Array): Uint8Array {
  if (AVIF_BRAND.every((byte, i) => bytes[MAJOR_BRAND_AT + i] === byte)) return bytes
  const named = Uint8Array.from(bytes)
  named.set(AVIF_BRAND, MAJOR_BRAND_AT)
  return named
}
