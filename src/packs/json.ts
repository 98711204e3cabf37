/** Guards for the JSON beside the weights: each returns the value with its type or throws a sentence that names it. */

export type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function toObject(value: unknown, what: string): JsonObject {
  if (!isObject(value)) throw new Error(`Expected ${what} to be an object.`)
  return value
}

export function toArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`Expected ${what} to be an array.`)
  return value
}

export function toText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`Expected ${what} to be a string.`)
  return value
}

export function toNumber(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error(`Expected ${what} to be a number.`)
  return value
}
