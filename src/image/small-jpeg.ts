import load, { type JPEGDecoder } from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'
import type { Image } from './image.js'

/** Larger files and pictures gain little: what is saved is the pipeline around the decoder, which takes the same for all. */
const MOST_BYTES = 65_536
const MOST_PIXELS = 1_000_000

interface Limits {
  readonly maxPixels: number
  readonly maxSide: number
}

const silent = (): void => {}
/** One decoder for all pictures: it keeps its memory. Undefined where WebAssembly cannot be used. */
const loading = load({ print: silent, printErr: silent })
  .then(({ JPEGDecoder }) => new JPEGDecoder())
  .catch(() => undefined)

/**
 * Decodes a small, plain JPEG in a third of the time that the general way takes, to the very same pixels. Undefined for all
 * others, which the general way decodes or refuses: what is shrunk, turned, has colours of its own or is not sequential, and
 * what libjpeg finds any fault with.
 *
 * @param limits what the picture may have, and the longer side that needs no shrinking
 */
export async function decodeSmallJpeg(bytes: Uint8Array, limits: Limits): Promise<Image | undefined> {
  if (bytes.length > MOST_BYTES || !isPlain(bytes, limits)) return undefined
  const decoder = await loading
  if (!decoder) return undefined
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes)
    decoder.decode()
    return copyPixels(decoder)
  } catch {
    return undefined
  } finally {
    forget(decoder, bytes.length)
  }
}

/** Nothing of a picture stays behind in the decoder's memory. What fails here has failed before, and the general way decodes. */
function forget(decoder: JPEGDecoder, length: number): void {
  try {
    decoder.getEncodedBuffer(length).fill(0)
    decoder.getDecodedBuffer().fill(0)
  } catch {
    // No memory: there is nothing of the picture there either.
  }
}

function copyPixels(decoder: JPEGDecoder): Image | undefined {
  const { width, height } = decoder.getFrameInfo()
  const data = new Uint8Array(decoder.getDecodedBuffer())
  return data.length === 3 * width * height ? { width, height, data } : undefined
}

const START_OF_FRAME = 0xc0
const START_OF_SCAN = 0xda
/** Tables, restart interval, comment, JFIF, and what programs note for themselves. Not: Exif, colour profiles, Adobe's colours. */
const HARMLESS = new Set([
  0xc4, 0xdb, 0xdd, 0xfe, 0xe0, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed,
])

/** Whether all that stands before the first scan (ITU-T T.81, annex B) says: baseline, three components, no larger than that. */
function isPlain(bytes: Uint8Array, limits: Limits): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let hasFrame = false
  for (let at = 2; at + 4 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at) - 0xff00
    if (marker === START_OF_SCAN) return hasFrame
    if (marker === START_OF_FRAME && !hasFrame) hasFrame = at + 10 <= bytes.length && isPlainFrame(view, at + 4, limits)
    else if (!HARMLESS.has(marker)) return false
  }
  return false
}

function isPlainFrame(view: DataView, at: number, { maxPixels, maxSide }: Limits): boolean {
  const [height, width] = [view.getUint16(at + 1), view.getUint16(at + 3)]
  const fits = Math.max(width, height) <= maxSide && width * height <= Math.min(MOST_PIXELS, maxPixels)
  return fits && view.getUint8(at) === 8 && view.getUint8(at + 5) === 3
}
