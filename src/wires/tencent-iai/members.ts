import { FaceCompareError } from '../../errors.js'
import { isObject, type JsonObject, memberOf } from '../json-object.js'
import { type IaiCode, IaiError } from './errors.js'

interface WholeRule {
  readonly min: number
  readonly max: number
  /** What a number beyond them is called. */
  readonly code: IaiCode
}

interface IdCodes {
  readonly illegal: IaiCode
  readonly tooLong: IaiCode
}

const MAX_ID_BYTES = 64

/** A text; undefined where there is none. */
export function readText(object: JsonObject, name: string): string | undefined {
  const value = memberOf(object, name)
  if (value === undefined || typeof value === 'string') return value
  throw wrongType(name, 'a text')
}

/** Throws MissingParameter for a value that is not there. */
export function required<T>(name: string, value: T | undefined): T {
  if (value === undefined || value === '') {
    throw new FaceCompareError('PARAMETER_MISSING', `The parameter ${name} is missing.`)
  }
  return value
}

/** An id as the vendor allows them: letters, digits and `-%@#&_`, at most 64 bytes. */
export function readId(object: JsonObject, name: string, codes: IdCodes): string {
  return checkId(required(name, readText(object, name)), name, codes)
}

export function checkId(id: string, name: string, { illegal, tooLong }: IdCodes): string {
  if (id.length > MAX_ID_BYTES) {
    throw new IaiError('PARAMETER_TOO_LONG', tooLong, `${name} is longer than ${MAX_ID_BYTES} bytes.`)
  }
  if (/^[A-Za-z0-9\-%@#&_]+$/.test(id)) return id
  throw new IaiError('PARAMETER_INVALID', illegal, `${name} may have English letters, digits and -%@#&_ in it.`)
}

interface TextRule extends IdCodes {
  readonly maxCharacters: number
}

/** A name or a remark of people's own. */
export function checkText(text: string, name: string, { maxCharacters, illegal, tooLong }: TextRule): string {
  // A character takes at most two of what `length` counts.
  if (text.length > 2 * maxCharacters || [...text].length > maxCharacters) {
    throw new IaiError('PARAMETER_TOO_LONG', tooLong, `${name} is longer than ${maxCharacters} characters.`)
  }
  if (!/[\p{Cc}\p{Cs}]/u.test(text)) return text
  throw new IaiError('PARAMETER_INVALID', illegal, `${name} has a control character in it.`)
}

/** A whole number; undefined where there is none. */
export function readWhole(object: JsonObject, name: string, { min, max, code }: WholeRule): number | undefined {
  const value = memberOf(object, name)
  if (value === undefined) return undefined
  if (!Number.isSafeInteger(value) || typeof value !== 'number') throw wrongType(name, 'a whole number')
  if (value >= min && value <= max) return value
  throw new IaiError('INVALID_PARAMETER', code, `Expected ${name} to be from ${min} to ${max}.`)
}

/** A number from 0 to 100; undefined where there is none. */
export function readScore(object: JsonObject, name: string): number | undefined {
  const value = memberOf(object, name)
  if (value === undefined) return undefined
  if (typeof value !== 'number') throw wrongType(name, 'a number')
  if (value >= 0 && value <= 100) return value
  const code = 'InvalidParameterValue.FaceMatchThresholdIllegal'
  throw new IaiError('INVALID_PARAMETER', code, `Expected ${name} to be from 0 to 100.`)
}

/** Whether a flag is 1: the vendor takes any other number for 0. */
export function readFlag(object: JsonObject, name: string): boolean {
  const value = memberOf(object, name)
  if (value === undefined || typeof value === 'number') return value === 1
  throw wrongType(name, 'a whole number')
}

/** A list of texts; undefined where there is none, or an empty one. */
export function readTexts(
  object: JsonObject,
  name: string,
  { max, code }: { readonly max: number; readonly code: IaiCode },
): readonly string[] | undefined {
  const values = readList(object, name, max, code)
  return values?.map((value) => {
    if (typeof value !== 'string') throw wrongType(name, 'a list of texts')
    return value
  })
}

export function readObjects(
  object: JsonObject,
  name: string,
  { max, code }: { readonly max: number; readonly code: IaiCode },
): readonly JsonObject[] | undefined {
  return readList(object, name, max, code)?.map((value) => {
    if (!isObject(value)) throw wrongType(name, 'a list of objects')
    return value
  })
}

function readList(object: JsonObject, name: string, max: number, code: IaiCode): readonly unknown[] | undefined {
  const value = memberOf(object, name)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrongType(name, 'a list')
  if (value.length > max) throw new IaiError('INVALID_PARAMETER', code, `${name} has more than ${max} items.`)
  return value.length === 0 ? undefined : value
}

function wrongType(name: string, expected: string): IaiError {
  return new IaiError('INVALID_PARAMETER', 'InvalidParameter', `Expected ${expected} in ${name}.`)
}
