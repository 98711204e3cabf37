import type { DecodedImage, Region } from '../image/decode.js'
import type { Image } from '../image/image.js'
import type { Detection } from '../pipeline/detect.js'
import { expose, measureGain } from '../pipeline/exposure.js'
import { rollOf } from '../pipeline/landmarks.js'
import { Pyramid } from '../pipeline/pyramid.js'
import type { Recognised } from '../pipeline/recognise.js'
import type { Box } from './face.js'

/** What is cut out of the full-size picture, in longer sides of the face: all that an aligned face shows, however it is turned. */
const CUT_SIDE = 2

/** Where the pixels of an image are in the full-size picture: `x` and `y` of its corner, and its pixels for one of that. */
export interface Placement {
  readonly x: number
  readonly y: number
  readonly scale: number
}

/** An image, and where it is in the full-size picture. Of a dark picture it is brightened by `gain`. */
export interface Frame extends Placement {
  readonly pyramid: Pyramid
  readonly gain: number
}

export const FULL_SIZE: Placement = { x: 0, y: 0, scale: 1 }

export function frameOf(image: DecodedImage, gain = measureGain(image)): Frame {
  return { pyramid: new Pyramid(expose(image, gain)), gain, x: 0, y: 0, scale: image.scale }
}

/** Reads a part of the full-size picture. */
export type CutRegion = (region: Region) => Promise<Image>

/** The surroundings of a face at full size, brightened as `whole` is. */
export async function cutOut(cut: CutRegion, { gain }: Frame, face: Detection, image: DecodedImage): Promise<Frame> {
  const region = regionAround(face.box, image)
  return { pyramid: new Pyramid(expose(await cut(region), gain)), gain, x: region.left, y: region.top, scale: 1 }
}

/** A part of a picture that is in memory as a whole. */
export function cropImage({ width: stride, data }: Image, { left, top, width, height }: Region): Image {
  const cropped = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    const from = 3 * ((top + y) * stride + left)
    cropped.set(data.subarray(from, from + 3 * width), 3 * width * y)
  }
  return { width, height, data: cropped }
}

function regionAround({ x, y, width, height }: Box, { sourceWidth, sourceHeight, scale }: DecodedImage): Region {
  const half = (CUT_SIDE * Math.max(width, height)) / 2 / scale
  const [centreX, centreY] = [(x + width / 2) / scale, (y + height / 2) / scale]
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, value))
  const left = clamp(Math.floor(centreX - half), sourceWidth - 1)
  const top = clamp(Math.floor(centreY - half), sourceHeight - 1)
  return {
    left,
    top,
    width: Math.max(1, clamp(Math.ceil(centreX + half), sourceWidth) - left),
    height: Math.max(1, clamp(Math.ceil(centreY + half), sourceHeight) - top),
  }
}

/** A face of one image in the pixels of another one of the same picture. */
export function moveFace(face: Detection, from: Placement, to: Placement): Detection {
  const ratio = to.scale / from.scale
  const x = (value: number) => (value / from.scale + from.x - to.x) * to.scale
  const y = (value: number) => (value / from.scale + from.y - to.y) * to.scale
  const { box, points } = face
  const moved = { x: x(box.x), y: y(box.y), width: box.width * ratio, height: box.height * ratio }
  return { ...face, box: moved, ...(points && { points: points.map((p) => ({ x: x(p.x), y: y(p.y) })) }) }
}

/** What was recognised in a frame, in pixels of the full-size picture. */
export function placeFace({ face, landmarks, embedded }: Recognised, { x, y, scale }: Placement) {
  const { box, score } = face
  return {
    embedded,
    box: { x: box.x / scale + x, y: box.y / scale + y, width: box.width / scale, height: box.height / scale },
    landmarks: landmarks.map((value, i) => value / scale + (i % 2 === 0 ? x : y)),
    detectionScore: score,
    rollDegrees: (rollOf(landmarks) * 180) / Math.PI,
  }
}
