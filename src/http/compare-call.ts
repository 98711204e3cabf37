import type { Identity } from '../auth/authenticate.js'
import { FaceCompareError, type Side } from '../errors.js'
import { checkUrl } from '../image/fetch-remote.js'
import { type Fields, IMAGE_FIELDS, URL_FIELDS } from './fields.js'

/** Where the image of one side comes from. */
export type ImageSource = { readonly url: string } | { readonly bytes: Uint8Array }

export type Sides<T> = Readonly<Record<Side, T>>

const MAX_APPID_CHARACTERS = 2048

/** Whether a body asks for a comparison; throws BAD_REQUEST when it does not. `/face/identify` takes nothing else. */
export function requireComparison(fields: Fields): void {
  if ([...IMAGE_FIELDS, ...URL_FIELDS].some((name) => fields.has(name))) return
  throw new FaceCompareError('BAD_REQUEST', 'This path takes comparisons only: send two images or their urls.')
}

/** Checks that the body names the app (and the bucket) that signed it. */
export function checkApp(fields: Fields, identity: Identity): void {
  const appid = fields.text('appid') ?? ''
  if (appid === '') throw new FaceCompareError('PARAMETER_MISSING', 'The parameter appid is missing.')
  if (appid.length > MAX_APPID_CHARACTERS) {
    throw new FaceCompareError('PARAMETER_TOO_LONG', `The appid is longer than ${MAX_APPID_CHARACTERS} characters.`)
  }
  if (appid !== identity.appid) {
    throw new FaceCompareError('APP_MISMATCH', 'The appid of the body is not the one of the signature.')
  }
  const bucket = fields.text('bucket') ?? ''
  if (bucket !== '' && identity.bucket !== '' && bucket !== identity.bucket) {
    throw new FaceCompareError('APP_MISMATCH', 'The bucket of the body is not the one of the signature.')
  }
}

/** Whether the answer is to say where the faces are: `return_faces` is 1, against 0, empty or absent. */
export function wantsFaces(fields: Fields): boolean {
  const value = fields.text('return_faces') ?? ''
  if (!['', '0', '1'].includes(value))
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected return_faces to be 0 or 1.')
  return value === '1'
}

/** A number as it is written in decimal, or by JSON. */
const NUMBER = /^\d{1,15}(\.\d{1,20})?(e-\d{1,3})?$/

/** The quality that both faces must have, 0 to 100; undefined when empty or absent: then the pack says. */
export function readMinQuality(fields: Fields): number | undefined {
  const value = fields.text('min_quality') ?? ''
  if (value === '') return undefined
  if (!NUMBER.test(value) || Number(value) > 100)
    throw new FaceCompareError('INVALID_PARAMETER', 'Expected min_quality to be a number from 0 to 100.')
  return Number(value)
}

/** Where both images come from; everything that can be told without the network, of A first. */
export async function readSides(fields: Fields, maxImageBytes: number): Promise<Sides<ImageSource>> {
  const A = await readSide(fields, 'A', maxImageBytes)
  return { A, B: await readSide(fields, 'B', maxImageBytes) }
}

async function readSide(fields: Fields, side: Side, maxImageBytes: number): Promise<ImageSource> {
  try {
    const url = fields.text(`url${side}`) ?? ''
    if (url !== '') {
      checkUrl(url)
      return { url }
    }
    return { bytes: checkImage(await fields.image(`image${side}`), side, maxImageBytes) }
  } catch (error) {
    throw attribute(error, side)
  }
}

function checkImage(image: Uint8Array | undefined, side: Side, maxImageBytes: number): Uint8Array {
  if (!image) throw new FaceCompareError('PARAMETER_MISSING', `Neither image${side} nor url${side} was sent.`)
  if (image.length === 0) throw new FaceCompareError('IMAGE_EMPTY', `The image${side} is empty.`)
  if (image.length > maxImageBytes) {
    throw new FaceCompareError('BODY_TOO_LARGE', `The image${side} is larger than ${maxImageBytes} bytes.`)
  }
  return image
}

/** Says of which image an error is. A full queue is nobody's fault; what nobody foresaw is INTERNAL, of that image. */
export function attribute(error: unknown, side: Side): FaceCompareError {
  if (!(error instanceof FaceCompareError)) {
    return new FaceCompareError('INTERNAL', 'Something went wrong inside the service.', { side, cause: error })
  }
  return error.kind === 'TOO_MANY_REQUESTS' ? error : error.of(side)
}
