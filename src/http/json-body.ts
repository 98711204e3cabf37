import { isAscii } from 'node:buffer'
import { FaceCompareError } from '../errors.js'
import type { FieldName } from '../openapi/call.js'
import { decodeBase64Image } from './base64-image.js'
import type { Fields, TextField } from './fields.js'

/** A call needs none; a body of 20 MB made of `[` alone would take gigabytes before it is found to be wrong. */
const MAX_STRUCTURE_MARKS = 10_000

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const STRUCTURE_MARKS: ReadonlySet<number> = new Set(Buffer.from('{[,:'))

/** Reads a JSON body. Throws BAD_REQUEST for what is no JSON object. `null` counts as absent; images are Base64. */
export function parseJson(body: Buffer): Fields {
  refuseHugeStructure(body)
  const values = readObject(body)
  const valueIn = (name: FieldName): unknown => (Object.hasOwn(values, name) ? (values[name] ?? undefined) : undefined)
  return {
    has: (name) => valueIn(name) !== undefined,
    text: (name) => readText(name, valueIn(name)),
    image(name) {
      const value = valueIn(name)
      if (value === undefined) return undefined
      if (typeof value !== 'string') throw wrongType(name, 'Base64 text')
      return decodeBase64Image(value)
    },
  }
}

function readObject(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(readUtf8(body))
  } catch (cause) {
    throw new FaceCompareError('BAD_REQUEST', 'The body is not valid JSON.', { cause })
  }
  if (!isObject(value)) throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body is not an object.')
  return value
}

/** A byte order mark is skipped; bytes that are no UTF-8 throw. Bodies with large images are ASCII, which is faster read. */
function readUtf8(body: Buffer): string {
  return isAscii(body) ? body.toString('latin1') : new TextDecoder('utf-8', { fatal: true }).decode(body)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readText(name: TextField, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (name === 'min_quality') {
    if (typeof value === 'number') return String(value)
    throw wrongType(name, 'a number or a text')
  }
  const mayBeNumber = name === 'appid' || name === 'return_faces'
  if (mayBeNumber && Number.isSafeInteger(value)) return String(value)
  throw wrongType(name, mayBeNumber ? 'a text or a whole number' : 'a text')
}

function wrongType(name: FieldName, expected: string): FaceCompareError {
  return new FaceCompareError('INVALID_PARAMETER', `Expected ${expected} in ${name} but received something else.`)
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
