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
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response | Reference>> }>>>
  >
  readonly components: {
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>
    readonly securitySchemes: object
  }
}

export interface Operation {
  readonly method: string
  readonly path: string
  /** One for each content type that a status has, and one for a status without a body. */
  readonly responses: readonly {
    readonly status: string
    readonly type: string
    readonly examples: readonly Example['value'][]
  }[]
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
    // Compiled once a place, however many examples and answers are held to it.
    const validate = ajv.getSchema(`api#/${pointer.map(escapeKey).join('/')}`)
    if (!validate) throw new Error(`There is no schema at ${pointer.join(' ')}`)
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

  /** Where a response is described: with its path, or with those that many paths share. */
  const pointerTo = (method: string, path: string, status: string): readonly string[] => {
    const response = api.paths[path]?.[method.toLowerCase()]?.responses[status]
    if (response && '$ref' in response) return response.$ref.slice(2).split('/')
    return ['paths', path, method.toLowerCase(), 'responses', status]
  }

  const operations: readonly Operation[] = Object.entries(api.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { responses }]) => ({
      method: method.toUpperCase(),
      path,
      responses: Object.entries(responses).flatMap(([status, response]) =>
        Object.entries(follow(response).content ?? { '': {} }).map(([type, { examples = {} }]) => ({
          ...{ status, type },
          examples: Object.values(examples).map((example) => follow(example).value),
        })),
      ),
    })),
  )

  return {
    operations,
    description: api.info.description,
    securitySchemes: api.components.securitySchemes,
    fieldsOf: (schema: string) => Object.keys(api.components.schemas[schema]?.properties ?? {}),
    expectRequest: (schema: string, body: object) => expectFits(['components', 'schemas', schema], body),
    expectBody(path: string, type: string, body: object) {
      expectFits(['paths', path, 'post', 'requestBody', 'content', type, 'schema'], body)
    },
    expectExample(method: string, path: string, status: string, body: object, type = 'application/json') {
      expectFits([...pointerTo(method, path, status), 'content', type, 'schema'], body)
    },
    expectAnswer(method: string, path: string, { statusCode, headers, body }: Answer) {
      const described = api.paths[path]?.[method.toLowerCase()]?.responses[statusCode]
      expect(described, `${method} ${path} ${statusCode}`).toBeDefined()
      const response = described && follow(described)
      for (const [name, part] of Object.entries(response?.headers ?? {})) {
        const { required, schema } = follow(part)
        const value = headers[name.toLowerCase()]
        expect(required && value === undefined, name).not.toBe(true)
        if (value === undefined) continue
        expect(ajv.validate(schema, schema.type === 'integer' ? Number(value) : value), `${name}: ${value}`).toBe(true)
      }
      const types = Object.keys(response?.content ?? {})
      if (types.length === 0) return expect(body).toBe('')
      const type = String(headers['content-type']).split(';')[0] ?? ''
      expect(types).toContain(type)
      return expectFits(
        [...pointerTo(method, path, String(statusCode)), 'content', type, 'schema'],
        type.endsWith('json') || type.endsWith('json-1.1') ? JSON.parse(body) : body,
      )
    },
  }
}

/** RFC 6901, and then RFC 3986 for the fragment. */
function escapeKey(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function refuseUnknownFields(_key: string, value: unknown): unknown {
  const isDescribed = typeof value === 'object' && value !== null && 'type' in value && 'properties' in value
  return isDescribed ? { additionalProperties: false, ...value } : value
}
