import { FaceCompareError } from '../errors.js'
import { SLICE_BYTES, type Turn } from '../turns.js'
import { decodeBase64Image } from './base64-image.js'
import { type FieldNames, type Fields, MAX_TEXT_BYTES, NamedPieces } from './fields.js'

const MAX_PAIRS = 1000
/** More than any known name takes, each of its letters written as `%XX`. */
const MAX_NAME_BYTES = 64

const [AMPERSAND, EQUALS, PERCENT, PLUS, SPACE] = [0x26, 0x3d, 0x25, 0x2b, 0x20]

/**
 * Reads application/x-www-form-urlencoded; images are Base64, whose `+` may have become a space on the way.
 * Throws BAD_REQUEST for a known field that is given twice.
 */
export function parseForm(body: Buffer, names: FieldNames, turn: Turn): Fields {
  const pieces = new NamedPieces(names)
  for (const pair of splitPairs(body)) {
    const [rawName, rawValue] = cutAt(pair, EQUALS)
    if (rawName.length <= MAX_NAME_BYTES) pieces.add(decodeUrlEncoded(rawName), rawValue, 'form in the body')
  }
  return pieces.read({
    text: (raw) => decodeUrlEncoded(raw.subarray(0, MAX_TEXT_BYTES)),
    image: async (raw) => decodeBase64Image(await decodeInSlices(raw, turn), turn),
  })
}

function splitPairs(body: Buffer): readonly Buffer[] {
  const pairs: Buffer[] = []
  for (let rest = body; rest.length > 0; ) {
    if (pairs.length === MAX_PAIRS) {
      throw new FaceCompareError('BAD_REQUEST', `The form in the body has more than ${MAX_PAIRS} fields.`)
    }
    const [pair, after] = cutAt(rest, AMPERSAND)
    pairs.push(pair)
    rest = after
  }
  return pairs
}

/** What stands before and after the first such byte; all and nothing when there is none. */
function cutAt(bytes: Buffer, byte: number): readonly [Buffer, Buffer] {
  const at = bytes.indexOf(byte)
  return at < 0 ? [bytes, bytes.subarray(bytes.length)] : [bytes.subarray(0, at), bytes.subarray(at + 1)]
}

/** Takes one turn for each slice. */
async function decodeInSlices(raw: Buffer, turn: Turn): Promise<string> {
  let text = ''
  for (let at = 0; at < raw.length; ) {
    if (at > 0) await turn()
    const end = endOfSlice(raw, at + SLICE_BYTES)
    text += decodeUrlEncoded(raw.subarray(at, end))
    at = end
  }
  return text
}

/** Not within a `%XX`. */
function endOfSlice(raw: Buffer, end: number): number {
  if (raw[end - 1] === PERCENT) return end - 1
  return raw[end - 2] === PERCENT ? end - 2 : end
}

/** As the URL standard has it (section 5.1): `+` is a space, and a `%` that no two hex digits follow is itself. */
function decodeUrlEncoded(raw: Buffer): string {
  const bytes = Buffer.allocUnsafe(raw.length)
  let count = 0
  for (let at = 0; at < raw.length; at++) {
    const byte = raw[at] ?? 0
    const escaped = byte === PERCENT ? readHexByte(raw, at + 1) : undefined
    bytes[count++] = escaped ?? (byte === PLUS ? SPACE : byte)
    if (escaped !== undefined) at += 2
  }
  return bytes.toString('utf8', 0, count)
}

function readHexByte(raw: Buffer, at: number): number | undefined {
  const digits = raw.toString('latin1', at, at + 2)
  return /^[\da-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined
}
