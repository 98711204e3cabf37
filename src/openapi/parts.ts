import type { JsonObject } from './json-object.js'

/** What schemas are built of. */

export const whole = (description: string, minimum: number, maximum?: number): JsonObject => ({
  ...{ type: 'integer', minimum, description },
  ...(maximum === undefined ? {} : { maximum }),
})

export const number = (description: string, minimum: number, maximum?: number): JsonObject => ({
  ...whole(description, minimum, maximum),
  type: 'number',
})

export const text = (description: string): JsonObject => ({ type: 'string', description })

export const list = (items: JsonObject, description: string): JsonObject => ({ type: 'array', items, description })

export const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` })

type Members = Readonly<Record<string, JsonObject>>

/** An object of members that are always there, and of others that may be. */
export const object = (description: string, always: Members, others: Members = {}): JsonObject => ({
  ...{ type: 'object', description, required: Object.keys(always) },
  properties: { ...always, ...others },
})
