/** The parts of docs/api.md that the description of the API knows, and that description as a file. */
import { COMPARISON, FACE, FAILURE } from '../src/openapi/answer.js'
import { CALL_FIELDS, FORM_CALL, JSON_CALL, MULTIPART_CALL } from '../src/openapi/call.js'
import { describeApi } from '../src/openapi/document.js'
import { ALL_DOORS } from '../src/openapi/doors.js'

interface Field {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Field>>
}

/** The fields of an object, those of its inner objects under their whole path. */
function listFields(schema: Field, prefix = ''): readonly (readonly [path: string, field: Field])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = listFields(field, `${prefix}${name}.`)
    return field.description === undefined ? inner : [[`${prefix}${name}`, field] as const, ...inner]
  })
}

const hasField = (schema: Field, name: string) => (schema.properties?.[name] ? 'yes' : '-')

function renderCallFields(): string {
  const rows = Object.entries(CALL_FIELDS).map(([name, description]) => {
    const bodies = [MULTIPART_CALL, JSON_CALL, FORM_CALL].map((schema) => hasField(schema, name))
    return `| \`${name}\` | ${bodies.join(' | ')} | ${description} |`
  })
  return ['| field | multipart | JSON | urlencoded | meaning |', '|---|---|---|---|---|', ...rows].join('\n')
}

function renderFieldsOf(...schemas: readonly (readonly [Field, string])[]): string {
  const rows = schemas.flatMap(([schema, prefix]) => {
    return listFields(schema, prefix).map(([path, { description }]) => `| \`${path}\` | ${description} |`)
  })
  return ['| field | meaning |', '|---|---|', ...new Set(rows)].join('\n')
}

/** By the name of their block in docs/api.md. */
export const API_BLOCKS = {
  'call fields': renderCallFields,
  'comparison fields': () => renderFieldsOf([COMPARISON, '']),
  'face fields': () => renderFieldsOf([FACE, '']),
  'failure fields': () => renderFieldsOf([FAILURE, '']),
} as const

/** The text of docs/openapi.json: of a service whose doors are all open, as they are unless a setting closes them. */
export function renderOpenApi(): string {
  return `${JSON.stringify(describeApi(ALL_DOORS), null, 2)}\n`
}
