/** Labelled pictures made hard, each kind by a seeded rule. */
import sharp, { type Sharp } from 'sharp'
import type { Box } from '../src/engine/face.js'
import { lightFromSide, overlay, type PictureSize, recompress, shrink, turnGrey } from '../support/degrade-pictures.js'

/** What is known of a picture that is to be altered. */
export interface SeenPortrait extends PictureSize {
  readonly box: Box
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
  'face of 40 px': (picture, face) => shrinkTo(picture, face, 40),
  'JPEG quality 20': (picture, face) => stay(face, recompress(picture, 20)),
  grey: (picture, face) => stay(face, turnGrey(picture)),
  'strong side light': (picture, face) => stay(face, lightFromSide(picture, face)),
  [NO_FACE]: (picture, face) => stay(face, paintOver(picture, face)),
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

async function shrinkTo(picture: Uint8Array, face: SeenPortrait, side: number): Promise<Altered> {
  const scale = side / face.box.width
  const { x, y, height } = face.box
  const bytes = await shrink(picture, face, face.box.width, side)
  return { bytes, box: { x: x * scale, y: y * scale, width: side, height: height * scale } }
}

function paintOver(picture: Uint8Array, face: SeenPortrait): Promise<Uint8Array> {
  const { x, y, width, height } = face.box
  const cover = `<ellipse cx="${x + width / 2}" cy="${y + 0.4 * height}" rx="${0.75 * width}" ry="${0.95 * height}" fill="#777"/>`
  return overlay(picture, face, cover)
}

/** Of a picture that is changed where it is. */
async function stay({ box }: SeenPortrait, picture: Promise<Uint8Array>): Promise<Altered> {
  return { bytes: await picture, box }
}
