import sharp, { type Sharp } from 'sharp'
import { type DecodedImage, decodeImage } from './decode.js'
import { drawDigits, drawLandmarks, drawVerdict } from './strokes.js'

/** A rectangle in pixels of the upright picture. */
interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where a face is. */
interface Outline {
  readonly box: Rectangle
  /** 68 points in pixels of the upright picture, x and y in turn (iBUG 300-W order). */
  readonly landmarks: ArrayLike<number>
}

/** An image file with the face that was found in it. */
export interface FacePicture extends Outline {
  readonly bytes: Uint8Array
}

/** What a drawing may be written as. */
export type DrawingFormat = 'png' | 'jpeg'

interface DrawingOptions {
  readonly maxPixels: number
  readonly format: DrawingFormat
}

interface DrawnPicture {
  readonly png: Buffer
  readonly width: number
  readonly height: number
}

/** Pictures are scaled, up as well, to fit into this: points must be seen in small ones. */
const PANEL_WIDTH = 720
const PANEL_HEIGHT = 560
/** And a picture by itself into a square of this side. */
const SHEET_SIDE = 1280
const MARGIN = 16
const FOOTER = 72
const DRAWING_QUALITY = 90
const GROUND = '#14181c'
/** How much of its surroundings a cut face shows on each side, as a share of the box. */
const SURROUNDINGS = 0.35

/**
 * Draws two pictures side by side, as PNG or JPEG, each with the box and the landmarks of its face, above the score with a tick for a
 * match and a cross for none. Text is drawn as strokes: no font is needed, and every language reads it.
 *
 * @param similarity 0 to 100
 * @throws what {@link decodeImage} throws
 */
export async function drawComparison(
  pictures: readonly [FacePicture, FacePicture],
  { similarity, match }: { readonly similarity: number; readonly match: boolean },
  { maxPixels, format }: DrawingOptions,
): Promise<Uint8Array> {
  const [a, b] = await Promise.all(pictures.map((picture) => drawFace(picture, maxPixels)))
  if (!a || !b) throw new Error('Expected two pictures')
  const width = a.width + b.width + 3 * MARGIN
  const height = Math.max(a.height, b.height) + MARGIN + FOOTER
  const footer = svg(
    width,
    FOOTER,
    `${drawDigits(similarity.toFixed(2), width / 2 - 20, 18, 36)}${drawVerdict(match, width / 2 + 80, 20, 32)}`,
  )
  const middle = (picture: DrawnPicture) => MARGIN + Math.floor((height - FOOTER - MARGIN - picture.height) / 2)
  const sheet = sharp({ create: { width, height, channels: 3, background: GROUND } }).composite([
    { input: a.png, left: MARGIN, top: middle(a) },
    { input: b.png, left: a.width + 2 * MARGIN, top: middle(b) },
    { input: footer, left: 0, top: height - FOOTER },
  ])
  return encode(sheet, format)
}

/**
 * Draws a picture, as PNG or JPEG, with the boxes and the landmarks of its faces, each with its number, from 1, where there are several.
 *
 * @throws what {@link decodeImage} throws
 */
export async function drawFaces(
  bytes: Uint8Array,
  faces: readonly Outline[],
  { maxPixels, format }: DrawingOptions,
): Promise<Uint8Array> {
  const { png } = await drawOutlines(bytes, faces, maxPixels, { width: SHEET_SIDE, height: SHEET_SIDE })
  return format === 'png' ? png : encode(sharp(png), format)
}

function encode(sheet: Sharp, format: DrawingFormat): Promise<Uint8Array> {
  return (format === 'png' ? sheet.png() : sheet.jpeg({ quality: DRAWING_QUALITY })).toBuffer()
}

function drawFace({ bytes, ...face }: FacePicture, maxPixels: number): Promise<DrawnPicture> {
  return drawOutlines(bytes, [face], maxPixels, { width: PANEL_WIDTH, height: PANEL_HEIGHT })
}

async function drawOutlines(
  bytes: Uint8Array,
  faces: readonly Outline[],
  maxPixels: number,
  panel: { readonly width: number; readonly height: number },
): Promise<DrawnPicture> {
  const image = await decodeImage(bytes, { maxPixels, maxSide: 2 * Math.max(panel.width, panel.height) })
  const { sourceWidth, sourceHeight } = image
  const scale = Math.min(panel.width / sourceWidth, panel.height / sourceHeight)
  const width = Math.max(1, Math.round(sourceWidth * scale))
  const height = Math.max(1, Math.round(sourceHeight * scale))
  const outlines = faces.map((face, i) => drawOutline(face, scale, faces.length > 1 ? String(i + 1) : ''))
  const overlay = svg(width, height, outlines.join(''))
  const resized = await openRaw(image).resize(width, height, { fit: 'fill' }).png({ compressionLevel: 1 }).toBuffer()
  return {
    png: await sharp(resized)
      .composite([{ input: overlay }])
      .png()
      .toBuffer(),
    width,
    height,
  }
}

function drawOutline({ box, landmarks }: Outline, scale: number, number: string): string {
  const [x, y, width, height] = [box.x * scale, box.y * scale, box.width * scale, box.height * scale]
  const points = Array.from(landmarks, (value) => value * scale)
  const size = Math.min(24, Math.max(8, height / 6))
  const label = number === '' ? '' : drawDigits(number, x + width / 2, Math.max(2, y - 1.5 * size), size)
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="none" stroke="#ffd23f" stroke-width="2.5"/>${drawLandmarks(points, width)}${label}`
}

/** A square JPEG of a face with some of its surroundings. Throws what {@link decodeImage} throws. */
export async function cutFace(
  { bytes, box }: Pick<FacePicture, 'bytes' | 'box'>,
  options: { readonly maxPixels: number; readonly side: number; readonly maxSide: number },
): Promise<Uint8Array> {
  const image = await decodeImage(bytes, options)
  const wanted = Math.round(Math.max(box.width, box.height) * (1 + 2 * SURROUNDINGS) * image.scale)
  const side = Math.max(1, Math.min(wanted, image.width, image.height))
  const begin = (start: number, length: number, limit: number) =>
    Math.min(Math.max(0, Math.round((start + length / 2) * image.scale - side / 2)), limit - side)
  const square = {
    left: begin(box.x, box.width, image.width),
    top: begin(box.y, box.height, image.height),
    width: side,
    height: side,
  }
  return openRaw(image).extract(square).resize(options.side, options.side).jpeg({ quality: 80 }).toBuffer()
}

/** A small JPEG of a whole picture. Throws what {@link decodeImage} throws. */
export async function shrinkPicture(
  bytes: Uint8Array,
  { maxPixels, side }: { readonly maxPixels: number; readonly side: number },
): Promise<Uint8Array> {
  return openRaw(await decodeImage(bytes, { maxPixels, maxSide: side }))
    .jpeg({ quality: 80 })
    .toBuffer()
}

function openRaw({ width, height, data }: DecodedImage) {
  return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
}

function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`)
}
