import { ERRORS, type ErrorName } from '../errors.js'
import { COMPARISON_EXAMPLE, SESSION_ID } from './answer.js'
import type { JsonObject } from './json-object.js'

/** Codes of the vendor's table for what does not happen in this service: they keep their meaning and are never answered. */
export const NEVER_ANSWERED: readonly ErrorName[] = ['AUTH_UNAVAILABLE_INTERNAL']

/** Failures of one picture; the others belong to the call, or to either. */
const OF_A_PICTURE: readonly ErrorName[] = [
  'FACE_NOT_DETECTED',
  'IMAGE_UNDECODABLE',
  'EMBEDDING_FAILED',
  'QUALITY_TOO_LOW',
  'IMAGE_EMPTY',
  'URL_UNREACHABLE',
  'IMAGE_FORMAT_UNSUPPORTED',
  'URL_DOWNLOAD_FAILED',
]

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
  const flag = OF_A_PICTURE.includes(name) ? { fail_flag: 1 } : {}
  return {
    summary: `${code} ${message}${isAnswered(name) ? '' : ' (never answered)'}`,
    value: { data: { session_id: SESSION_ID, ...flag, detail: meaning }, code, message },
  }
}

/** An example of each code, by the name of the error. */
export const FAILURE_EXAMPLES: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  NAMES.map((name) => [name, exampleOf(name)]),
)

const REQUEST_ID_HEADERS = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  'Cache-Control': { $ref: '#/components/headers/NoStore' },
}

const ALWAYS_200 =
  'The comparison (code 0), or why there is none: every code, unless the service runs with `FACECOMPARE_STATUS_ALWAYS_200=0`; ' +
  'then it is the comparison and the codes of pictures (negative).'

/** What the statuses mean where they follow from the codes. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'The request, its signature or a parameter cannot be read. (HTTP that cannot be read has this status either way.)',
  401: 'There is no signature, or it is not valid.',
  403: 'The signature is for another app or bucket.',
  413: 'The body or one picture is too large.',
  429: 'Too many calls: of the app, of the address, in this month, or of all at once.',
  500: 'A fault of the service.',
  503: 'Signatures cannot be checked now, because the store is away.',
}

/** Not of the table, and not to be switched off: code 3 has the HTTP status of what is wrong with the request. */
const TIMED_OUT: JsonObject = {
  description: 'The request did not come in time, stood still for too long, or was too slow.',
  headers: REQUEST_ID_HEADERS,
  content: failureContent(['BAD_REQUEST']),
}

/** What a call is answered with, by HTTP status: 200 whatever the code, or that of the table of errors. */
export function callResponses(): JsonObject {
  const statuses = [...new Set(NAMES.map((name) => ERRORS[name].status))].filter((status) => status !== 200)
  const entries = statuses.map((status) => [String(status), responseByCode(status)] as const)
  return { '200': USUAL_RESPONSE, ...Object.fromEntries(entries), '408': TIMED_OUT }
}

const RETRY_AFTER = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }

function responseByCode(status: number): JsonObject {
  const names = NAMES.filter((name) => ERRORS[name].status === status)
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

const USUAL_RESPONSE: JsonObject = {
  description: ALWAYS_200,
  headers: {
    ...REQUEST_ID_HEADERS,
    ...RETRY_AFTER,
    'Server-Timing': { $ref: '#/components/headers/ServerTiming' },
  },
  content: {
    'application/json': {
      schema: { oneOf: [{ $ref: '#/components/schemas/Comparison' }, { $ref: '#/components/schemas/Failure' }] },
      examples: { OK: COMPARISON_EXAMPLE, ...examplesOf(NAMES) },
    },
  },
}
