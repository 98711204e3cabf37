import { isAscii } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { FaceCompareError } from '../errors.js'
import { SLICE_BYTES, type Turn } from '../turns.js'

/** A JSON text that was taken apart in many turns of the event loop, which `JSON.parse` would hold up for all of them. */
export interface ScannedJson {
  /** What it says, each long text replaced by a short mark. */
  readonly value: unknown
  /** The text that a mark stands for; any other text is itself. */
  readonly restore: (text: string) => string
}

/** A call needs none; a body of 20 MB made of `[` alone would take gigabytes before it is found to be wrong. */
const MAX_STRUCTURE_MARKS = 10_000
/** What is left for `JSON.parse` when blanks and long texts are taken out. */
const MAX_SKELETON_BYTES = 256 * 1024
const LONG_TEXT_BYTES = 4096
/** `\u0000` is the longest escape. */
const UNICODE_ESCAPE_BYTES = 6
const LONGEST_UTF8_TAIL_BYTES = 3

const [QUOTE, BACKSLASH, SPACE, LETTER_U] = [0x22, 0x5c, 0x20, 0x75]
const STRUCTURE_MARKS: ReadonlySet<number> = new Set(Buffer.from('{[,:'))
const BLANKS: ReadonlySet<number> = new Set(Buffer.from(' \t\r\n'))

/** Throws BAD_REQUEST for what is no JSON. A byte order mark is skipped. Takes one turn for each slice of the body. */
export async function scanJson(body: Buffer, turn: Turn): Promise<ScannedJson> {
  const scan = new JsonScan(body)
  for (let end = SLICE_BYTES; end < body.length; end += SLICE_BYTES) {
    scan.scanTo(end)
    await turn()
  }
  scan.scanTo(body.length)
  return scan.finish()
}

/**
 * Goes over the bytes once. What stands outside of long texts, blanks made one, is the skeleton, which is short enough for
 * `JSON.parse`. A long text is decoded piece by piece, each cut where no escape and no character is cut.
 */
class JsonScan {
  readonly #body: Buffer
  readonly #skeleton: Buffer
  /** No client can know it, so that no text of his is taken for a mark. */
  readonly #mark = randomUUID()
  readonly #longTexts: string[] = []
  #skeletonBytes = 0
  #structureMarks = 0
  #at = 0
  /** Where the quote of the present text is; undefined outside of texts. */
  #textStart: number | undefined
  /** The present text as far as it is decoded, and where the rest of it begins. */
  #text = ''
  #pieceStart = 0
  #lastEscape = -1

  constructor(body: Buffer) {
    this.#body = body
    this.#skeleton = Buffer.allocUnsafe(Math.min(body.length, MAX_SKELETON_BYTES))
  }

  scanTo(end: number): void {
    while (this.#at < end) {
      if (this.#textStart === undefined) this.#scanStructure(end)
      else this.#scanText(end)
    }
  }

  finish(): ScannedJson {
    if (this.#textStart !== undefined) throw notJson()
    const value = parse(() => new TextDecoder('utf-8', { fatal: true }).decode(this.#writtenSkeleton()))
    return {
      value,
      restore: (text) =>
        text.startsWith(this.#mark) ? (this.#longTexts[Number(text.slice(this.#mark.length))] ?? text) : text,
    }
  }

  #scanStructure(end: number): void {
    while (this.#at < end) {
      const byte = this.#body[this.#at++] ?? 0
      if (byte === QUOTE) {
        this.#textStart = this.#at - 1
        this.#pieceStart = this.#at
        return
      }
      if (STRUCTURE_MARKS.has(byte) && ++this.#structureMarks > MAX_STRUCTURE_MARKS) {
        throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body has too many parts.')
      }
      if (!BLANKS.has(byte)) this.#writeByte(byte)
      else if (this.#skeleton[this.#skeletonBytes - 1] !== SPACE) this.#writeByte(SPACE)
    }
  }

  #scanText(end: number): void {
    const rest = this.#body.subarray(this.#at, end)
    // Most of a body are the digits of its images, which need not be looked at one by one.
    if (!rest.includes(QUOTE) && !rest.includes(BACKSLASH)) this.#at = end
    while (this.#at < end) {
      const byte = this.#body[this.#at]
      if (byte === QUOTE) {
        this.#closeText()
        return
      }
      if (byte === BACKSLASH) this.#lastEscape = this.#at++
      this.#at++
    }
    if (this.#at - (this.#textStart ?? 0) > LONG_TEXT_BYTES) this.#decodeUpTo(this.#findCut())
  }

  #closeText(): void {
    const textStart = this.#textStart ?? 0
    const end = this.#at++
    if (this.#pieceStart === textStart + 1 && end - textStart <= LONG_TEXT_BYTES) {
      this.#write(this.#body.subarray(textStart, this.#at))
    } else {
      this.#decodeUpTo(end)
      this.#write(Buffer.from(`"${this.#mark}${this.#longTexts.length}"`))
      this.#longTexts.push(this.#text)
    }
    this.#text = ''
    this.#textStart = undefined
  }

  /** The last place not after the present one that is neither in an escape nor in a character of several bytes. */
  #findCut(): number {
    const at = Math.min(this.#at, this.#body.length)
    const escapedAt = this.#lastEscape
    if (this.#body[escapedAt + 1] === LETTER_U && at < escapedAt + UNICODE_ESCAPE_BYTES) return escapedAt
    let cut = at
    while (cut > at - LONGEST_UTF8_TAIL_BYTES && isContinuation(this.#body[cut])) cut--
    return Math.max(cut, this.#pieceStart)
  }

  #decodeUpTo(end: number): void {
    const piece = this.#body.subarray(this.#pieceStart, end)
    this.#text += String(parse(() => `"${readUtf8(piece)}"`))
    this.#pieceStart = end
  }

  #writeByte(byte: number): void {
    if (this.#skeletonBytes === this.#skeleton.length) throw tooLong()
    this.#skeleton[this.#skeletonBytes++] = byte
  }

  #write(bytes: Buffer): void {
    if (this.#skeletonBytes + bytes.length > this.#skeleton.length) throw tooLong()
    this.#skeletonBytes += bytes.copy(this.#skeleton, this.#skeletonBytes)
  }

  #writtenSkeleton(): Buffer {
    return this.#skeleton.subarray(0, this.#skeletonBytes)
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80
}

/** Bytes that are no UTF-8 throw. Most pieces are ASCII, which is faster read. */
function readUtf8(piece: Buffer): string {
  return isAscii(piece)
    ? piece.toString('latin1')
    : new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(piece)
}

/** The parser's own sentence is not kept: it quotes the body. */
function parse(readText: () => string): unknown {
  try {
    return JSON.parse(readText())
  } catch {
    throw notJson()
  }
}

function notJson(): FaceCompareError {
  return new FaceCompareError('BAD_REQUEST', 'The body is not valid JSON.')
}

function tooLong(): FaceCompareError {
  return new FaceCompareError(
    'BAD_REQUEST',
    `The JSON of the body has more than ${MAX_SKELETON_BYTES} bytes beside its long texts.`,
  )
}
