import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { FaceCompareError } from '../errors.js'
import { decodeBmp } from './bmp.js'
import { sniffFormat } from './format.js'
import type { Image } from './image.js'
import { decodeEighth } from './jpeg-eighth.js'
import { FIRST_LYING, isFlipped, isMirrored, turnUpright } from './orientation.js'
import { decodeSmallJpeg } from './small-jpeg.js'

// Parallelism comes from the worker processes, one image each; libvips' own threads and cache would only take their memory.
sharp.concurrency(1)
sharp.cache(false)

export interface DecodeOptions {
  /** Width times height of the full-size picture, read from its header before anything is decoded. */
  readonly maxPixels: number
  /** The longer side of the decoded picture, in pixels; a larger picture is shrunk to it, a smaller one stays as it is. */
  readonly maxSide: number
}

export interface DecodedImage extends Image {
  /** Width of the full-size picture, upright, in pixels. */
  readonly sourceWidth: number
  /** Height of the full-size picture, upright, in pixels. */
  readonly sourceHeight: number
  /** Decoded over full-size length, 0 < scale <= 1; 1 when nothing was shrunk. */
  readonly scale: number
}

/**
 * Decodes a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP picture: upright (EXIF orientation applied), sRGB, 8 bits, three
 * channels, the first frame of several. Transparent parts become white: that is the usual ground of a portrait, while
 * the colours that some editors leave behind transparent pixels are no picture. The result owns its memory
 * (`data.buffer` holds nothing else) and may be transferred to another thread.
 *
 * @throws FaceCompareError IMAGE_EMPTY (no bytes), IMAGE_FORMAT_UNSUPPORTED (none of these formats), IMAGE_UNDECODABLE
 *   (truncated, corrupt, or more pixels than `maxPixels`).
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', 'The image has no bytes.')
  const format = sniffFormat(bytes)
  if (format === undefined) {
    throw new FaceCompareError(
      'IMAGE_FORMAT_UNSUPPORTED',
      'Expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP image but received something else.',
    )
  }
  try {
    if (format === 'bmp') return await shrinkRaw(decodeBmp(bytes, options.maxPixels), options.maxSide)
    const small = format === 'jpeg' ? await decodeSmallJpeg(bytes, options) : undefined
    if (small) return describe(small, small.width, small.height)
    return await decodeWithSharp(bytes, options)
  } catch (error) {
    if (error instanceof FaceCompareError) throw error
    throw new FaceCompareError('IMAGE_UNDECODABLE', `The ${format.toUpperCase()} image is truncated or corrupt.`, {
      cause: error,
    })
  }
}

/** A JPEG of fewer bytes is hardly larger than what is decoded anyway; its header need not be read. */
const LEAST_DRAFT_BYTES = 65_536

/**
 * A small version of a large JPEG, for a quick look: a quarter or an eighth of the size leaves out much of the work. At an
 * eighth its longer side may be larger than `maxSide`, but not than `instead`. Undefined where it saves nothing: other
 * formats are decoded whole before they are shrunk, and what is not larger than `instead` is best decoded at once. Throws
 * what {@link decodeImage} throws.
 *
 * @param options what to decode to, and the `maxSide` of what would be decoded instead
 */
export async function decodeDraft(
  bytes: Uint8Array,
  options: DecodeOptions & { readonly instead: number },
): Promise<DecodedImage | undefined> {
  if (bytes.length < LEAST_DRAFT_BYTES || sniffFormat(bytes) !== 'jpeg') return undefined
  const eighth = decodeEighthUpright(bytes, options)
  if (eighth) return eighth
  return (await isLonger(bytes, options.instead)) ? decodeImage(bytes, options) : undefined
}

async function isLonger(bytes: Uint8Array, side: number): Promise<boolean> {
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata()
    return Math.max(width, height) > side
  } catch {
    // Decoding it says what is wrong.
    return false
  }
}

const EIGHTH = 1 / 8

/** Undefined where an eighth is too small or too large, and for all but plain photographs. */
function decodeEighthUpright(
  bytes: Uint8Array,
  { maxPixels, maxSide, instead }: DecodeOptions & { readonly instead: number },
): DecodedImage | undefined {
  const eighth = decodeEighth(bytes, ({ width, height, orientation }) => {
    const side = EIGHTH * Math.max(width, height)
    // What came first then would be a part of a block, and all places would be moved by the rest of it.
    if ((isMirrored(orientation) && width % 8 > 0) || (isFlipped(orientation) && height % 8 > 0)) return false
    return side >= maxSide && side <= instead && width * height <= maxPixels
  })
  if (!eighth) return undefined
  const { image, orientation, width, height } = eighth
  const [sourceWidth, sourceHeight] = orientation >= FIRST_LYING ? [height, width] : [width, height]
  return { ...turnUpright(image, orientation), sourceWidth, sourceHeight, scale: EIGHTH }
}

/** One pass: the size is asked for in a second one (of the header alone) only when the picture may have been shrunk. */
async function decodeWithSharp(bytes: Uint8Array, { maxPixels, maxSide }: DecodeOptions): Promise<DecodedImage> {
  const input = {
    limitInputPixels: maxPixels,
    // Truncated data fails; what libjpeg merely warns of (stray bytes between segments, a damaged block) does not,
    // because complete pictures with such flaws are common and viewers show them. 'truncated' lets cut TIFFs pass.
    failOn: 'error',
    sequentialRead: true,
    unlimited: false,
    pages: 1,
  } as const satisfies SharpOptions
  const pipeline = sharp(bytes, input).autoOrient()
  let image: Image
  try {
    image = await renderRgb(pipeline, maxSide)
  } catch (error) {
    // sharp's own wording; the test of the header bombs fails when it changes.
    if (!(error instanceof Error && error.message.includes('pixel limit'))) throw error
    const { width, height } = await sharp(bytes, { ...input, limitInputPixels: false }).metadata()
    throw new FaceCompareError(
      'IMAGE_UNDECODABLE',
      `The image has ${width} x ${height} pixels; at most ${maxPixels} are allowed.`,
      { cause: error },
    )
  }
  if (Math.max(image.width, image.height) < maxSide) return describe(image, image.width, image.height)
  const { autoOrient } = await sharp(bytes, input).metadata()
  return describe(image, autoOrient.width, autoOrient.height)
}

async function shrinkRaw(image: Image, maxSide: number): Promise<DecodedImage> {
  if (Math.max(image.width, image.height) <= maxSide) return describe(image, image.width, image.height)
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  const shrunk = await renderRgb(sharp(image.data, { raw, limitInputPixels: false }), maxSide)
  return describe(shrunk, image.width, image.height)
}

/** Runs the pipeline. JPEG and WebP are shrunk while they are loaded, because the resizing comes first. */
async function renderRgb(pipeline: Sharp, maxSide: number): Promise<Image> {
  const { data, info } = await pipeline
    .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  if (data.length !== 3 * width * height) {
    throw new Error(`Expected ${width} x ${height} x 3 bytes but received ${data.length}.`)
  }
  // A copy, because a Buffer's memory cannot be transferred. (sharp's `toUint8Array` gives memory that can, but 0.35.5
  // never frees it.)
  return { width, height, data: new Uint8Array(data) }
}

function describe(image: Image, sourceWidth: number, sourceHeight: number): DecodedImage {
  const scale = Math.max(image.width, image.height) / Math.max(sourceWidth, sourceHeight)
  return { ...image, sourceWidth, sourceHeight, scale }
}
