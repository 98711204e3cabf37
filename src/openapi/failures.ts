import { ERRORS, type ErrorName } from '../errors.js'
import { SESSION_ID } from './answer.js'
import type { JsonObject } from './json-object.js'

/** Codes of the vendor's table for what does not happen in this service: they keep their meaning and are never answered. */
export const NEVER_ANSWERED: readonly ErrorName[] = ['AUTH_UNAVAILABLE_INTERNAL']

/** What may be wrong with an image before its face is looked at. */
export const OF_AN_IMAGE: readonly ErrorName[] = [
  'FACE_NOT_DETECTED',
  'IMAGE_UNDECODABLE',
  'IMAGE_EMPTY',
  'PARAMETER_MISSING',
  'PARAMETER_TOO_LONG',
  'URL_UNREACHABLE',
  'IMAGE_FORMAT_UNSUPPORTED',
  'URL_DOWNLOAD_FAILED',
]
/** What may be wrong with a face that is to be compared. */
export const OF_A_FACE: readonly ErrorName[] = ['EMBEDDING_FAILED', 'QUALITY_TOO_LOW']
/** What may be wrong with a face whose attributes are told. */
export const OF_ATTRIBUTES: readonly ErrorName[] = [
  'GENDER_FAILED',
  'EXPRESSION_FAILED',
  'AGE_FAILED',
  'POSE_FAILED',
  'GLASSES_FAILED',
]
/** What may be wrong with ids, names and remarks. */
export const ABOUT_IDS: readonly ErrorName[] = ['PARAMETER_MISSING', 'PARAMETER_TOO_LONG', 'PARAMETER_INVALID']

/** Those that belong to one picture of a comparison; what is wrong with a parameter may belong to either, or to the call. */
const OF_A_SIDE: readonly ErrorName[] = [...OF_AN_IMAGE.filter((name) => !ABOUT_IDS.includes(name)), ...OF_A_FACE]

const NAMES = Object.keys(ERRORS).filter(isErrorName)

function isErrorName(name: string): name is ErrorName {
  return name in ERRORS
}

/** Every code that is answered with its status and meaning, as a Markdown table, and then the other codes. */
export function codeTable(): string {
  const rows = NAMES.filter(isAnswered).map((name) => {
    const { code, status, message, meaning } = ERRORS[name]
    return `| ${code} | \`${message}\` | ${status} | ${meaning} |`
  })
  const others = NEVER_ANSWERED.map((name) => ERRORS[name].code).join(', ')
  const rest = `Codes of the original service that this one keeps free and never answers with: ${others}.`
  return ['| code | message | HTTP status by code | meaning |', '|---|---|---|---|', ...rows, '', rest].join('\n')
}

function isAnswered(name: ErrorName): boolean {
  return !NEVER_ANSWERED.includes(name)
}

function exampleOf(name: ErrorName): JsonObject {
  const { code, message, meaning } = ERRORS[name]
  const flag = OF_A_SIDE.includes(name) ? { fail_flag: 1 } : {}
  return {
    summary: `${code} ${message}`,
    value: { data: { session_id: SESSION_ID, ...flag, detail: meaning }, code, message },
  }
}

/** An example of each code that is answered, by the name of the error. */
export const FAILURE_EXAMPLES: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  NAMES.filter(isAnswered).map((name) => [name, exampleOf(name)]),
)

/** Every signed call may end with these; which is told before its pictures are looked at. */
const OF_EVERY_CALL = NAMES.filter((name) => {
  return isAnswered(name) && ERRORS[name].code > 0 && name !== 'INTERFACE_NOT_SUPPORTED'
})

const REQUEST_ID_HEADERS = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  'Cache-Control': { $ref: '#/components/headers/NoStore' },
}

const ALWAYS_200 =
  'What was asked for (code 0), or why it is not there: every code, unless the service runs with `FACECOMPARE_STATUS_ALWAYS_200=0`; ' +
  'then it is code 0 and the codes of pictures and persons (negative).'

/** What the statuses mean where they follow from the codes. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request, its signature or a parameter cannot be read. (HTTP that cannot be read has this status either way.)',
  401: 'There is no signature, or it is not valid.',
  403: 'The signature is for another app or bucket.',
  413: 'The body or one picture is too large.',
  429: 'Too many calls: of the app, of the address, in this month, or of all at once.',
  500: 'A fault of the service.',
  501: 'The call is switched off, or cannot be answered by a service of your own.',
  503: 'Signatures cannot be checked now, because the store is away.',
}

/** Not of the table, and not to be switched off: code 3 has the HTTP status of what is wrong with the request. */
const TIMED_OUT: JsonObject = {
  description: 'The request did not come in time, stood still for too long, or was too slow.',
  headers: REQUEST_ID_HEADERS,
  content: failureContent(['BAD_REQUEST']),
}

/** How a call ends well, and what else it may end with. */
export interface CallOutcomes {
  /** The schemas of its answers; none for a call that is always refused. */
  readonly successes: readonly JsonObject[]
  readonly examples: Readonly<Record<string, JsonObject>>
  /** The codes that not every call has. */
  readonly failures: readonly ErrorName[]
  readonly headers?: Readonly<Record<string, JsonObject>>
}

/** What a call is answered with, by HTTP status: 200 whatever the code, or that of the table of errors. */
export function callResponses({ successes, examples, failures, headers = {} }: CallOutcomes): JsonObject {
  const names = [...new Set([...OF_EVERY_CALL, ...failures])]
  const statuses = [...new Set(names.map((name) => ERRORS[name].status))].filter((status) => status !== 200)
  const usual = {
    description: ALWAYS_200,
    headers: { ...REQUEST_ID_HEADERS, ...RETRY_AFTER, ...headers },
    content: {
      'application/json': {
        schema: { oneOf: [...successes, { $ref: '#/components/schemas/Failure' }] },
        examples: { ...examples, ...examplesOf(names) },
      },
    },
  }
  const entries = [...statuses, 408].map((status) => [
    String(status),
    { $ref: `#/components/responses/Status${status}` },
  ])
  return { '200': usual, ...Object.fromEntries(entries) }
}

const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }

function responseByCode(status: number): JsonObject {
  const names = NAMES.filter((name) => isAnswered(name) && ERRORS[name].status === status)
  return {
    description: `With \`FACECOMPARE_STATUS_ALWAYS_200=0\`: ${REASONS[status] ?? ''}`,
    headers: { ...REQUEST_ID_HEADERS, ...(status === 429 ? RETRY_AFTER : {}) },
    content: failureContent(names),
  }
}

function failureContent(names: readonly ErrorName[]): JsonObject {
  return {
    'application/json': { schema: { $ref: '#/components/schemas/Failure' }, examples: examplesOf(names) },
  }
}

function examplesOf(names: readonly ErrorName[]): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }]))
}

/** The answers that calls share where the HTTP status follows from the code, by their name. */
export const SHARED_RESPONSES: Readonly<Record<string, JsonObject>> = {
  ...Object.fromEntries(
    [...new Set(NAMES.map((name) => ERRORS[name].status))]
      .filter((status) => status !== 200)
      .map((status) => [`Status${status}`, responseByCode(status)]),
  ),
  Status408: TIMED_OUT,
}
