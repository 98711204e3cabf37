/**
 * Pictures of one face made poor, each class by a seeded rule: what bench/quality.ts measures, and what the cohort is made of
 * besides plain faces.
 */
import sharp, { type Sharp } from 'sharp'
import { coverHalf, drawMask, drawSunglasses } from './cover-faces.js'
import { squareOf } from './face-square.js'

/** A picture's upright size, in pixels. */
export interface PictureSize {
  readonly imageWidth: number
  readonly imageHeight: number
}

/**
 * What is known of a picture that is to be degraded; a `Face` of the engine is one. How large the face is, is told by its
 * landmarks ({@link squareOf}): a class means the same whatever the detector calls a box.
 */
export interface KnownFace extends PictureSize {
  /** 68 points in pixels, x and y in turn (iBUG 300-W order). */
  readonly landmarks: Float32Array
}

/** Makes a JPEG of the picture, of its size unless the class says otherwise. Equal pictures and random numbers make equal bytes. */
type Degrade = (picture: Uint8Array, face: KnownFace, random: () => number) => Promise<Uint8Array>

/** The classes, in the order in which they are told. */
export const DEGRADATIONS: Readonly<Record<string, Degrade>> = {
  'face of 24 px': (picture, face) => shrink(picture, face, squareOf(face).width, 24),
  'face of 16 px': (picture, face) => shrink(picture, face, squareOf(face).width, 16),
  'face of 12 px': (picture, face) => shrink(picture, face, squareOf(face).width, 12),
  'face of 10 px': (picture, face) => shrink(picture, face, squareOf(face).width, 10),
  'face of 24 px, enlarged': (picture, face) => shrinkAndEnlarge(picture, face, 24, 'cubic'),
  'face of 16 px, enlarged': (picture, face) => shrinkAndEnlarge(picture, face, 16, 'cubic'),
  'face of 12 px, enlarged': (picture, face) => shrinkAndEnlarge(picture, face, 12, 'cubic'),
  'face of 10 px, enlarged': (picture, face) => shrinkAndEnlarge(picture, face, 10, 'cubic'),
  'blur 2': (picture, face) => blur(picture, face, 2),
  'blur 4': (picture, face) => blur(picture, face, 4),
  'blur 6': (picture, face) => blur(picture, face, 6),
  'blur 8': (picture, face) => blur(picture, face, 8),
  'motion blur': blurByMotion,
  'brightness x .2': (picture) => encode(upright(picture).linear(0.2, 0)),
  'brightness x .1': (picture) => encode(upright(picture).linear(0.1, 0)),
  'over-exposed': (picture) => encode(upright(picture).linear(3, 24)),
  noise: addNoise,
  'JPEG quality 20': (picture) => recompress(picture, 20),
  'JPEG quality 5': (picture) => recompress(picture, 5),
  grey: turnGrey,
  'side light': lightFromSide,
  mask: (picture, face, random) => overlay(picture, face, drawMask(face.landmarks, random)),
  sunglasses: (picture, face, random) => overlay(picture, face, drawSunglasses(face.landmarks, random)),
  'mask and sunglasses': (picture, face, random) =>
    overlay(picture, face, drawMask(face.landmarks, random) + drawSunglasses(face.landmarks, random)),
  'half covered': (picture, face, random) => overlay(picture, face, coverHalf(face.landmarks, random)),
  pixelated: (picture, face) => shrinkAndEnlarge(picture, face, 10, 'nearest'),
  negative: (picture) => encode(upright(picture).negate({ alpha: false })),
}

/** Classes that a good service copes with: such a face is still recognised, and its picture never refused. */
export const MILD: readonly string[] = [
  'face of 24 px',
  'blur 2',
  'brightness x .2',
  'JPEG quality 20',
  'grey',
  'side light',
]

/** The width of a face that the amounts of blur are told for: about that of LFW's pictures. */
const USUAL_FACE = 104
/** Length of the way of a moving face, as a share of its width. */
const MOTION = 1 / 6
/** Standard deviation, of 255. */
const NOISE = 40

/** Coordinates refer to the upright picture. */
function upright(picture: Uint8Array | Buffer): Sharp {
  return sharp(picture).autoOrient().flatten().toColourspace('srgb')
}

async function encode(image: Sharp, quality = 92): Promise<Uint8Array> {
  return new Uint8Array(await image.jpeg({ quality }).toBuffer())
}

export function recompress(picture: Uint8Array, quality: number): Promise<Uint8Array> {
  return encode(upright(picture), quality)
}

export function turnGrey(picture: Uint8Array): Promise<Uint8Array> {
  return encode(upright(picture).greyscale())
}

/** The whole picture, scaled so that what is now `from` pixels wide is `to` pixels wide. */
export function shrink(
  picture: Uint8Array,
  { imageWidth }: PictureSize,
  from: number,
  to: number,
): Promise<Uint8Array> {
  return encode(upright(picture).resize(Math.round((imageWidth * to) / from)))
}

/** Nothing is encoded with loss between the two steps: what is missing is missing for want of pixels alone. */
async function shrinkAndEnlarge(
  picture: Uint8Array,
  face: KnownFace,
  faceWidth: number,
  kernel: 'cubic' | 'nearest',
): Promise<Uint8Array> {
  const { imageWidth, imageHeight } = face
  const small = await upright(picture)
    .resize(Math.round((imageWidth * faceWidth) / squareOf(face).width))
    .png()
    .toBuffer()
  return encode(sharp(small).resize(imageWidth, imageHeight, { kernel, fit: 'fill' }))
}

function blur(picture: Uint8Array, face: KnownFace, sigma: number): Promise<Uint8Array> {
  return encode(upright(picture).blur((sigma * squareOf(face).width) / USUAL_FACE))
}

/** Every point drawn out into a line of an even strength, in any direction. */
function blurByMotion(picture: Uint8Array, face: KnownFace, random: () => number): Promise<Uint8Array> {
  const half = Math.max(1, (MOTION * squareOf(face).width) / 2)
  const reach = Math.ceil(half)
  const side = 2 * reach + 1
  const kernel = new Array<number>(side * side).fill(0)
  const angle = Math.PI * random()
  const samples = 8 * side
  for (let i = 0; i < samples; i++) {
    const along = half * ((2 * i + 1) / samples - 1)
    spread(kernel, side, reach + along * Math.cos(angle), reach + along * Math.sin(angle))
  }
  return encode(upright(picture).convolve({ width: side, height: side, kernel, scale: samples }))
}

/** Adds 1 to the four numbers around a place between them, more to the nearer ones. */
function spread(values: number[], columns: number, x: number, y: number): void {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  for (const [column, row] of [
    [left, top],
    [left + 1, top],
    [left, top + 1],
    [left + 1, top + 1],
  ] as const) {
    const share = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row))
    if (share > 0) values[row * columns + column]! += share
  }
}

/** That of a sensor in little light: every channel of every pixel by itself, normally distributed (Box and Muller, 1958). */
async function addNoise(picture: Uint8Array, _: KnownFace, random: () => number): Promise<Uint8Array> {
  const { data, info } = await upright(picture).raw().toBuffer({ resolveWithObject: true })
  const noisy = Uint8ClampedArray.from(data, (value) => {
    const radius = Math.sqrt(-2 * Math.log(1 - random()))
    return value + NOISE * radius * Math.cos(2 * Math.PI * random())
  })
  const { width, height, channels } = info
  return encode(sharp(noisy, { raw: { width, height, channels } }))
}

/** The left side at a tenth of its light, the right side as it is. */
export function lightFromSide(picture: Uint8Array, size: PictureSize): Promise<Uint8Array> {
  const ramp = `<defs><linearGradient id="g">
    <stop offset="35%" stop-color="#1a1a1a"/><stop offset="65%" stop-color="#fff"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/>`
  return overlay(picture, size, ramp, 'multiply')
}

/** Draws the content of an SVG of the picture's size over it. */
export function overlay(
  picture: Uint8Array,
  { imageWidth, imageHeight }: PictureSize,
  content: string,
  blend: 'over' | 'multiply' = 'over',
): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${imageWidth}" height="${imageHeight}">${content}</svg>`
  return encode(upright(picture).composite([{ input: Buffer.from(svg), blend }]))
}
