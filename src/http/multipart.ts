import { FaceCompareError } from '../errors.js'
import type { FieldName } from '../openapi/call.js'
import { readImagePart } from './base64-image.js'
import { type Fields, isFieldName } from './fields.js'

const MAX_PARTS = 100
const MAX_PART_HEADER_BYTES = 16 * 1024
const MAX_BOUNDARY_BYTES = 256
const DASHES = Buffer.from('--')

/**
 * Reads a multipart/form-data body (RFC 7578) that lies whole in memory. A part is known by its name alone and is bytes,
 * whether it looks like a file or like a text field: clients send texts as files and images as texts. Nothing is copied.
 * Without a boundary in the header the body's first line tells it. Lines may end in LF alone when the first one does.
 * Throws BAD_REQUEST for a body that is not whole, and for a known field that is given twice.
 */
export function parseMultipart(body: Buffer, boundary: string | undefined): Fields {
  const delimiter = boundary === undefined ? readFirstLine(body) : Buffer.from(`--${boundary}`, 'latin1')
  const lineEnd = Buffer.from(endsLinesWithLf(body, delimiter) ? '\n' : '\r\n')
  const values = new Map<FieldName, Buffer>()
  for (const part of splitParts(body, delimiter, lineEnd)) {
    const { headers, content } = splitPart(part, lineEnd)
    const name = readName(headers)
    if (name === undefined || !isFieldName(name)) continue
    if (values.has(name)) throw unreadable(`the field ${name} is given twice`)
    values.set(name, content)
  }
  return {
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.toString('utf8'),
    image(name) {
      const part = values.get(name)
      return part && readImagePart(part)
    },
  }
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
  return body[body.indexOf(delimiter) + delimiter.length] === 0x0a
}

/** What stands between the lines of the boundary; what stands before the first and after the last does not count. */
function splitParts(body: Buffer, delimiter: Buffer, lineEnd: Buffer): readonly Buffer[] {
  const parts: Buffer[] = []
  let start = -1
  for (let at = 0; ; at += delimiter.length) {
    at = body.indexOf(delimiter, at)
    if (at < 0) throw unreadable(start < 0 ? 'its boundary is not found' : 'its end is missing')
    const partEnd = at === 0 ? 0 : at - lineEnd.length
    if (at > 0 && (partEnd < start || !body.subarray(partEnd, at).equals(lineEnd))) continue
    let after = at + delimiter.length
    const isLast = body.subarray(after, after + DASHES.length).equals(DASHES)
    // Only spaces may stand between a boundary and the end of its line.
    while (!isLast && (body[after] === 0x20 || body[after] === 0x09)) after++
    if (!isLast && !body.subarray(after, after + lineEnd.length).equals(lineEnd)) continue
    if (start >= 0) parts.push(body.subarray(start, partEnd))
    if (isLast) return parts
    if (parts.length >= MAX_PARTS) throw unreadable(`it has more than ${MAX_PARTS} parts`)
    start = after + lineEnd.length
  }
}

function splitPart(part: Buffer, lineEnd: Buffer): { readonly headers: string; readonly content: Buffer } {
  // No header at all: the part begins with the empty line.
  if (part.subarray(0, lineEnd.length).equals(lineEnd)) return { headers: '', content: part.subarray(lineEnd.length) }
  const emptyLine = Buffer.concat([lineEnd, lineEnd])
  const end = part.subarray(0, MAX_PART_HEADER_BYTES).indexOf(emptyLine)
  if (end < 0) throw unreadable('the header of a part does not end, or is too long')
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
  while (rest !== '') {
    const equals = rest.indexOf('=')
    if (equals < 0) return undefined
    const key = rest.slice(rest.lastIndexOf(';', equals) + 1, equals)
    const value = readValue(rest.slice(equals + 1).trimStart())
    if (key.trim().toLowerCase() === 'name') return value.text
    rest = value.rest
  }
  return undefined
}

function readValue(text: string): { readonly text: string; readonly rest: string } {
  const end = text.startsWith('"') ? text.slice(1).search(/"[ \t]*(?:;|$)/) : -1
  if (end >= 0) return { text: text.slice(1, end + 1), rest: afterFirst(';', text.slice(end + 2)) }
  return { text: (text.split(';', 1)[0] ?? '').trim(), rest: afterFirst(';', text) }
}

/** Empty when the mark is not there. */
function afterFirst(mark: string, text: string): string {
  const at = text.indexOf(mark)
  return at < 0 ? '' : text.slice(at + 1)
}

function unreadable(reason: string): FaceCompareError {
  return new FaceCompareError('BAD_REQUEST', `The multipart body cannot be read: ${reason}.`)
}
