import { isAscii } from 'node:buffer'
import { FaceCompareError } from '../errors.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** The longest call lists 4,096 faces; a body of 14 MB made of `[` alone would take gigabytes before it is found to be wrong. */
const MAX_STRUCTURE_MARKS = 20_000

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const STRUCTURE_MARKS: ReadonlySet<number> = new Set(Buffer.from('{[,:'))

/** Reads a JSON object in UTF-8. Throws BAD_REQUEST for anything else. No bytes at all are an object without members. */
export function parseJsonObject(body: Uint8Array): JsonObject {
  if (body.length === 0) return {}
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
  refuseHugeStructure(bytes)
  let value: unknown
  try {
    value = JSON.parse(readUtf8(bytes))
  } catch (cause) {
    throw new FaceCompareError('BAD_REQUEST', 'The body is not valid JSON.', { cause })
  }
  if (!isObject(value)) throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body is not an object.')
  return value
}

/** A member, `null` and what an object inherits being absent. */
export function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Bytes that are no UTF-8 throw. Bodies with large images are ASCII, which is faster read. */
function readUtf8(body: Buffer): string {
  return isAscii(body) ? body.toString('latin1') : new TextDecoder('utf-8', { fatal: true }).decode(body)
}

/** Counts the marks outside of texts, and jumps over the texts: an image is one of them. */
function refuseHugeStructure(body: Buffer): void {
  let marks = 0
  for (let at = 0; at < body.length; at++) {
    const byte = body[at] ?? 0
    if (byte === QUOTE) {
      at = findTextEnd(body, at + 1)
    } else if (STRUCTURE_MARKS.has(byte) && ++marks > MAX_STRUCTURE_MARKS) {
      throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body has too many parts.')
    }
  }
}

/** The index of the quote that ends a text, or the length of the body. */
function findTextEnd(body: Buffer, start: number): number {
  for (let at = start; ; at++) {
    at = body.indexOf(QUOTE, at)
    if (at < 0) return body.length
    let backslashes = 0
    while (at - backslashes > start && body[at - backslashes - 1] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return at
  }
}
