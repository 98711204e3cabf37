import { FaceCompareError } from '../errors.js'
import { SLICE_BYTES, type Turn } from './turns.js'

/** What a data url may say before its digits. */
const MAX_PREFIX_CHARACTERS = 1024
/** What a character of ASCII is in Base64: a digit, or one of these. */
const [BLANK, PADDING, FOREIGN] = [1, 2, 3]
const KINDS = new Uint8Array(128).fill(FOREIGN)
for (const code of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')) KINDS[code] = 0
for (const code of Buffer.from(' \t\r\n')) KINDS[code] = BLANK
KINDS['='.charCodeAt(0)] = PADDING

/**
 * The bytes of an image in Base64 (RFC 4648, standard alphabet), with or without `data:...;base64,` before it. Line breaks
 * are skipped and the padding may be missing. Rejects with IMAGE_FORMAT_UNSUPPORTED. Takes one turn for each slice of it.
 */
export async function decodeBase64Image(text: string, turn: Turn): Promise<Uint8Array> {
  const digits = stripDataPrefix(text)
  const decoder = new SlicedDecoder(digits.length)
  for (let at = 0; at < digits.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    decoder.add(digits.slice(at, at + SLICE_BYTES))
  }
  return decoder.finish()
}

/** Node's own decoder forgives too much: here only what is Base64 reaches it. */
class SlicedDecoder {
  readonly #bytes: Buffer
  #byteCount = 0
  /** Digits, less than four, that wait for those after them. */
  #left = ''
  #padding = 0

  constructor(maxDigits: number) {
    this.#bytes = Buffer.allocUnsafe(Math.ceil((maxDigits * 3) / 4))
  }

  add(slice: string): void {
    const digits = this.#left + (this.#isPlain(slice) ? slice : this.#pickDigits(slice))
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

  /** Whether it is digits and nothing else, which is told ten times as fast as which of its characters are. */
  #isPlain(slice: string): boolean {
    return this.#padding === 0 && /^[A-Za-z0-9+/]*$/.test(slice)
  }

  #pickDigits(slice: string): string {
    // A character beyond ASCII would lose its upper bits in latin1, and might then look like a digit.
    if (Buffer.byteLength(slice, 'utf8') !== slice.length) throw notBase64()
    const codes = Buffer.from(slice, 'latin1')
    let count = 0
    for (const code of codes) {
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

function stripDataPrefix(text: string): string {
  const start = text.slice(0, MAX_PREFIX_CHARACTERS)
  if (!/^\s*data:/i.test(start)) return text
  const comma = start.indexOf(',')
  if (comma < 0 || !/;\s*base64\s*$/i.test(start.slice(0, comma))) {
    throw new FaceCompareError('IMAGE_FORMAT_UNSUPPORTED', 'The data url of the image is not Base64.')
  }
  return text.slice(comma + 1)
}
