import { readFile } from 'node:fs/promises'
import { MAX_DECODED_AREA } from '../src/engine/analyze-picture.js'
import { mapParts, PART_NAMES } from '../src/engine/face.js'
import { type OpenPack, openPack } from '../src/engine/open-pack.js'
import { decodeImage } from '../src/image/decode.js'
import { embedFace } from '../src/pipeline/embed.js'
import { expose, measureGain } from '../src/pipeline/exposure.js'
import { locateFaces, searchFaces } from '../src/pipeline/locate.js'
import { Pyramid } from '../src/pipeline/pyramid.js'
import { type Recogniser, recogniseFace } from '../src/pipeline/recognise.js'
import type { FaceLikeness } from '../src/score/face-likeness.js'
import { DEGRADATIONS } from '../support/degrade-pictures.js'
import { makeFaceless } from '../support/faceless/pictures.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'
import type { Rows } from './discriminant.js'
import { regress } from './regression.js'

/** Pictures without a face, no larger than they have to be: larger ones only take longer. */
const FACELESS = 1500
const MOST_SIDE = 400
/** Those that the detector hardly takes for faces are like those that it does, and there are more of them. */
const TEMPTED_SCORE = 0.3
const MOST_CANDIDATES = 5
/** So many photographs are scrambled. */
const PHOTOS = 100
/** Each portrait is also seen made poor in so many of the ways; all of them have their turn. */
const DEGRADED = 3
/**
 * Where between faces (about 1) and others (about -1) the border is: nearer to the others, because a face that is passed over is worse
 * than a sign that is not. Chosen on the two halves of DevTrain and of the pictures without a face, each measured by a fit to the other.
 */
const BORDER = -0.15

/** What tells faces from what the detector takes for some: by portraits as they are and made poor, and by pictures without a face. */
export async function fitFaceLikeness(files: readonly string[]): Promise<FaceLikeness> {
  const pack = await openPack({ calibration: 'none' })
  const faces = await describeFaces(pack, files)
  const others = await describeOthers(pack, files)
  await pack.close()
  const { direction, offset } = regress(faces, others)
  report(faces, others, direction, offset - BORDER)
  const length = direction.length / PART_NAMES.length
  const directions = mapParts((part) => {
    const at = PART_NAMES.indexOf(part) * length
    return Float32Array.from(direction.subarray(at, at + length))
  })
  return { directions, offset: offset - BORDER }
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
    return { imageWidth: pyramid.image.width, imageHeight: pyramid.image.height, landmarks: found.landmarks }
  }
  for (const [i, file] of files.entries()) {
    const bytes = new Uint8Array(await readFile(file))
    const known = await recognise(bytes)
    for (let k = 0; known && k < DEGRADED; k++) {
      await recognise(await classes[(DEGRADED * i + k) % classes.length]!(bytes, known, random))
    }
    progress.advance()
  }
  return rows
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
  return Float32Array.from(PART_NAMES.flatMap((part) => [...parts[part]]))
}

function report(faces: Rows, others: Rows, direction: Float64Array, offset: number): void {
  const measure = (row: Float32Array) => row.reduce((sum, value, i) => sum + value * direction[i]!, offset)
  const lost = faces.filter((row) => measure(row) < 0).length
  const taken = others.filter((row) => measure(row) >= 0).length
  console.log(
    `face or none: ${lost} of ${faces.length} faces and ${taken} of ${others.length} others on the wrong side`,
  )
}
