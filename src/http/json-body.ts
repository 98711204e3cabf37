import { FaceCompareError } from '../errors.js'
import type { FieldName } from '../openapi/call.js'
import type { Turn } from '../turns.js'
import { decodeBase64Image } from './base64-image.js'
import type { Fields, TextField } from './fields.js'
import { scanJson } from './json-scan.js'

/** Reads a JSON body. Throws BAD_REQUEST for what is no JSON object. `null` counts as absent; images are Base64. */
export async function parseJson(body: Buffer, turn: Turn): Promise<Fields> {
  const { value: values, restore } = await scanJson(body, turn)
  if (!isObject(values)) throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body is not an object.')
  const valueIn = (name: FieldName): unknown => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? undefined) : undefined
    return typeof value === 'string' ? restore(value) : value
  }
  return {
    has: (name) => valueIn(name) !== undefined,
    text: (name) => readText(name, valueIn(name)),
    async image(name) {
      const value = valueIn(name)
      if (value === undefined) return undefined
      if (typeof value !== 'string') throw wrongType(name, 'Base64 text')
      return decodeBase64Image(value, turn)
    },
  }
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
