import { ERRORS } from '../errors.js'
import { QUALITY_REASONS } from '../pipeline/quality.js'
import type { JsonObject } from './json-object.js'

export const SESSION_ID = 'efee12cf-85a2-424b-bb85-7d75be8dd909'

export const SCORE: JsonObject = { type: 'number', minimum: 0, maximum: 100 }

const QUALITY: JsonObject = {
  ...SCORE,
  description:
    'How well the face is shown: of a hundred faces in plain pictures so many are shown no better. Absent where the model pack ' +
    'has no measure of it.',
}

const QUALITY_REASONS_FIELD: JsonObject = {
  type: 'array',
  description:
    'What is wrong with the picture of the face: `small`, `blurred`, `dark`, `over_exposed`, `covered`, `turned_away`, `cut_off`; ' +
    'empty where nothing was seen. Comes with `quality`.',
  items: { type: 'string', enum: [...QUALITY_REASONS] },
  uniqueItems: true,
}

export const SESSION_ID_FIELD: JsonObject = {
  type: 'string',
  format: 'uuid',
  description: 'The id of this call, the same as in `X-Request-Id` and in the logs.',
}

const part = (name: string): JsonObject => ({ ...SCORE, description: `Similarity of the ${name}, 0 to 100.` })

/** Where a face is. */
export const FACE: JsonObject = {
  type: 'object',
  description: 'Where the compared face is, in pixels of the upright picture.',
  required: ['box', 'landmarks', 'detection_score', 'roll', 'face_count', 'image_width', 'image_height'],
  properties: {
    box: {
      type: 'object',
      description: 'The box around the face. It may reach over the edge of the picture.',
      required: ['x', 'y', 'width', 'height'],
      properties: {
        x: { type: 'number', description: 'Left edge.' },
        y: { type: 'number', description: 'Upper edge.' },
        width: { type: 'number', minimum: 0 },
        height: { type: 'number', minimum: 0 },
      },
    },
    landmarks: {
      type: 'array',
      description: '68 points `[x, y]` in the order of iBUG 300-W.',
      minItems: 68,
      maxItems: 68,
      items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    },
    detection_score: { type: 'number', minimum: 0, maximum: 1, description: 'How sure the detection is.' },
    roll: { type: 'number', description: 'Tilt of the head in degrees, clockwise positive.' },
    face_count: { type: 'integer', minimum: 1, description: 'How many faces the picture shows.' },
    image_width: { type: 'integer', minimum: 1, description: 'Width of the upright picture, in pixels.' },
    image_height: { type: 'integer', minimum: 1, description: 'Height of the upright picture, in pixels.' },
    quality: QUALITY,
    quality_reasons: QUALITY_REASONS_FIELD,
  },
}

/** The answer to a comparison. */
export const COMPARISON: JsonObject = {
  type: 'object',
  description: 'The two faces were compared.',
  required: ['data', 'code', 'message'],
  properties: {
    data: {
      type: 'object',
      required: ['similarity', 'eyebrow_sim', 'eye_sim', 'nose_sim', 'mouth_sim', 'session_id'],
      properties: {
        similarity: {
          ...SCORE,
          description:
            'Similarity of the two faces. Of pairs of grown-up strangers of one group and one sex, in the worst of the groups that were ' +
            'measured, one in a thousand reaches 70, one in ten thousand 80, one in a hundred thousand 90. Identical files ' +
            'score 100; the order of the two does not matter.',
        },
        eyebrow_sim: part('eyebrows'),
        eye_sim: part('eyes'),
        nose_sim: part('nose'),
        mouth_sim: part('mouth'),
        faceA: { allOf: [{ $ref: '#/components/schemas/Face' }], description: 'With `return_faces=1` alone.' },
        faceB: { allOf: [{ $ref: '#/components/schemas/Face' }], description: 'With `return_faces=1` alone.' },
        quality_checked: {
          type: 'boolean',
          description:
            'With `min_quality` alone: whether both faces were held to at least the quality that the scores were measured for. ' +
            'Where it is `false`, the score promises nothing of poor pictures.',
        },
        session_id: SESSION_ID_FIELD,
      },
    },
    code: { type: 'integer', const: 0 },
    message: { type: 'string', const: 'OK' },
  },
}

const ENTRIES = Object.values(ERRORS)

/** The answer to everything else. */
export const FAILURE: JsonObject = {
  type: 'object',
  description: 'Why there is no comparison.',
  required: ['data', 'code', 'message'],
  properties: {
    data: {
      type: 'object',
      required: ['session_id', 'detail'],
      properties: {
        session_id: SESSION_ID_FIELD,
        fail_flag: {
          type: 'integer',
          enum: [1, 2],
          description: 'The picture that failed: 1 for A, 2 for B; 1 when both did. Absent when neither is to blame.',
        },
        quality: { ...SCORE, description: 'How well the face is shown, where it is refused for that.' },
        quality_reasons: {
          ...QUALITY_REASONS_FIELD,
          description: 'What is wrong with its picture, as with `return_faces=1`.',
        },
        detail: { type: 'string', description: 'One sentence for a person. It may change; do not compare it.' },
      },
    },
    code: {
      type: 'integer',
      enum: [...new Set(ENTRIES.map(({ code }) => code))],
      description: 'Stable; see the table of codes.',
    },
    message: { type: 'string', enum: [...new Set(ENTRIES.map(({ message }) => message))], description: 'Stable.' },
  },
}

/** What watches over the service reads. */
export const STATUS: JsonObject = {
  type: 'object',
  required: ['status'],
  properties: { status: { type: 'string', enum: ['ok', 'ready', 'not ready'] } },
}

const SCORES = { similarity: 94.84, eyebrow_sim: 90.94, eye_sim: 90.01, nose_sim: 77.8, mouth_sim: 63.7 }

/** Of a comparison. With `return_faces=1` there would be 68 landmarks a face more. */
export const COMPARISON_EXAMPLE: JsonObject = {
  summary: '0 OK',
  value: { data: { ...SCORES, session_id: SESSION_ID }, code: 0, message: 'OK' },
}
