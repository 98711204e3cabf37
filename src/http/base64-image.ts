import { FaceCompareError } from '../errors.js'
import { sniffFormat } from '../image/format.js'
import { SLICE_BYTES, type Turn } from '../turns.js'

/** What a data url may say before its digits. */
const MAX_PREFIX_CHARACTERS = 1024
/** What a character of ASCII is in Base64: a digit of either alphabet (0), or one of these. */
const [BLANK, PADDING, FOREIGN] = [1, 2, 3]
const KINDS = new Uint8Array(128).fill(FOREIGN)
for (const code of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_')) KINDS[code] = 0
for (const code of Buffer.from(' \t\r\n')) KINDS[code] = BLANK
const [SPACE, PLUS] = [0x20, 0x2b]
KINDS['='.charCodeAt(0)] = PADDING

/** How much of a part shows whether it is the Base64 of an image. */
const SHOWN_BYTES = 1024
/** So many of the first spaces in a text are looked at to tell what all of them are, */
const SPACES_LOOKED_AT = 6
/** and none beyond so many characters, among which a picture has some hundred pluses. */
const CHARACTERS_LOOKED_AT = 8192

/**
 * The bytes of an image in Base64 (RFC 4648, the standard alphabet or the one for urls), with or without `data:...;base64,`
 * before it. Line breaks are skipped, the padding may be missing, and `+` may have become a space, as forms decode it.
 * Rejects with IMAGE_FORMAT_UNSUPPORTED. Takes one turn for each slice of it.
 */
export async function decodeBase64Image(text: string, turn: Turn): Promise<Uint8Array> {
  const digits = stripDataPrefix(text)
  const decoder = new SlicedDecoder(digits.length, areSpacesPluses(digits) ? PLUS : SPACE)
  for (let at = 0; at < digits.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    decoder.add(digits.slice(at, at + SLICE_BYTES))
  }
  return decoder.finish()
}

/** The bytes of a part as they are; or, where they are no image but the Base64 of one or a data url, what that stands for. */
export async function readImagePart(part: Buffer, turn: Turn): Promise<Uint8Array> {
  if (sniffFormat(part)) return part
  const start = part.toString('latin1', 0, SHOWN_BYTES)
  if (!isDataUrl(start) && !sniffFormat(Buffer.from(start, 'base64'))) return part
  return decodeBase64Image(part.toString('latin1'), turn)
}

/**
 * Whether the spaces in a text are pluses that a form has decoded. Spaces that lay a text out stand between whole groups of four
 * digits; those that were digits stand anywhere. Of the few in a short text the length of the whole tells.
 */
function areSpacesPluses(text: string): boolean {
  const isShort = text.length <= CHARACTERS_LOOKED_AT
  const trimmed = text.slice(0, CHARACTERS_LOOKED_AT).trim()
  const pieces = trimmed.split(' ', SPACES_LOOKED_AT + 1)
  const areAllSeen = isShort && pieces.length <= SPACES_LOOKED_AT
  const lengths = pieces
    .slice(0, -1)
    .map((piece) => piece.trim().length)
    .filter((length) => length > 0)
  // The very last digit alone may have been one.
  if (lengths.length === 0) return isShort && text.length % 4 === 0 && trimmed.length % 4 !== 0
  if (lengths.some((length) => length % 4 !== 0)) return true
  const areLines = lengths.length > 1 && new Set(lengths).size === 1
  return !areLines && areAllSeen && trimmed.length % 4 === 0
}

/** Node's own decoder forgives too much: here only what is Base64 reaches it. */
class SlicedDecoder {
  readonly #bytes: Buffer
  /** What a space within the digits stands for. */
  readonly #space: number
  #byteCount = 0
  /** Digits, less than four, that wait for those after them. */
  #left = ''
  #padding = 0

  constructor(maxDigits: number, space: number) {
    this.#bytes = Buffer.allocUnsafe(Math.ceil((maxDigits * 3) / 4))
    this.#space = space
  }

  add(slice: string): void {
    const digits = this.#left + (this.#takePlain(slice) ?? this.#pickDigits(slice))
    const whole = digits.length - (digits.length % 4)
    this.#byteCount += this.#bytes.write(digits.slice(0, whole), this.#byteCount, 'base64')
    this.#left = digits.slice(whole)
  }

  finish(): Uint8Array {
    const missing = (4 - (this.#left.length % 4)) % 4
    if (missing === 3 || this.#padding > missing) throw notBase64()
    this.#byteCount += this.#bytes.write(this.#left, this.#byteCount, 'base64')
    return this.#bytes.subarray(0, this.#byteCount)
  }

  /** The digits where there is nothing else but padding behind them, which is told ten times as fast as which characters are digits. */
  #takePlain(slice: string): string | undefined {
    if (this.#padding > 0 || !/^[\w+/-]*=*$/.test(slice)) return undefined
    const padded = slice.indexOf('=')
    if (padded < 0) return slice
    this.#padding = slice.length - padded
    return slice.slice(0, padded)
  }

  #pickDigits(slice: string): string {
    // A character beyond ASCII would lose its upper bits in latin1, and might then look like a digit.
    if (Buffer.byteLength(slice, 'utf8') !== slice.length) throw notBase64()
    const codes = Buffer.from(slice, 'latin1')
    const isBegun = this.#byteCount > 0 || this.#left !== ''
    let count = 0
    for (const read of codes) {
      // No picture begins with a plus, and none is left behind the padding.
      const isDigit = read === SPACE && (isBegun || count > 0) && this.#padding === 0
      const code = isDigit ? this.#space : read
      const kind = KINDS[code]
      if (kind === BLANK) continue
      if (kind === PADDING) {
        this.#padding++
        continue
      }
      if (kind === FOREIGN || this.#padding > 0) throw notBase64()
      codes[count++] = code
    }
    return codes.toString('latin1', 0, count)
  }
}

function notBase64(): FaceCompareError {
  return new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The image is not valid Base64.')
}

function isDataUrl(start: string): boolean {
  return /^\s*data:/i.test(start)
}

function stripDataPrefix(text: string): string {
  const start = text.slice(0, MAX_PREFIX_CHARACTERS)
  if (!isDataUrl(start)) return text
  const comma = start.indexOf(',')
  if (comma < 0 || !/;\s*base64\s*$/i.test(start.slice(0, comma))) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The data url of the image is not Base64.')
  }
  return text.slice(comma + 1)
}
