import type { DescribedDoor } from './door.js'
import type { JsonObject } from './json-object.js'
import { reference } from './parts.js'
import { REKOGNITION } from './rekognition.js'
import { TENCENT_IAI } from './tencent-iai.js'

/** The interfaces of other clouds that may be open, by their names in the settings. */
export const DESCRIBED_DOORS = { rekognition: REKOGNITION, 'tencent-iai': TENCENT_IAI } as const
export type DoorName = keyof typeof DESCRIBED_DOORS
export const ALL_DOORS: readonly DoorName[] = ['rekognition', 'tencent-iai']

/** What a document has of the doors that are open; nothing where none is. */
export interface DoorParts {
  readonly paths: Readonly<Record<string, JsonObject>>
  readonly schemas: Readonly<Record<string, JsonObject>>
  readonly securitySchemes: Readonly<Record<string, JsonObject>>
  readonly tags: readonly JsonObject[]
}

const NO_PARTS: DoorParts = { paths: {}, schemas: {}, securitySchemes: {}, tags: [] }
const TAG = 'Other clouds'
const SHARED_HEADERS = {
  'X-Request-Id': { $ref: '#/components/headers/RequestId' },
  'Cache-Control': { $ref: '#/components/headers/NoStore' },
}

/**
 * The calls of a door share one path and one method, which OpenAPI tells no further apart: which body and which answer go with which
 * header is said by the names of their schemas, and the operation has any of them.
 */
export function describeDoors(names: readonly DoorName[]): DoorParts {
  if (names.length === 0) return NO_PARTS
  const doors = names.map((name) => DESCRIBED_DOORS[name])
  return {
    paths: { '/': { post: describePost(doors) } },
    schemas: Object.assign({}, ...doors.map(schemasOf)),
    securitySchemes: Object.fromEntries(doors.map(({ security }) => [security.name, security.scheme])),
    tags: [{ name: TAG, description: `Programs written for ${titlesOf(doors)}. Signed as there; see docs/doors.md.` }],
  }
}

function describePost(doors: readonly DescribedDoor[]): JsonObject {
  return {
    operationId: 'callAsOtherCloud',
    summary: `The calls of ${titlesOf(doors)}`,
    description: [
      'The call is named by a header; of a request with both such headers X-Amz-Target counts.',
      ...doors.map(describeDoor),
    ].join('\n\n'),
    tags: [TAG],
    security: doors.map(({ security }) => ({ [security.name]: [] })),
    parameters: doors.flatMap((door) => parametersOf(door, doors.length === 1)),
    requestBody: {
      required: true,
      content: Object.fromEntries(doors.map((door) => [door.contentType, bodyOf(door)])),
    },
    responses: responsesOf(doors),
  }
}

function describeDoor({ title, prefix, callHeader, calls }: DescribedDoor): string {
  const names = Object.keys(calls)
    .map((name) => `\`${name}\``)
    .join(', ')
  return (
    `**${title}**: \`${callHeader.name}: ${callHeader.before}NAME\` with the body \`${prefix}NAMERequest\` is answered with ` +
    `\`${prefix}NAMEAnswer\` or \`${prefix}Failure\`. NAME is one of ${names}.`
  )
}

/** Where two doors are open a request has the headers of one of them. */
function parametersOf({ title, callHeader, headers, calls }: DescribedDoor, isOnly: boolean): readonly JsonObject[] {
  const named = {
    [callHeader.name]: {
      description: 'Names the call.',
      schema: { type: 'string', enum: Object.keys(calls).map((name) => `${callHeader.before}${name}`) },
      isNeeded: true,
    },
    ...headers,
  }
  return Object.entries(named).map(([name, { description, schema, isNeeded }]) => ({
    ...{ name, in: 'header', required: isOnly && isNeeded, schema },
    description: isOnly ? description : `${title}${isNeeded ? ', needed there' : ''}: ${description}`,
  }))
}

function bodyOf({ prefix, calls, examples }: DescribedDoor): JsonObject {
  return {
    schema: { anyOf: Object.keys(calls).map((name) => reference(`${prefix}${name}Request`)) },
    examples: Object.fromEntries(
      Object.entries(examples.requests).map(([name, value]) => [`${prefix}${name}`, { summary: name, value }]),
    ),
  }
}

function responsesOf(doors: readonly DescribedDoor[]): JsonObject {
  const statuses = new Set(['200', ...doors.flatMap(({ failureStatuses }) => Object.keys(failureStatuses))])
  return {
    ...Object.fromEntries([...statuses].map((status) => [status, responseOf(doors, status)])),
    '404': {
      description: 'The request has no header that names a call of an interface that is open here.',
      headers: SHARED_HEADERS,
      content: { 'application/json': { schema: reference('Failure') } },
    },
    '408': { $ref: '#/components/responses/Status408' },
  }
}

function responseOf(doors: readonly DescribedDoor[], status: string): JsonObject {
  const told = doors.filter(({ failureStatuses }) => status === '200' || status in failureStatuses)
  const meanings = told.flatMap(({ title, failureStatuses }) => {
    const meaning = failureStatuses[status]
    return meaning === undefined ? [] : [`${title}: ${meaning}`]
  })
  return {
    description: [...(status === '200' ? ['What was asked for.'] : []), ...meanings].join(' '),
    headers: {
      ...SHARED_HEADERS,
      'Retry-After': { $ref: '#/components/headers/RetryAfter' },
      ...Object.assign({}, ...told.map(({ answerHeaders }) => answerHeaders)),
    },
    content: Object.fromEntries(told.map((door) => [door.contentType, answersOf(door, status)])),
  }
}

function answersOf({ prefix, calls, failureStatuses, examples }: DescribedDoor, status: string): JsonObject {
  const answers = status === '200' ? Object.keys(calls).map((name) => reference(`${prefix}${name}Answer`)) : []
  const fails = status in failureStatuses
  return {
    schema: { anyOf: [...answers, ...(fails ? [reference(`${prefix}Failure`)] : [])] },
    ...(fails && examples.failure.status === status
      ? { examples: { [`${prefix}Failure`]: { summary: 'A failure', value: examples.failure.value } } }
      : {}),
  }
}

function schemasOf({ prefix, calls, schemas, failure }: DescribedDoor): Readonly<Record<string, JsonObject>> {
  const ofCalls = Object.entries(calls).flatMap(([name, { request, answer }]) => [
    [`${name}Request`, request] as const,
    [`${name}Answer`, answer] as const,
  ])
  const all = [...ofCalls, ...Object.entries(schemas), ['Failure', failure] as const]
  return Object.fromEntries(all.map(([name, schema]) => [`${prefix}${name}`, schema]))
}

function titlesOf(doors: readonly DescribedDoor[]): string {
  return doors.map(({ title }) => title).join(' and ')
}
