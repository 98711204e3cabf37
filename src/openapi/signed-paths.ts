import { COMPARISON_EXAMPLE } from './answer.js'
import { CALL_BODY } from './call.js'
import { type CallOutcomes, callResponses, OF_A_FACE, OF_AN_IMAGE } from './failures.js'
import { isDataField, successOf } from './family-answers.js'
import { FAMILY_CALLS, type FamilyCall } from './family-calls.js'
import { bodySchemas } from './family-fields.js'
import type { JsonObject } from './json-object.js'
import { UNANSWERED } from './unanswered.js'

interface SignedPost {
  readonly operationId: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  readonly body: JsonObject | undefined
  readonly outcomes: CallOutcomes
}

function signedPost({ operationId, tag, summary, description, body, outcomes }: SignedPost): JsonObject {
  return {
    post: {
      ...{ operationId, summary, description, tags: [tag] },
      security: [{ signature: [] }, { bearer: [] }, { query: [] }],
      ...(body ? { requestBody: body } : {}),
      responses: callResponses(outcomes),
    },
  }
}

const COMPARED: CallOutcomes = {
  successes: [{ $ref: '#/components/schemas/Comparison' }],
  examples: { OK: COMPARISON_EXAMPLE },
  failures: [...OF_AN_IMAGE, ...OF_A_FACE],
  headers: { 'Server-Timing': { $ref: '#/components/headers/ServerTiming' } },
}

const COMPARE = signedPost({
  operationId: 'compareFaces',
  tag: 'Comparison',
  summary: 'Compare two faces',
  description:
    'Each side is a picture or a url, and both kinds may meet in one call. Of several faces in a picture the most ' +
    'prominent one is compared.',
  body: CALL_BODY,
  outcomes: COMPARED,
})

const JSON_TYPE = 'application/json'

function bodyOf(call: FamilyCall): JsonObject {
  const example = { appid: '10001290', ...call.example }
  const content = Object.entries(bodySchemas(call)).map(([type, schema]) => {
    return [type, { schema, ...(type === JSON_TYPE ? { example } : {}) }] as const
  })
  return {
    required: true,
    description: 'The same fields are read of `application/x-www-form-urlencoded`, too.',
    content: Object.fromEntries(content),
  }
}

function outcomesOf({ summary, data, failures }: FamilyCall): CallOutcomes {
  return {
    successes: [successOf(summary, Object.keys(data).filter(isDataField))],
    examples: { OK: { summary: '0 OK', value: { data, code: 0, message: 'OK' } } },
    failures,
  }
}

/** The path that takes comparisons as well. */
const WITH_COMPARISONS = '/face/identify'

function describe(call: FamilyCall): JsonObject {
  const outcomes = outcomesOf(call)
  if (call.path !== WITH_COMPARISONS) return signedPost({ ...call, body: bodyOf(call), outcomes })
  const { successes, examples, headers } = COMPARED
  const both: CallOutcomes = {
    ...outcomes,
    successes: [...outcomes.successes, ...successes],
    examples: { ...outcomes.examples, compared: examples.OK ?? {} },
    ...(headers ? { headers } : {}),
  }
  return signedPost({ ...call, body: bodyWithComparisons(call), outcomes: both })
}

function bodyWithComparisons(call: FamilyCall): JsonObject {
  const { 'application/json': json, 'multipart/form-data': multipart } = bodySchemas(call)
  const content = {
    [JSON_TYPE]: {
      schema: { anyOf: [json, { $ref: '#/components/schemas/JsonCall' }] },
      example: { appid: '10001290', ...call.example },
    },
    'multipart/form-data': { schema: { anyOf: [multipart, { $ref: '#/components/schemas/MultipartCall' }] } },
  }
  return { ...bodyOf(call), content }
}

function refuse(path: string, why: string): JsonObject {
  return signedPost({
    operationId: `refuse${path.replace('/face/', '').replace(/^./, (letter) => letter.toUpperCase())}`,
    tag: 'Not supported',
    summary: 'Always refused with code 24',
    description: why,
    body: undefined,
    outcomes: { successes: [], examples: {}, failures: ['INTERFACE_NOT_SUPPORTED'] },
  })
}

/** Every signed call. */
export const SIGNED_PATHS: Readonly<Record<string, JsonObject>> = {
  '/face/compare': COMPARE,
  ...Object.fromEntries(FAMILY_CALLS.map((call) => [call.path, describe(call)])),
  ...Object.fromEntries(Object.entries(UNANSWERED).map(([path, why]) => [path, refuse(path, why)])),
}
