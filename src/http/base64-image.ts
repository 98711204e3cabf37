import { FaceCompareError } from '../errors.js'

/**
 * The bytes of an image in Base64 (RFC 4648, standard alphabet), with or without `data:...;base64,` before it. Line breaks
 * are skipped and the padding may be missing. Throws IMAGE_FORMAT_UNSUPPORTED. Node's own decoder forgives too much.
 */
export function decodeBase64Image(text: string): Uint8Array {
  const digits = stripDataPrefix(text).replace(/[ \t\r\n]+/g, '')
  const unpadded = digits.replace(/={1,2}$/, '')
  const padding = digits.length - unpadded.length
  const missing = (4 - (unpadded.length % 4)) % 4
  if (!/^[A-Za-z0-9+/]*$/.test(unpadded) || missing === 3 || padding > missing) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.')
  }
  return Buffer.from(unpadded, 'base64')
}

function stripDataPrefix(text: string): string {
  if (!/^\s*data:/i.test(text)) return text
  const comma = text.indexOf(',')
  if (comma < 0 || !/;\s*base64\s*$/i.test(text.slice(0, comma))) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The data url of the image is not Base64.')
  }
  return text.slice(comma + 1)
}
