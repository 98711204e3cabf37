import { CALL_FIELDS } from './call.js'
import type { JsonObject } from './json-object.js'

const ID_RULE = 'At most 64 characters, without blanks and slashes.'
const id = (description: string): JsonObject => ({ type: 'string', minLength: 1, maxLength: 64, description })
const ids = (description: string): JsonObject => ({ type: 'array', items: id(ID_RULE), description })
const remark = (description: string): JsonObject => ({
  type: 'string',
  description: `${description} At most 255 bytes.`,
})

const BASE64 = 'In JSON and forms as Base64.'

/** What the calls about faces and persons may be sent, beside `appid` and `bucket`. */
export const FAMILY_FIELDS = {
  image: {
    type: 'string',
    description: `The bytes of the picture: JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP. ${BASE64}`,
  },
  url: {
    type: 'string',
    maxLength: 2048,
    description: 'Where the picture is (http or https). With an image and a url the url alone is used.',
  },
  images: { type: 'array', items: { type: 'string' }, description: `The bytes of each picture. ${BASE64}` },
  urls: {
    type: 'array',
    items: { type: 'string', maxLength: 2048 },
    description: 'Where the pictures are. With images and urls the urls alone are used.',
  },
  mode: {
    enum: ['', '0', '1', 0, 1],
    description: '`1` for the most prominent face alone; `0`, empty or absent for all faces.',
  },
  person_id: id(`Who is meant: a name that the app gives. ${ID_RULE}`),
  person_name: remark('The name of the person.'),
  tag: remark('A remark.'),
  group_id: id(`The group. ${ID_RULE}`),
  group_ids: ids('The groups. One that nobody was in before comes into being.'),
  face_id: id('The face: the number that the service gave it.'),
  face_ids: ids('The faces.'),
  session_id: { type: 'string', description: 'Read by nobody; older clients send it.' },
} as const satisfies Readonly<Record<string, JsonObject>>

export type FamilyField = keyof typeof FAMILY_FIELDS

/** The fields of a call, and those of them that it cannot do without. */
export interface CallFields {
  readonly needed: readonly FamilyField[]
  readonly other: readonly FamilyField[]
}

const APP: Readonly<Record<string, JsonObject>> = {
  appid: { type: ['string', 'integer'], description: CALL_FIELDS.appid },
  bucket: { type: 'string', description: CALL_FIELDS.bucket },
}

const BINARY = { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' } as const

/** A field as `multipart/form-data` has it: pictures as they are, lists as parts of one name. */
function inMultipart(name: FamilyField): JsonObject {
  const { description } = FAMILY_FIELDS[name]
  if (name === 'image') return { ...BINARY, description }
  return name === 'images' ? { type: 'array', items: BINARY, description } : FAMILY_FIELDS[name]
}

function schemaOf({ needed, other }: CallFields, field: (name: FamilyField) => JsonObject): JsonObject {
  const own = [...needed, ...other].map((name) => [name, field(name)] as const)
  return { type: 'object', required: ['appid', ...needed], properties: { ...APP, ...Object.fromEntries(own) } }
}

/** The bodies of a call, by their content type. */
export function bodySchemas(fields: CallFields): Readonly<Record<string, JsonObject>> {
  return {
    'application/json': schemaOf(fields, (name) => FAMILY_FIELDS[name]),
    'multipart/form-data': schemaOf(fields, inMultipart),
  }
}
