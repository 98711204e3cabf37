/** Labelled pictures made hard, each kind by a seeded rule. */
import sharp, { type Sharp } from 'sharp'
import type { Box } from '../src/engine/face.js'

/** What is known of a picture that is to be altered. */
export interface SeenPortrait {
  readonly box: Box
  readonly imageWidth: number
  readonly imageHeight: number
}

/** An altered picture and where its face is. */
export interface Altered {
  readonly bytes: Uint8Array
  readonly box: Box
}
export type Alter = (picture: Uint8Array, face: SeenPortrait, random: () => number) => Promise<Altered>

/** The kind without the labelled face. */
export const NO_FACE = 'face painted over'

export const KINDS: Readonly<Record<string, Alter>> = {
  'as it is': async (picture, face) => ({ bytes: picture, box: face.box }),
  '3 % of a 12-megapixel photograph': (picture, face, random) => intoLargePhoto(picture, face, 0.03, random),
  '6 % of a 12-megapixel photograph': (picture, face, random) => intoLargePhoto(picture, face, 0.06, random),
  'cropped to the face': (picture, face) => cropTo(picture, face, 1),
  'cropped into the face (85 %)': (picture, face) => cropTo(picture, face, 0.85),
  'cropped into the face (70 %)': (picture, face) => cropTo(picture, face, 0.7),
  'turned by any angle': (picture, face, random) => turn(picture, face, 360 * random()),
  'turned by 180 degrees': (picture, face) => turn(picture, face, 180),
  'face of 40 px': (picture, face) => shrink(picture, face, 40),
  'JPEG quality 20': (picture, face) => reencode(sharp(picture).jpeg({ quality: 20 }), face.box),
  grey: (picture, face) => reencode(sharp(picture).greyscale().jpeg({ quality: 92 }), face.box),
  'strong side light': (picture, face) => lightFromSide(picture, face),
  [NO_FACE]: (picture, face) => paintOver(picture, face),
}

async function reencode(image: Sharp, box: Box): Promise<Altered> {
  return { bytes: new Uint8Array(await image.toBuffer()), box }
}

/** The whole picture, scaled so that the face is `share` of the longer side, somewhere on a soft, uneven ground. */
async function intoLargePhoto(
  picture: Uint8Array,
  face: SeenPortrait,
  share: number,
  random: () => number,
): Promise<Altered> {
  const [width, height] = [4000, 3000]
  const scale = (share * width) / face.box.width
  const size = Math.round(face.imageWidth * scale)
  const left = Math.round(random() * (width - size))
  const top = Math.round(random() * (height - size))
  const noise = Uint8Array.from({ length: 3 * 80 * 60 }, () => 90 + 60 * random())
  const inset = await sharp(picture).resize(size, size).toBuffer()
  const photo = sharp(noise, { raw: { width: 80, height: 60, channels: 3 } })
    .resize(width, height, { kernel: 'cubic' })
    .composite([{ input: inset, left, top }])
  return reencode(photo.jpeg({ quality: 92 }), {
    x: left + face.box.x * scale,
    y: top + face.box.y * scale,
    width: face.box.width * scale,
    height: face.box.height * scale,
  })
}

async function cropTo(
  picture: Uint8Array,
  { box, imageWidth, imageHeight }: SeenPortrait,
  share: number,
): Promise<Altered> {
  const side = share * Math.max(box.width, box.height)
  const left = Math.max(0, Math.round(box.x + (box.width - side) / 2))
  const top = Math.max(0, Math.round(box.y + (box.height - side) / 2))
  const width = Math.min(imageWidth - left, Math.round(side))
  const height = Math.min(imageHeight - top, Math.round(side))
  const crop = sharp(picture).extract({ left, top, width, height }).jpeg({ quality: 92 })
  return reencode(crop, { ...box, x: box.x - left, y: box.y - top })
}

async function turn(
  picture: Uint8Array,
  { box, imageWidth, imageHeight }: SeenPortrait,
  degrees: number,
): Promise<Altered> {
  const { data, info } = await sharp(picture)
    .rotate(degrees, { background: 'black' })
    .jpeg({ quality: 92 })
    .toBuffer({ resolveWithObject: true })
  const radians = (degrees * Math.PI) / 180
  const dx = box.x + box.width / 2 - imageWidth / 2
  const dy = box.y + box.height / 2 - imageHeight / 2
  const x = info.width / 2 + dx * Math.cos(radians) - dy * Math.sin(radians)
  const y = info.height / 2 + dx * Math.sin(radians) + dy * Math.cos(radians)
  return { bytes: new Uint8Array(data), box: { ...box, x: x - box.width / 2, y: y - box.height / 2 } }
}

async function shrink(picture: Uint8Array, { box, imageWidth }: SeenPortrait, side: number): Promise<Altered> {
  const scale = side / box.width
  const small = sharp(picture)
    .resize(Math.round(imageWidth * scale))
    .jpeg({ quality: 92 })
  return reencode(small, { x: box.x * scale, y: box.y * scale, width: side, height: box.height * scale })
}

/** The left side at a tenth of its light, the right side as it is. */
async function lightFromSide(picture: Uint8Array, { box, imageWidth, imageHeight }: SeenPortrait): Promise<Altered> {
  const ramp = `<svg width="${imageWidth}" height="${imageHeight}"><defs><linearGradient id="g">
    <stop offset="35%" stop-color="#1a1a1a"/><stop offset="65%" stop-color="#fff"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#g)"/></svg>`
  return reencode(
    sharp(picture)
      .composite([{ input: Buffer.from(ramp), blend: 'multiply' }])
      .jpeg({ quality: 92 }),
    box,
  )
}

async function paintOver(picture: Uint8Array, { box, imageWidth, imageHeight }: SeenPortrait): Promise<Altered> {
  const cover = `<svg width="${imageWidth}" height="${imageHeight}"><ellipse cx="${box.x + box.width / 2}"
    cy="${box.y + 0.4 * box.height}" rx="${0.75 * box.width}" ry="${0.95 * box.height}" fill="#777"/></svg>`
  return reencode(
    sharp(picture)
      .composite([{ input: Buffer.from(cover) }])
      .jpeg({ quality: 92 }),
    box,
  )
}
