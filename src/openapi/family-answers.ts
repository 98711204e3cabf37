import { SCORE, SESSION_ID_FIELD } from './answer.js'
import type { JsonObject } from './json-object.js'
import { list, reference, text, whole } from './parts.js'

/** Where a left top corner is: pixels of the upright picture, below 0 where the face reaches over its edge. */
const CORNER = { type: 'integer', description: 'Pixels of the upright picture; below 0 over its edge.' }

const FACE_ID = text('A decimal number of 19 digits.')

const FACE_ITEM: JsonObject = {
  type: 'object',
  description:
    'A face. The attributes are absent where the model pack has no networks for them, and of the sixth and further faces of a ' +
    'picture. There is no `beauty`: people are not rated.',
  required: ['face_id'],
  properties: {
    face_id: FACE_ID,
    x: CORNER,
    y: CORNER,
    width: { type: 'number', minimum: 0 },
    height: { type: 'number', minimum: 0 },
    pitch: whole('Degrees: up and down.', -30, 30),
    yaw: whole('Degrees: to the left and right.', -30, 30),
    roll: whole('Degrees: in the plane of the picture, clockwise positive.', -180, 180),
    age: whole('Estimated, in years.', 0, 100),
    gender: whole('0 (female) to 100 (male), as it looks.', 0, 100),
    expression: whole('0 (none), 50 (a smile) to 100 (laughing).', 0, 100),
    glass: { type: 'boolean', description: 'Whether glasses are worn.' },
  },
}

const points = (count: number): JsonObject => ({
  type: 'array',
  items: reference('Point'),
  minItems: count,
  maxItems: count,
})

const POINTS = {
  ...{ face_profile: 21, left_eye: 8, right_eye: 8, left_eyebrow: 8, right_eyebrow: 8, mouth: 22, nose: 13 },
} as const

const FACE_OUTLINE: JsonObject = {
  type: 'object',
  description: '88 points; left is the left of the picture.',
  required: Object.keys(POINTS),
  properties: Object.fromEntries(Object.entries(POINTS).map(([part, count]) => [part, points(count)])),
}

const POINT: JsonObject = {
  type: 'object',
  required: ['x', 'y'],
  properties: { x: { type: 'integer' }, y: { type: 'integer' } },
}

const CONFIDENCE: JsonObject = { ...SCORE, description: 'The score of a comparison with the face that fits best.' }

const CANDIDATE: JsonObject = {
  type: 'object',
  description: 'Somebody who may be shown.',
  required: ['person_id', 'face_id', 'confidence', 'tag'],
  properties: {
    person_id: { type: 'string' },
    face_id: text('The face of the person that fits best.'),
    confidence: CONFIDENCE,
    tag: text('The remark of that face.'),
  },
}

/** What answers of the family share, by the name of its schema. */
export const FAMILY_SCHEMAS = {
  FaceItem: FACE_ITEM,
  FaceOutline: FACE_OUTLINE,
  Point: POINT,
  Candidate: CANDIDATE,
} as const

/** The fields of `data`, by their name; all of them are always there. */
export const DATA_FIELDS = {
  session_id: SESSION_ID_FIELD,
  image_width: whole('Width of the upright picture, in pixels.', 1),
  image_height: whole('Height of the upright picture, in pixels.', 1),
  face: list(reference('FaceItem'), 'The faces, the most prominent first.'),
  face_shape: list(reference('FaceOutline'), 'The faces, the most prominent first.'),
  person_id: text('The person.'),
  person_name: text('The name of the person; may be empty.'),
  tag: text('The remark of the person; may be empty.'),
  suc_group: whole('Groups that the person is in.', 0),
  suc_face: whole('Faces that were kept.', 0),
  face_id: FACE_ID,
  face_ids: list(
    { type: 'string' },
    'The faces; in an answer to addface empty texts for pictures that were not taken.',
  ),
  group_ids: list({ type: 'string' }, 'The groups, sorted.'),
  person_ids: list({ type: 'string' }, 'The persons, sorted.'),
  face_info: reference('FaceItem'),
  added: whole('How many were added.', 0),
  deleted: whole('How many were deleted.', 0),
  ret_codes: list({ type: 'integer' }, 'Of each picture in turn: 0, or the code that says why it was not taken.'),
  confidence: CONFIDENCE,
  ismatch: { type: 'boolean', description: 'Whether the confidence is 75 or more.' },
  candidates: list(
    reference('Candidate'),
    'The most likely persons, at most five unless set otherwise; the best first.',
  ),
  results: list(
    {
      type: 'object',
      required: ['candidates', 'face_rect'],
      properties: {
        candidates: list(reference('Candidate'), 'As of identify; none for a face that is shown too poorly.'),
        face_rect: {
          type: 'object',
          required: ['x', 'y', 'width', 'height'],
          properties: { x: CORNER, y: CORNER, width: { type: 'integer' }, height: { type: 'integer' } },
        },
      },
    },
    'One for each face of the picture.',
  ),
} as const satisfies Readonly<Record<string, JsonObject>>

export type DataField = keyof typeof DATA_FIELDS

/** An answer with these fields in `data`. */
export function successOf(description: string, fields: readonly DataField[]): JsonObject {
  return {
    type: 'object',
    description,
    required: ['data', 'code', 'message'],
    properties: {
      data: {
        type: 'object',
        required: fields,
        properties: Object.fromEntries(fields.map((name) => [name, DATA_FIELDS[name]])),
      },
      code: { type: 'integer', const: 0 },
      message: { type: 'string', const: 'OK' },
    },
  }
}

export function isDataField(name: string): name is DataField {
  return name in DATA_FIELDS
}
