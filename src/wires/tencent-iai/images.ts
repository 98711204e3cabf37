import { FaceCompareError, type Side } from '../../errors.js'
import { decodeBase64 } from '../base64.js'
import type { JsonObject } from '../json-object.js'
import { IaiError } from './errors.js'
import { readText, readTexts } from './members.js'

/** Where a picture comes from. A url is not fetched, and not looked up, by who reads the request. */
export type ImageSource = { readonly url: string } | { readonly bytes: Uint8Array }

export interface RequestLimits {
  /** Of one image, decoded. */
  readonly maxImageBytes: number
}

/** The most faces that a call adds: no person has more. */
const MOST_AT_ONCE = 5

/** `Image` and `Url`, or with a side `ImageA` and `UrlA`: where both are sent the url counts. */
export function readImage(object: JsonObject, limits: RequestLimits, side?: Side): ImageSource {
  const [imageName, urlName] = [`Image${side ?? ''}`, `Url${side ?? ''}`]
  const url = readText(object, urlName) ?? ''
  if (url !== '') return { url: checkUrl(url, side) }
  const text = readText(object, imageName) ?? ''
  if (text === '') {
    throw new FaceCompareError('PARAMETER_MISSING', `Neither ${imageName} nor ${urlName} was sent.`, { side })
  }
  return { bytes: decodeImage(text, limits, side) }
}

/** `Images` and `Urls`, in their order. */
export function readImages(object: JsonObject, limits: RequestLimits): readonly ImageSource[] {
  const rule = { max: MOST_AT_ONCE, code: 'InvalidParameterValue.UploadFaceNumExceed' } as const
  const urls = readTexts(object, 'Urls', rule)
  if (urls) return urls.map((url) => ({ url: checkUrl(url) }))
  const images = readTexts(object, 'Images', rule)
  if (!images) throw new FaceCompareError('PARAMETER_MISSING', 'Neither Images nor Urls was sent.')
  return images.map((text) => ({ bytes: decodeImage(text, limits) }))
}

function decodeImage(text: string, { maxImageBytes }: RequestLimits, side?: Side): Uint8Array {
  // Some languages break Base64 into lines.
  const bytes = decodeBase64(text) ?? decodeBase64(text.replaceAll(/[\r\n]/g, ''))
  if (!bytes) throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.', { side })
  if (bytes.length === 0) throw new FaceCompareError('IMAGE_EMPTY', 'The image is empty.', { side })
  if (bytes.length > maxImageBytes) {
    throw new FaceCompareError('BODY_TOO_LARGE', `The image is larger than ${maxImageBytes} bytes.`, { side })
  }
  return bytes
}

function checkUrl(url: string, side?: Side): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return url
  const where = side === undefined ? '' : `Url${side}: `
  const sentence = `${where}Expected an absolute url of http or https.`
  throw new IaiError('INVALID_PARAMETER', 'InvalidParameterValue.UrlIllegal', sentence)
}
