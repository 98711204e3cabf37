import { FaceCompareError, type Side } from '../../errors.js'
import { checkUrl } from '../../image/fetch-remote.js'
import type { Turn } from '../../turns.js'
import { decodeBase64 } from '../base64.js'
import type { JsonObject } from '../json-object.js'
import { IaiError } from './errors.js'
import { readText, readTexts } from './members.js'

/** Where a picture comes from. A url is not fetched, and not looked up, by who reads the request. */
export type ImageSource = { readonly url: string } | { readonly bytes: Uint8Array }

export interface Reading {
  /** Of one image, decoded. */
  readonly maxImageBytes: number
  /** Taken for each slice of an image. */
  readonly turn: Turn
}

/** The most faces that a call adds: no person has more. */
const MOST_AT_ONCE = 5

/** `Image` and `Url`, or with a side `ImageA` and `UrlA`: where both are sent the url counts. */
export async function readImage(object: JsonObject, reading: Reading, side?: Side): Promise<ImageSource> {
  const [imageName, urlName] = [`Image${side ?? ''}`, `Url${side ?? ''}`]
  const url = readText(object, urlName) ?? ''
  if (url !== '') return urlSource(url, side)
  const text = readText(object, imageName) ?? ''
  if (text === '') {
    throw new FaceCompareError('PARAMETER_MISSING', `Neither ${imageName} nor ${urlName} was sent.`, { side })
  }
  return { bytes: await decodeImage(text, reading, side) }
}

/** `Images` and `Urls`, in their order. */
export async function readImages(object: JsonObject, reading: Reading): Promise<readonly ImageSource[]> {
  const rule = { max: MOST_AT_ONCE, code: 'InvalidParameterValue.UploadFaceNumExceed' } as const
  const urls = readTexts(object, 'Urls', rule)
  if (urls) return urls.map((url) => urlSource(url))
  const images = readTexts(object, 'Images', rule)
  if (!images) throw new FaceCompareError('PARAMETER_MISSING', 'Neither Images nor Urls was sent.')
  const sources: ImageSource[] = []
  for (const text of images) sources.push({ bytes: await decodeImage(text, reading) })
  return sources
}

async function decodeImage(text: string, { maxImageBytes, turn }: Reading, side?: Side): Promise<Uint8Array> {
  const bytes = await decodeBase64(text, { turn, mayBeInLines: true })
  if (!bytes) throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.', { side })
  if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', 'The image is empty.', { side })
  if (bytes.length > maxImageBytes) {
    throw new FaceCompareError('BODY_TOO_LARGE', `The image is larger than ${maxImageBytes} bytes.`, { side })
  }
  return bytes
}

/** Throws UrlIllegal for what is no url that is fetched. */
function urlSource(url: string, side?: Side): ImageSource {
  try {
    checkUrl(url)
    return { url }
  } catch (error) {
    if (!(error instanceof FaceCompareError)) throw error
    const where = side === undefined ? '' : `Url${side}: `
    throw new IaiError(error.kind, 'InvalidParameterValue.UrlIllegal', `${where}${error.message}`)
  }
}
