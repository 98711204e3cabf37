import sharp, { type Sharp, type SharpOptions } from 'sharp'
import { FaceCompareError } from '../errors.js'
import { decodeBmp } from './bmp.js'
import { nameUnsupported, sniffFormat } from './format.js'
import type { Image } from './image.js'
import { FIRST_LYING, isFlipped, isMirrored, turnUpright } from './orientation.js'
import { type PreparedFile, prepareFile } from './prepare-file.js'
import { nameExcess } from './size-limit.js'
import { decodeSmallJpeg } from './small-jpeg.js'

// Parallelism comes from the worker processes, one image each; libvips' own threads and cache would only take their memory.
sharp.concurrency(1)
sharp.cache(false)

export interface DecodeOptions {
  /** Width times height of the full-size picture, read from its header before anything is decoded. */
  readonly maxPixels: number
  /** Width times height of the decoded picture: a larger one is shrunk to it. */
  readonly maxArea?: number
  /** The longer side of the decoded picture, in pixels: a larger one is shrunk to it. */
  readonly maxSide?: number
}

export interface DecodedImage extends Image {
  /** Width of the full-size picture, upright, in pixels. */
  readonly sourceWidth: number
  /** Height of the full-size picture, upright, in pixels. */
  readonly sourceHeight: number
  /** Decoded over full-size length, 0 < scale <= 1; 1 when nothing was shrunk. */
  readonly scale: number
}

/** Whole pixels of an upright picture. */
export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/**
 * Decodes a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP picture: upright (EXIF orientation applied), sRGB, 8 bits, three
 * channels, the first frame of several. Transparent parts become white: that is the usual ground of a portrait, while
 * the colours that some editors leave behind transparent pixels are no picture. The result owns its memory
 * (`data.buffer` holds nothing else) and may be transferred to another thread.
 *
 * @throws FaceCompareError IMAGE_EMPTY (no bytes), IMAGE_FORMAT_UNSUPPORTED (none of these formats, or a rare variant
 *   of one), IMAGE_UNDECODABLE (truncated, corrupt, more pixels than `maxPixels`, too long a side, or so made that it takes too long).
 */
export function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  return refusingDamage(bytes, options, async (file) => {
    const { format } = file
    const scaleFor = (width: number, height: number) => limitScale(width, height, options)
    if (format === 'bmp') return shrinkRaw(decodeBmp(bytes, options.maxPixels), scaleFor)
    const isWhole = (width: number, height: number) =>
      width * height <= options.maxPixels && scaleFor(width, height) === 1
    const small = format === 'jpeg' ? await decodeSmallJpeg(file.bytes, isWhole) : undefined
    if (small) return describe(small, small.width, small.height)
    const { width, height } = await readSize(file, options.maxPixels)
    return decodeWithSharp(file, { width, height, scale: scaleFor(width, height) })
  })
}

/** Below this longer side, in pixels, a small version of a photograph shows too little. */
const LEAST_DRAFT_SIDE = 444
/** By so much a JPEG is shrunk while it is loaded, which leaves out most of the work. Less would hardly be a saving. */
const DRAFT_SHRINKS = [8, 4]

/**
 * A small version of a large JPEG, for a quick look. Undefined where it saves nothing: other formats are decoded whole before they
 * are shrunk, and smaller pictures are best decoded at once. Throws what {@link decodeImage} throws.
 */
export async function decodeDraft(
  bytes: Uint8Array,
  { maxPixels, maxArea }: Required<Pick<DecodeOptions, 'maxPixels' | 'maxArea'>>,
): Promise<DecodedImage | undefined> {
  if (bytes.length < LEAST_DRAFT_BYTES || sniffFormat(bytes) !== 'jpeg') return undefined
  return refusingDamage(bytes, { maxPixels }, async (file) => {
    const { width, height } = await readSize(file, maxPixels)
    if (width * height <= maxArea) return undefined
    const shrink = DRAFT_SHRINKS.find((by) => Math.max(width, height) >= by * LEAST_DRAFT_SIDE)
    return shrink === undefined ? undefined : decodeWithSharp(file, { width, height, scale: 1 / shrink })
  })
}

/** A JPEG of fewer bytes is hardly larger than what is decoded anyway; its header need not be read. */
const LEAST_DRAFT_BYTES = 65_536

/**
 * A part of the full-size picture, otherwise like {@link decodeImage}. The region lies inside of the picture. Memory is taken for the
 * region alone, and for the whole of bitmaps and of interlaced files.
 */
export function decodeRegion(
  bytes: Uint8Array,
  region: Region,
  { maxPixels }: Pick<DecodeOptions, 'maxPixels'>,
): Promise<Image> {
  return refusingDamage(bytes, { maxPixels }, async (file) => {
    if (file.format === 'bmp') return cutRaw(decodeBmp(bytes, maxPixels), region)
    const { width, height, orientation } = await readSize(file, maxPixels)
    // Cut before it is turned: what is turned must be in memory as a whole.
    const stored = storedRegion(region, { width, height }, orientation)
    return turnUpright(await renderRgb(openFile(file).extract(stored)), orientation)
  })
}

/** Where a part of the upright picture of this size lies in the picture as it is stored. */
function storedRegion({ left, top, width, height }: Region, whole: Size, orientation: number): Region {
  const lies = orientation >= FIRST_LYING
  const [u, v] = lies ? [top, left] : [left, top]
  const [w, h] = lies ? [height, width] : [width, height]
  const [wholeWidth, wholeHeight] = lies ? [whole.height, whole.width] : [whole.width, whole.height]
  return {
    left: isMirrored(orientation) ? wholeWidth - u - w : u,
    top: isFlipped(orientation) ? wholeHeight - v - h : v,
    width: w,
    height: h,
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

async function refusingDamage<T>(
  bytes: Uint8Array,
  { maxPixels }: Pick<DecodeOptions, 'maxPixels'>,
  decode: (file: PreparedFile) => Promise<T>,
): Promise<T> {
  if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', 'The image has no bytes.')
  const format = sniffFormat(bytes)
  if (format === undefined) {
    throw new FaceCompareError(
      'IMAGE_FORMAT_UNSUPPORTED',
      `Expected a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP image but received ${nameUnsupported(bytes)}.`,
    )
  }
  try {
    return await decode(await prepareFile(format, bytes, maxPixels))
  } catch (error) {
    if (error instanceof FaceCompareError) throw error
    throw new FaceCompareError('IMAGE_UNDECODABLE', `The ${format.toUpperCase()} image is truncated or corrupt.`, {
      cause: error,
    })
  }
}

function limitScale(width: number, height: number, { maxArea, maxSide }: DecodeOptions): number {
  const byArea = maxArea === undefined ? 1 : Math.sqrt(maxArea / (width * height))
  const bySide = maxSide === undefined ? 1 : maxSide / Math.max(width, height)
  return Math.min(1, byArea, bySide)
}

const INPUT = {
  // Checked before, by the header.
  limitInputPixels: false,
  // Truncated data fails; what libjpeg merely warns of (stray bytes between segments, a damaged block) does not,
  // because complete pictures with such flaws are common and viewers show them. 'truncated' lets cut TIFFs pass.
  failOn: 'error',
  sequentialRead: true,
  unlimited: false,
  pages: 1,
} as const satisfies SharpOptions

function openFile({ bytes }: PreparedFile): Sharp {
  return sharp(bytes, INPUT)
}

/** The upright size by the header, and the orientation that Exif notes. */
async function readSize(file: PreparedFile, maxPixels: number): Promise<Size & { readonly orientation: number }> {
  const { width, height, autoOrient, orientation = 1 } = await openFile(file).metadata()
  const excess = nameExcess(width, height, maxPixels)
  if (excess) throw new FaceCompareError('IMAGE_UNDECODABLE', `The image ${excess}.`)
  return { ...autoOrient, orientation }
}

/** JPEG and WebP are shrunk while they are loaded, because the resizing comes first. */
async function decodeWithSharp(
  file: PreparedFile,
  { width, height, scale }: Size & { readonly scale: number },
): Promise<DecodedImage> {
  const upright = openFile(file).autoOrient()
  return describe(await renderRgb(scale < 1 ? shrink(upright, { width, height }, scale) : upright), width, height)
}

async function shrinkRaw(image: Image, scaleFor: (width: number, height: number) => number): Promise<DecodedImage> {
  const { width, height } = image
  const scale = scaleFor(width, height)
  if (scale === 1) return describe(image, width, height)
  return describe(await renderRgb(shrink(openRaw(image), image, scale)), width, height)
}

async function cutRaw(image: Image, region: Region): Promise<Image> {
  return renderRgb(openRaw(image).extract(region))
}

function openRaw({ width, height, data }: Image): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

/** By the longer side, rounded down, so that a half, a quarter and an eighth are no more than that. */
function shrink(picture: Sharp, { width, height }: Size, scale: number): Sharp {
  const side = Math.max(1, Math.floor(Math.max(width, height) * scale + ROUNDING))
  return picture.resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
}

const ROUNDING = 1e-6

async function renderRgb(pipeline: Sharp): Promise<Image> {
  const { data, info } = await pipeline
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
