import { FaceCompareError } from '../errors.js'
import type { Turn } from '../turns.js'
import { readImagePart } from './base64-image.js'
import { type FieldNames, type Fields, MAX_TEXT_BYTES, NamedPieces } from './fields.js'

const MAX_PARTS = 32
/** Where pictures and groups are parts of their own there is room for all that one call may add. */
const MAX_PARTS_WITH_LISTS = 256
const MAX_PART_HEADER_BYTES = 4 * 1024
/** Of all parts: names are looked for in one turn. */
const MAX_HEADER_BYTES = 128 * 1024
const MAX_NAME_BYTES = 256
const MAX_BOUNDARY_BYTES = 256
/** In bytes of images a line that begins like the boundary does not happen; millions of them are somebody's purpose. */
const MAX_FALSE_BOUNDARIES = 1000
/** Of what is looked through in one turn: bytes that are the beginning of a boundary again and again take long. */
const SEARCHED_BYTES = 1024 * 1024
const [SPACE, TAB, LF] = [0x20, 0x09, 0x0a]
const DASHES = Buffer.from('--')

export interface MultipartOptions {
  /** As the Content-Type has it. */
  readonly boundary: string | undefined
  readonly names: FieldNames
}

/**
 * Reads a multipart/form-data body (RFC 7578) that lies whole in memory. A part is known by its name alone and is bytes,
 * whether it looks like a file or like a text field: clients send texts as files and images as texts. Nothing is copied.
 * Without a boundary in the header the body's first line tells it. Lines may end in LF alone when the first one does.
 * Throws BAD_REQUEST for a body that is not whole, and for a known field that is given twice.
 */
export async function parseMultipart(body: Buffer, { boundary, names }: MultipartOptions, turn: Turn): Promise<Fields> {
  const delimiter = boundary === undefined ? readFirstLine(body) : Buffer.from(`--${boundary}`, 'latin1')
  if (delimiter.length > MAX_BOUNDARY_BYTES) throw unreadable(`its boundary is longer than ${MAX_BOUNDARY_BYTES} bytes`)
  const lineEnd = Buffer.from(endsLinesWithLf(body, delimiter) ? '\n' : '\r\n')
  const pieces = new NamedPieces(names)
  const maxParts = names.lists.size > 0 ? MAX_PARTS_WITH_LISTS : MAX_PARTS
  let headerBytes = 0
  for (const part of await splitParts(body, { delimiter, lineEnd, maxParts }, turn)) {
    const { headers, content } = splitPart(part, lineEnd)
    headerBytes += headers.length
    if (headerBytes > MAX_HEADER_BYTES)
      throw unreadable(`the headers of its parts have more than ${MAX_HEADER_BYTES} bytes`)
    const name = readName(headers)
    if (name !== undefined && name.length > MAX_NAME_BYTES) {
      throw unreadable(`the name of a part is longer than ${MAX_NAME_BYTES} bytes`)
    }
    if (name !== undefined) pieces.add(name, content, 'multipart body')
  }
  return pieces.read({
    text: (bytes) => bytes.toString('utf8', 0, MAX_TEXT_BYTES),
    image: (bytes) => readImagePart(bytes, turn),
  })
}

function readFirstLine(body: Buffer): Buffer {
  const end = body.indexOf('\n')
  const line = body.subarray(0, body[end - 1] === 0x0d ? end - 1 : Math.max(end, 0))
  if (line.length <= DASHES.length || line.length > MAX_BOUNDARY_BYTES || !line.subarray(0, 2).equals(DASHES)) {
    throw unreadable('its Content-Type names no boundary, and its first line is none')
  }
  return line
}

function endsLinesWithLf(body: Buffer, delimiter: Buffer): boolean {
  return body[body.indexOf(delimiter) + delimiter.length] === LF
}

/** What stands between the lines of the boundary; what stands before the first and after the last does not count. */
async function splitParts(
  body: Buffer,
  { delimiter, lineEnd, maxParts }: { readonly delimiter: Buffer; readonly lineEnd: Buffer; readonly maxParts: number },
  turn: Turn,
): Promise<readonly Buffer[]> {
  const parts: Buffer[] = []
  let start: number | undefined
  for await (const line of findBoundaryLines(body, delimiter, lineEnd, turn)) {
    if (start !== undefined) parts.push(body.subarray(start, line.start))
    if (line.isLast) return parts
    if (parts.length >= maxParts) throw unreadable(`it has more than ${maxParts} parts`)
    start = line.end
  }
  throw unreadable(start === undefined ? 'its boundary is not found' : 'its end is missing')
}

interface BoundaryLine {
  /** Of the end of the line before, which belongs to the boundary. */
  readonly start: number
  readonly end: number
  readonly isLast: boolean
}

async function* findBoundaryLines(
  body: Buffer,
  delimiter: Buffer,
  lineEnd: Buffer,
  turn: Turn,
): AsyncGenerator<BoundaryLine> {
  const mark = Buffer.concat([lineEnd, delimiter])
  const findMarkEnd = async (from: number): Promise<number> => {
    for (let start = from; ; start += SEARCHED_BYTES) {
      const at = body.subarray(start, start + SEARCHED_BYTES + mark.length - 1).indexOf(mark)
      if (at >= 0) return start + at + mark.length
      if (start + SEARCHED_BYTES >= body.length) return -1
      await turn()
    }
  }
  let falseOnes = 0
  let markEnd = body.subarray(0, delimiter.length).equals(delimiter) ? delimiter.length : await findMarkEnd(0)
  while (markEnd >= 0) {
    const line = readBoundaryLine(body, markEnd, lineEnd)
    if (line) yield { start: markEnd - mark.length, ...line }
    else if (++falseOnes > MAX_FALSE_BOUNDARIES) throw unreadable('too many of its lines only begin like its boundary')
    markEnd = await findMarkEnd(line?.end ?? markEnd)
  }
}

/** The rest of a boundary's line, on which only blanks may stand; undefined when it is no such line. */
function readBoundaryLine(body: Buffer, at: number, lineEnd: Buffer): Omit<BoundaryLine, 'start'> | undefined {
  const afterDashes = at + DASHES.length
  if (body.subarray(at, afterDashes).equals(DASHES)) return { end: afterDashes, isLast: true }
  let blanksEnd = at
  while (blanksEnd < at + MAX_BOUNDARY_BYTES && (body[blanksEnd] === SPACE || body[blanksEnd] === TAB)) blanksEnd++
  const end = blanksEnd + lineEnd.length
  return body.subarray(blanksEnd, end).equals(lineEnd) ? { end, isLast: false } : undefined
}

function splitPart(part: Buffer, lineEnd: Buffer): { readonly headers: string; readonly content: Buffer } {
  // No header at all: the part begins with the empty line.
  if (part.subarray(0, lineEnd.length).equals(lineEnd)) return { headers: '', content: part.subarray(lineEnd.length) }
  const emptyLine = Buffer.concat([lineEnd, lineEnd])
  const end = part.subarray(0, MAX_PART_HEADER_BYTES).indexOf(emptyLine)
  if (end < 0) throw unreadable(`the header of a part does not end, or is longer than ${MAX_PART_HEADER_BYTES} bytes`)
  return { headers: part.toString('latin1', 0, end), content: part.subarray(end + emptyLine.length) }
}

/**
 * The `name` of a part. A quoted value ends at the quote that is followed by `;` or by the end of the line, not at an
 * escaped one: file names of Windows end in backslashes and hold quotes, and nobody agrees on how to escape them.
 */
function readName(headers: string): string | undefined {
  const line = headers.split(/\r?\n/).find((header) => /^content-disposition[ \t]*:/i.test(header))
  if (line === undefined) return undefined
  let rest = afterFirst(';', line)
  // Once no quote closes, none after it does either, and is not looked for again.
  let mayClose = true
  while (rest !== '') {
    const equals = rest.indexOf('=')
    if (equals < 0) return undefined
    const key = rest.slice(rest.lastIndexOf(';', equals) + 1, equals)
    const text = rest.slice(equals + 1).trimStart()
    const quoted = mayClose && text.startsWith('"') ? readQuoted(text) : undefined
    if (text.startsWith('"') && !quoted) mayClose = false
    const value = quoted ?? { text: (text.split(';', 1)[0] ?? '').trim(), rest: afterFirst(';', text) }
    if (key.trim().toLowerCase() === 'name') return value.text
    rest = value.rest
  }
  return undefined
}

function readQuoted(text: string): { readonly text: string; readonly rest: string } | undefined {
  const end = text.slice(1).search(/"[ \t]*(?:;|$)/)
  return end < 0 ? undefined : { text: text.slice(1, end + 1), rest: afterFirst(';', text.slice(end + 2)) }
}

/** Empty when the mark is not there. */
function afterFirst(mark: string, text: string): string {
  const at = text.indexOf(mark)
  return at < 0 ? '' : text.slice(at + 1)
}

function unreadable(reason: string): FaceCompareError {
  return new FaceCompareError('BAD_REQUEST', `The multipart body cannot be read: ${reason}.`)
}
