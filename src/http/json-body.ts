import { FaceCompareError } from '../errors.js'
import type { Turn } from '../turns.js'
import { decodeBase64Image } from './base64-image.js'
import type { Fields, Numbers } from './fields.js'
import { scanJson } from './json-scan.js'

/** Reads a JSON body. Throws BAD_REQUEST for what is no JSON object. `null` counts as absent; images are Base64. */
export async function parseJson(body: Buffer, turn: Turn): Promise<Fields> {
  const { value: values, restore } = await scanJson(body, turn)
  if (!isObject(values)) throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body is not an object.')
  const whole = (value: unknown): unknown => (typeof value === 'string' ? restore(value) : value)
  const valueIn = (name: string): unknown => (Object.hasOwn(values, name) ? (values[name] ?? undefined) : undefined)
  const listIn = (name: string): readonly unknown[] => {
    const value = valueIn(name)
    if (value === undefined) return []
    return Array.isArray(value) ? value : [value]
  }
  const readImage = async (name: string, value: unknown): Promise<Uint8Array> => {
    if (typeof value !== 'string') throw wrongType(name, 'Base64 text')
    return decodeBase64Image(restore(value), turn)
  }
  return {
    has: (name) => valueIn(name) !== undefined,
    text: (name, numbers = 'none') => readText(name, whole(valueIn(name)), numbers),
    texts: (name) => listIn(name).map((value) => readText(name, whole(value ?? ''), 'whole') ?? ''),
    async image(name) {
      const value = valueIn(name)
      return value === undefined ? undefined : readImage(name, value)
    },
    images: (name) => listIn(name).map((value) => () => readImage(name, value)),
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const EXPECTED: Readonly<Record<Numbers, string>> = {
  none: 'a text',
  whole: 'a text or a whole number',
  any: 'a number or a text',
}

function readText(name: string, value: unknown, numbers: Numbers): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  if (numbers === 'any' && typeof value === 'number') return String(value)
  if (numbers === 'whole' && Number.isSafeInteger(value)) return String(value)
  throw wrongType(name, EXPECTED[numbers])
}

function wrongType(name: string, expected: string): FaceCompareError {
  return new FaceCompareError('INVALID_PARAMETER', `Expected ${expected} in ${name} but received something else.`)
}
