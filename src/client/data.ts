export type JsonObject = Readonly<Record<string, unknown>>

/** What an answer has is not what was asked for: it is none of the service, or of a service of another kind. */
export class MismatchError extends Error {}

/** Reads the fields of an object by their names on the wire. Everything but `maybe...` throws MismatchError where the field is not so. */
export interface Data {
  readonly text: (name: string) => string
  readonly number: (name: string) => number
  readonly flag: (name: string) => boolean
  readonly texts: (name: string) => readonly string[]
  readonly numbers: (name: string) => readonly number[]
  readonly object: (name: string) => Data
  readonly objects: (name: string) => readonly Data[]
  /** Undefined where it is not there. */
  readonly maybeNumber: (name: string) => number | undefined
  readonly maybeFlag: (name: string) => boolean | undefined
}

export function openData(object: JsonObject): Data {
  const one = <T>(is: (value: unknown) => value is T) => {
    return (name: string): T => required(object[name], is)
  }
  const many = <T>(is: (value: unknown) => value is T) => {
    return (name: string): readonly T[] => required(object[name], isArray).map((value) => required(value, is))
  }
  const maybe = <T>(is: (value: unknown) => value is T) => {
    return (name: string): T | undefined => (object[name] === undefined ? undefined : required(object[name], is))
  }
  return {
    text: one(isText),
    number: one(isNumber),
    flag: one(isFlag),
    texts: many(isText),
    numbers: many(isNumber),
    object: (name) => openData(one(isObject)(name)),
    objects: (name) => many(isObject)(name).map(openData),
    maybeNumber: maybe(isNumber),
    maybeFlag: maybe(isFlag),
  }
}

function required<T>(value: unknown, is: (value: unknown) => value is T): T {
  if (is(value)) return value
  throw new MismatchError('A field is missing or of another kind.')
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}
