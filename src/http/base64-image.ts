import { FaceCompareError } from '../errors.js'
import { sniffFormat } from '../image/format.js'

/** What a character of ASCII is in Base64: a digit of either alphabet (0), or one of these. */
const [BLANK, PADDING, FOREIGN] = [1, 2, 3]
const KINDS = new Uint8Array(128).fill(FOREIGN)
for (const code of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')) KINDS[code] = 0
for (const code of Buffer.from(' \t\r\n')) KINDS[code] = BLANK
const [SPACE, PLUS] = [0x20, 0x2b]
KINDS['='.charCodeAt(0)] = PADDING

/** How much of a part shows whether it is the Base64 of an image. */
const SHOWN_BYTES = 1024
/** So many of the first spaces in a text are looked at to tell what all of them are. */
const SPACES_LOOKED_AT = 6

/**
 * The bytes of an image in Base64 (RFC 4648, the standard alphabet or the one for urls), with or without `data:...;base64,`
 * before it. Line breaks are skipped, the padding may be missing, and `+` may have become a space, as forms decode it.
 * Throws IMAGE_FORMAT_UNSUPPORTED. Node's own decoder forgives too much.
 */
export function decodeBase64Image(text: string): Uint8Array {
  const digits = stripDataPrefix(text)
  return decodeFlawless(digits) ?? decodeCarefully(digits)
}

/** The bytes of a part as they are; or, where they are no image but the Base64 of one or a data url, what that stands for. */
export function readImagePart(part: Buffer): Uint8Array {
  if (sniffFormat(part)) return part
  const start = part.toString('latin1', 0, SHOWN_BYTES)
  if (!isDataUrl(start) && !sniffFormat(Buffer.from(start, 'base64'))) return part
  return decodeBase64Image(part.toString('latin1'))
}

/**
 * Undefined for what has a flaw, be it forgivable or not. An image has millions of digits, and looking at each of them
 * here takes ten times as long as decoding. What Node's decoder did not skip was a digit, or, because it looks at the lower
 * eight bits alone, some letter beyond Latin.
 */
function decodeFlawless(digits: string): Uint8Array | undefined {
  const padding = countPadding(digits)
  if (digits.length % 4 !== 0 || Buffer.byteLength(digits, 'utf8') !== digits.length) return undefined
  const bytes = Buffer.from(digits, 'base64')
  return bytes.length === (digits.length / 4) * 3 - padding ? bytes : undefined
}

function decodeCarefully(text: string): Uint8Array {
  // A character beyond ASCII would lose its upper bits in latin1, and might then look like a digit.
  if (Buffer.byteLength(text, 'utf8') !== text.length) throw notBase64()
  const codes = Buffer.from(text, 'latin1')
  const space = areSpacesPluses(text) ? PLUS : SPACE
  let count = 0
  let padding = 0
  for (let at = 0; at < codes.length; at++) {
    const read = codes[at] ?? 0
    // No picture begins with a plus, and none is left behind the padding.
    const code = read === SPACE && count > 0 && padding === 0 ? space : read
    const kind = KINDS[code]
    if (kind === BLANK) continue
    if (kind === FOREIGN || (kind !== PADDING && padding > 0)) throw notBase64()
    if (kind === PADDING) padding++
    else codes[count++] = code
  }
  const missing = (4 - (count % 4)) % 4
  if (missing === 3 || padding > missing) throw notBase64()
  return Buffer.from(codes.toString('latin1', 0, count), 'base64')
}

/**
 * Whether the spaces in a text are pluses that a form has decoded. Spaces that lay a text out stand between whole groups of four
 * digits; those that were digits stand anywhere. Of the few in a short text the length of the whole tells.
 */
function areSpacesPluses(text: string): boolean {
  const trimmed = text.trim()
  const pieces = trimmed.split(' ', SPACES_LOOKED_AT + 1)
  const areAllSeen = pieces.length <= SPACES_LOOKED_AT
  const lengths = pieces
    .slice(0, -1)
    .map((piece) => piece.trim().length)
    .filter((length) => length > 0)
  // The very last digit alone may have been one.
  if (lengths.length === 0) return text.length % 4 === 0 && trimmed.length % 4 !== 0
  if (lengths.some((length) => length % 4 !== 0)) return true
  const areLines = lengths.length > 1 && new Set(lengths).size === 1
  return !areLines && areAllSeen && trimmed.length % 4 === 0
}

/** 0 to 2; a third mark is no padding. */
function countPadding(digits: string): number {
  if (!digits.endsWith('=')) return 0
  return digits.endsWith('==') ? 2 : 1
}

function notBase64(): FaceCompareError {
  return new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.')
}

function isDataUrl(text: string): boolean {
  return /^\s*data:/i.test(text)
}

function stripDataPrefix(text: string): string {
  if (!isDataUrl(text)) return text
  const comma = text.indexOf(',')
  if (comma < 0 || !/;\s*base64\s*$/i.test(text.slice(0, comma))) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The data url of the image is not Base64.')
  }
  return text.slice(comma + 1)
}
