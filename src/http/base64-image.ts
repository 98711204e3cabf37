import { FaceCompareError } from '../errors.js'

/**
 * The bytes of an image in Base64 (RFC 4648, standard alphabet), with or without `data:...;base64,` before it. Line breaks
 * are skipped and the padding may be missing. Throws IMAGE_FORMAT_UNSUPPORTED. Node's own decoder forgives too much.
 */
export function decodeBase64Image(text: string): Uint8Array {
  const digits = stripDataPrefix(text)
  return decodeFlawless(digits) ?? decodeCarefully(digits)
}

/**
 * Undefined for what has a flaw, be it forgivable or not. An image has millions of digits, and looking at each of them
 * here takes ten times as long as decoding. What Node's decoder did not skip was a digit: of the alphabet for urls perhaps,
 * or, because it looks at the lower eight bits alone, some letter beyond Latin.
 */
function decodeFlawless(digits: string): Uint8Array | undefined {
  const padding = countPadding(digits)
  if (digits.length % 4 !== 0 || digits.includes('-') || digits.includes('_')) return undefined
  if (Buffer.byteLength(digits, 'utf8') !== digits.length) return undefined
  const bytes = Buffer.from(digits, 'base64')
  return bytes.length === (digits.length / 4) * 3 - padding ? bytes : undefined
}

function decodeCarefully(text: string): Uint8Array {
  const digits = text.replace(/[ \t\r\n]+/g, '')
  const padding = countPadding(digits)
  const unpadded = digits.slice(0, digits.length - padding)
  const missing = (4 - (unpadded.length % 4)) % 4
  if (!/^[A-Za-z0-9+/]*$/.test(unpadded) || missing === 3 || padding > missing) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.')
  }
  return Buffer.from(unpadded, 'base64')
}

/** 0 to 2; a third mark is no padding. */
function countPadding(digits: string): number {
  if (!digits.endsWith('=')) return 0
  return digits.endsWith('==') ? 2 : 1
}

function stripDataPrefix(text: string): string {
  if (!/^\s*data:/i.test(text)) return text
  const comma = text.indexOf(',')
  if (comma < 0 || !/;\s*base64\s*$/i.test(text.slice(0, comma))) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The data url of the image is not Base64.')
  }
  return text.slice(comma + 1)
}
