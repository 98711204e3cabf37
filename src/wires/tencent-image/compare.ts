import { attribute, comparePictures, type Sides } from '../../calls/compare.js'
import { FaceCompareError, type Side } from '../../errors.js'
import { describeStages, timed } from '../../http/call-log.js'
import type { Fields } from '../../http/fields.js'
import { CALL_FIELDS } from '../../openapi/call.js'
import { workOn } from '../pictures.js'
import { fieldNames } from './app-fields.js'
import { comparisonData } from './comparison-data.js'
import type { Answer, ReceivedCall } from './context.js'
import { bytesSource, type ImageSource, pictureBytes, urlSource } from './pictures.js'

export const IMAGE_FIELDS = ['imageA', 'imageB'] as const
export const URL_FIELDS = ['urlA', 'urlB'] as const

export const COMPARE_NAMES = fieldNames(Object.keys(CALL_FIELDS))

/** Whether a body asks for a comparison, whatever its path. */
export function isComparison(fields: Fields): boolean {
  return [...IMAGE_FIELDS, ...URL_FIELDS].some((name) => fields.has(name))
}

/** How similar the faces of two pictures are. */
export function readComparison(fields: Fields): Answer {
  const options = { withFaces: wantsFaces(fields), minQuality: readMinQuality(fields) }
  return (received) => compare(received, options)
}

interface CompareOptions {
  readonly withFaces: boolean
  readonly minQuality: number | undefined
}

async function compare(received: ReceivedCall, { withFaces, minQuality }: CompareOptions): Promise<object> {
  const { fields, engine, maxImageBytes, request, reply, stop } = received
  const sources = await readSides(fields, maxImageBytes)
  const open = (side: Side) => (signal: AbortSignal) =>
    workOn(pictureBytes(sources[side], received), side, received, signal, engine.analyze)
  const pictures = { A: open('A'), B: open('B') }
  const { comparison, faces } = await timed(request.call, 'faces', () =>
    comparePictures(engine, { pictures, minQuality }, stop),
  )
  if (withFaces) reply.header('server-timing', describeStages(request.call))
  return comparisonData(comparison, request.id, {
    faces: withFaces ? faces : undefined,
    qualityChecked: minQuality === undefined ? undefined : comparison.qualityChecked,
  })
}

/** Whether the answer is to say where the faces are: `return_faces` is 1, against 0, empty or absent. */
function wantsFaces(fields: Fields): boolean {
  const value = fields.text('return_faces', 'whole') ?? ''
  if (!['', '0', '1'].includes(value))
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected return_faces to be 0 or 1.')
  return value === '1'
}

/** A number as it is written in decimal, or by JSON. */
const NUMBER = /^\d{1,15}(\.\d{1,20})?(e-\d{1,3})?$/

/** The quality that both faces must have, 0 to 100; undefined when empty or absent: then the pack says. */
function readMinQuality(fields: Fields): number | undefined {
  const value = fields.text('min_quality', 'any') ?? ''
  if (value === '') return undefined
  if (!NUMBER.test(value) || Number(value) > 100)
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected min_quality to be a number from 0 to 100.')
  return Number(value)
}

/** Where both images come from; everything that can be told without the network, of A first. */
async function readSides(fields: Fields, maxImageBytes: number): Promise<Sides<ImageSource>> {
  const A = await readSide(fields, 'A', maxImageBytes)
  return { A, B: await readSide(fields, 'B', maxImageBytes) }
}

async function readSide(fields: Fields, side: Side, maxImageBytes: number): Promise<ImageSource> {
  try {
    const url = fields.text(`url${side}`) ?? ''
    if (url !== '') return urlSource(url)
    return bytesSource(await fields.image(`image${side}`), side, maxImageBytes)
  } catch (error) {
    throw attribute(error, side)
  }
}
