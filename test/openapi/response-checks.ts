import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import type { JsonObject } from '../../src/openapi/json-object.js'

interface Reference {
  readonly $ref: string
}

interface Header {
  readonly required?: boolean
  readonly schema: { readonly type: string }
}

interface Example {
  readonly value: Readonly<Record<string, unknown>>
}

interface Media {
  readonly examples?: Readonly<Record<string, Example | Reference>>
}

interface Response {
  readonly headers: Readonly<Record<string, Header | Reference>>
  readonly content?: Readonly<Record<string, Media>>
}

/** As much of a document as the checks read. */
interface Api {
  readonly info: { readonly description: string }
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>
    readonly securitySchemes: object
  }
}

export interface Operation {
  readonly method: string
  readonly path: string
  readonly responses: readonly { readonly status: string; readonly examples: readonly Example['value'][] }[]
}

/** What the checks read of an answer. */
export interface Answer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Checks of answers and bodies against a document. A field that is not described is a failure. */
export function createResponseChecks(document: JsonObject) {
  const api: Api = JSON.parse(JSON.stringify(document), refuseUnknownFields)
  const ajv = new Ajv2020({
    strict: false,
    formats: { uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, binary: true },
  })
  ajv.addSchema(api, 'api')

  const expectFits = (pointer: readonly string[], value: unknown) => {
    const validate = ajv.compile({ $ref: `api#/${pointer.map(escapeKey).join('/')}` })
    validate(value)
    expect(validate.errors, JSON.stringify(value)).toBeNull()
  }
  const follow = <T extends object>(part: T | Reference): T => {
    if (!('$ref' in part)) return part
    return part.$ref
      .slice(2)
      .split('/')
      .reduce((at: unknown, key) => (at as Record<string, unknown>)[key], api) as T
  }

  const operations: readonly Operation[] = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path,
      responses: Object.entries(responses).map(([status, { content = {} }]) => ({
        status,
        examples: Object.values(content).flatMap(({ examples = {} }) => {
          return Object.values(examples).map((example) => follow(example).value)
        }),
      })),
    })),
  )

  return {
    operations,
    description: api.info.description,
    securitySchemes: api.components.securitySchemes,
    fieldsOf: (schema: string) => Object.keys(api.components.schemas[schema]?.properties ?? {}),
    expectRequest: (schema: string, body: object) => expectFits(['components', 'schemas', schema], body),
    expectExample(method: string, path: string, status: string, body: object) {
      expectFits(pointerTo(method, path, status, 'application/json'), body)
    },
    expectAnswer(method: string, path: string, { statusCode, headers, body }: Answer) {
      const response = api.paths[path]?.[method.toLowerCase()]?.responses[statusCode]
      expect(response, `${method} ${path} ${statusCode}`).toBeDefined()
      for (const [name, part] of Object.entries(response?.headers ?? {})) {
        const { required, schema } = follow(part)
        const value = headers[name.toLowerCase()]
        expect(required && value === undefined, name).not.toBe(true)
        expect(ajv.validate(schema, schema.type === 'integer' ? Number(value) : value), `${name}: ${value}`).toBe(true)
      }
      const type = Object.keys(response?.content ?? {})[0]
      if (!type) return expect(body).toBe('')
      expect(String(headers['content-type']).split(';')[0]).toBe(type)
      return expectFits(
        pointerTo(method, path, String(statusCode), type),
        type === 'application/json' ? JSON.parse(body) : body,
      )
    },
  }
}

function pointerTo(method: string, path: string, status: string, type: string): readonly string[] {
  return ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema']
}

/** RFC 6901, and then RFC 3986 for the fragment. */
function escapeKey(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function refuseUnknownFields(_key: string, value: unknown): unknown {
  const isDescribed = typeof value === 'object' && value !== null && 'type' in value && 'properties' in value
  return isDescribed ? { additionalProperties: false, ...value } : value
}
