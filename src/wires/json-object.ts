import { FaceCompareError } from '../errors.js'
import { scanJson } from '../http/json-scan.js'
import type { Turn } from '../turns.js'

export type JsonObject = Readonly<Record<string, unknown>>

/** An image lies in an object of the body; nothing that is read lies deeper than this. */
const DEEPEST_TEXT = 4

/**
 * Reads a JSON object in UTF-8, taking one turn for each slice of it. Rejects with BAD_REQUEST for anything else. No bytes at all are
 * an object without members.
 */
export async function parseJsonObject(body: Uint8Array, turn: Turn): Promise<JsonObject> {
  if (body.length === 0) return {}
  const { value, restore } = await scanJson(Buffer.from(body.buffer, body.byteOffset, body.length), turn)
  const whole = restoreTexts(value, restore, DEEPEST_TEXT)
  if (!isObject(whole)) throw new FaceCompareError('BAD_REQUEST', 'The JSON of the body is not an object.')
  return whole
}

/** The value with its long texts in the place of their marks. */
function restoreTexts(value: unknown, restore: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return restore(value)
  if (depth === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => restoreTexts(item, restore, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restoreTexts(item, restore, depth - 1)]))
}

/** A member, `null` and what an object inherits being absent. */
export function memberOf(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
