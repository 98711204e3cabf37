import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { mapParts, PART_NAMES, type PartName } from '../src/engine/face.js'
import { MAX_DECODED_AREA } from '../src/engine/find-faces.js'
import { type OpenPack, openPack } from '../src/engine/open-pack.js'
import { decodeImage } from '../src/image/decode.js'
import type { Detection } from '../src/pipeline/detect.js'
import { embedFace } from '../src/pipeline/embed.js'
import { expose, measureGain } from '../src/pipeline/exposure.js'
import { locateFaces, searchFaces } from '../src/pipeline/locate.js'
import { Pyramid } from '../src/pipeline/pyramid.js'
import { type Recogniser, recogniseFace } from '../src/pipeline/recognise.js'
import type { PartsMeasure } from '../src/score/parts-measure.js'
import { DEGRADATIONS, type PictureSize } from '../support/degrade-pictures.js'
import { makeFaceless } from '../support/faceless/pictures.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'
import type { Rows } from './discriminant.js'
import { regress } from './regression.js'

/** Pictures without a face, no larger than they have to be: larger ones only take longer. */
const FACELESS = 2400
const MOST_SIDE = 400
/** Those that the detector hardly takes for faces are like those that it does, and there are more of them. */
const TEMPTED_SCORE = 0.3
const MOST_CANDIDATES = 5
/** So many photographs are scrambled. */
const PHOTOS = 100
/** Each portrait is also seen made poor in so many of the ways; all of them have their turn. */
const DEGRADED = 3
/** How far landmarks are moved at most, in widths and heights of the box, and how much smaller or larger they are made. */
const SHIFT = { x: 0.55, y: 0.25, least: 0.8, most: 1.3 }
/** The share of its width that a portrait is narrowed to. */
const NARROW = { least: 0.28, most: 0.48 }
/**
 * Where between faces (about 1) and others (about -1) the border is: nearer to the others, because a face that is passed over is worse
 * than a sign that is not.
 */
const BORDER = -0.02

/** What tells faces from what the detector takes for some: by portraits as they are and made poor, and by pictures without a face. */
export async function fitFaceLikeness(files: readonly string[]): Promise<PartsMeasure> {
  const pack = await openPack({ calibration: 'none' })
  const faces = await describeFaces(pack, files)
  const others = await describeOthers(pack, files)
  await pack.close()
  const { direction, offset } = regress(faces, others)
  report(faces, others, direction, offset - BORDER)
  return splitByPart(direction, offset - BORDER)
}

/** The measure whose directions, joined, are `direction`. */
export function splitByPart(direction: Float64Array, offset: number): PartsMeasure {
  const length = direction.length / PART_NAMES.length
  const directions = mapParts((part) => {
    const at = PART_NAMES.indexOf(part) * length
    return Float32Array.from(direction.subarray(at, at + length))
  })
  return { directions, offset }
}

export function joinParts(parts: Readonly<Record<PartName, Float32Array>>): Float32Array {
  return Float32Array.from(PART_NAMES.flatMap((part) => [...parts[part]]))
}

async function describeFaces(pack: OpenPack, files: readonly string[]): Promise<Rows> {
  const classes = Object.values(DEGRADATIONS)
  const recogniser = recogniserOf(pack)
  const random = seeded(files.length)
  const rows: Float32Array[] = []
  const progress = createProgress('portraits, also made poor', files.length)
  const recognise = async (bytes: Uint8Array) => {
    const pyramid = await open(bytes)
    const located = await locateFaces(pack.detector, pyramid)
    if (!located) return undefined
    const found = await recogniseFace(recogniser, pyramid, located.chosen, () => 0)
    rows.push(toRow(found))
    const { width: imageWidth, height: imageHeight } = pyramid.image
    return { imageWidth, imageHeight, landmarks: found.landmarks, box: found.face.box, pyramid }
  }
  for (const [i, file] of files.entries()) {
    const bytes = new Uint8Array(await readFile(file))
    const known = await recognise(bytes)
    for (let k = 0; known && k < DEGRADED; k++) {
      await recognise(await classes[(DEGRADED * i + k) % classes.length]!(bytes, known, random))
    }
    // Few portraits show a profile. Its landmarks, which are always those of a full face, lie off the face or on a narrow one.
    if (known && i % 3 === 0) await recognise(await narrow(bytes, known, random))
    else if (known) {
      const landmarks = shift(known.landmarks, known.box, random)
      rows.push(toRow({ embedded: await recogniser.embed(known.pyramid, { landmarks }) }))
    }
    progress.advance()
  }
  return rows
}

function shift(landmarks: Float32Array, box: Detection['box'], random: () => number): Float32Array {
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const dx = (2 * random() - 1) * SHIFT.x * box.width
  const dy = (2 * random() - 1) * SHIFT.y * box.height
  const size = SHIFT.least + (SHIFT.most - SHIFT.least) * random()
  return landmarks.map((value, i) => (i % 2 === 0 ? x + dx + size * (value - x) : y + dy + size * (value - y)))
}

async function narrow(picture: Uint8Array, { imageWidth, imageHeight }: PictureSize, random: () => number) {
  const share = NARROW.least + (NARROW.most - NARROW.least) * random()
  const narrowed = sharp(picture).resize(Math.round(share * imageWidth), imageHeight, { fit: 'fill' })
  return new Uint8Array(await narrowed.jpeg({ quality: 92 }).toBuffer())
}

/** All ways up that are tried, not only the one that is kept: what is no face has none. */
async function describeOthers(pack: OpenPack, files: readonly string[]): Promise<Rows> {
  const rows: Float32Array[] = []
  const plain = recogniserOf(pack)
  const detector = { ...pack.detector, minScore: TEMPTED_SCORE }
  const embed: Recogniser['embed'] = async (pyramid, face) => {
    const embedded = await plain.embed(pyramid, face)
    rows.push(toRow({ embedded }))
    return embedded
  }
  const step = Math.ceil(files.length / PHOTOS)
  const photos = await Promise.all(files.filter((_, i) => i % step === 0).map((file) => readFile(file)))
  const progress = createProgress('pictures without a face', FACELESS)
  for await (const { bytes } of makeFaceless({ half: 'fit', count: FACELESS, photos, mostSide: MOST_SIDE })) {
    const pyramid = await open(bytes)
    let candidates = 0
    for await (const { chosen } of searchFaces(detector, pyramid)) {
      await recogniseFace({ ...plain, detector, embed }, pyramid, chosen, () => 0)
      if (++candidates === MOST_CANDIDATES) break
    }
    progress.advance()
  }
  return rows
}

function recogniserOf({ detector, landmarks, embedders }: OpenPack): Recogniser {
  return { detector, landmarks, embed: (pyramid, face) => embedFace(embedders, pyramid, face) }
}

async function open(bytes: Uint8Array): Promise<Pyramid> {
  const image = await decodeImage(bytes, { maxPixels: 40e6, maxArea: MAX_DECODED_AREA })
  return new Pyramid(expose(image, measureGain(image)))
}

function toRow({ embedded: { parts } }: { readonly embedded: Awaited<ReturnType<Recogniser['embed']>> }): Float32Array {
  return joinParts(parts)
}

function report(faces: Rows, others: Rows, direction: Float64Array, offset: number): void {
  const measure = (row: Float32Array) => row.reduce((sum, value, i) => sum + value * direction[i]!, offset)
  const lost = faces.filter((row) => measure(row) < 0).length
  const taken = others.filter((row) => measure(row) >= 0).length
  console.log(
    `face or none: ${lost} of ${faces.length} faces and ${taken} of ${others.length} others on the wrong side`,
  )
}
