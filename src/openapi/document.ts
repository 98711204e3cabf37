import { COMPARISON, FACE, FAILURE, STATUS } from './answer.js'
import { CALL_SCHEMAS } from './call.js'
import { type DoorName, describeDoors } from './doors.js'
import { codeTable, FAILURE_EXAMPLES, SHARED_RESPONSES } from './failures.js'
import { FAMILY_SCHEMAS } from './family-answers.js'
import type { JsonObject } from './json-object.js'
import { SIGNED_PATHS } from './signed-paths.js'

/** Of the interface, which is that of the specification; not of the program. */
const INTERFACE_VERSION = '1.0.0'

const INTRODUCTION = `Compares two pictures of faces: how similar are they, from 0 to 100? It also finds the faces of a picture, and
recognises persons who were enrolled.

The interface is that of the former \`face/compare\` and its sister calls; clients that were written for them work unchanged.

\`\`\`sh
curl -H "Authorization: $(npx facecompare sign)" \\
  -F appid=YOUR_APPID -F imageA=@a.jpg -F imageB=@b.jpg \\
  http://127.0.0.1:8080/face/compare
\`\`\`

## Signatures

Every call is signed with the SecretKey of an app. Signed is this text, exactly as it stands:

    original = "a=<appid>&b=<bucket>&k=<SecretId>&e=<expires>&t=<now>&r=<random>&u=<user>&f=<fileid>"
    sign     = Base64( HMAC-SHA1(SecretKey, original) + original )

- The 20 raw bytes of the HMAC come first, then the text. The order of the fields is free; \`b\`, \`r\`, \`u\` and \`f\` may be empty or absent.
- \`t\` and \`e\` are Unix seconds. With \`e\` later than \`t\` (at most 90 days) a signature may be used until \`e\`.
- With \`e=0\` and \`f\` not empty it works once, within 15 minutes after \`t\`.
- It is sent as \`Authorization: <sign>\`, as \`Authorization: Bearer <sign>\` or as \`?sign=<sign>\`. A header wins over the query.

## Answers

Every answer of the service is JSON with \`data\`, \`code\` and \`message\`. Branch on \`code\`: it is stable, and 0 is success. The HTTP
status of a signed call is 200 whatever its code, as the original service had it. Where the service runs with
\`FACECOMPARE_STATUS_ALWAYS_200=0\`, it follows from the code. What is no call has its real status either way: HTTP that cannot be
read, an unknown path, health checks. Code 15 comes with \`Retry-After\`.

Answers before the end of the body (no valid signature, too large) come with \`Connection: close\`.

An unknown path is 404 and a wrong method 405 with \`Allow\`, both with code 3. \`OPTIONS\` is 204 everywhere; pages of the origins in
\`FACECOMPARE_CORS_ORIGINS\` may call.

## Persons

Persons, groups and searches are there where the service runs with \`FACECOMPARE_GALLERY=1\`; elsewhere those calls end with code 24.
Each app has its own. Comparisons, detection and outlines keep nothing either way.

## Codes
`

type Responses = Readonly<Record<string, JsonObject>>

const REQUEST_ID = { $ref: '#/components/headers/RequestId' }

/** The API, with those doors that are open, as an OpenAPI 3.1 document. A plain object: bodies are read by hand, so no schema can be shared with a parser. */
export function describeApi(doors: readonly DoorName[]): JsonObject {
  const ofDoors = describeDoors(doors)
  return {
    openapi: '3.1.0',
    info: {
      title: 'facecompare',
      version: INTERFACE_VERSION,
      summary: 'Self-hosted face comparison and recognition',
      description: `${INTRODUCTION}\n${codeTable()}\n`,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'This service' }],
    tags: [
      { name: 'Comparison', description: 'Two faces. Signed.' },
      { name: 'Faces', description: 'The faces of a picture. Signed.' },
      { name: 'Persons', description: 'Who is enrolled, with which faces. Signed.' },
      { name: 'Groups', description: 'Which persons are searched together. Signed.' },
      { name: 'Search', description: 'Who is in a picture? Signed.' },
      {
        name: 'Not supported',
        description: 'Calls of the original service that this one cannot answer honestly. Signed.',
      },
      ...ofDoors.tags,
      { name: 'Health', description: 'For whatever watches over the service; not signed.' },
      { name: 'Documents', description: 'This description; not signed.' },
    ],
    paths: { ...SIGNED_PATHS, ...ofDoors.paths, ...PUBLIC_PATHS },
    components: {
      schemas: {
        ...CALL_SCHEMAS,
        ...FAMILY_SCHEMAS,
        ...{ Comparison: COMPARISON, Failure: FAILURE, Face: FACE, Status: STATUS },
        ...ofDoors.schemas,
      },
      responses: { ...SHARED_RESPONSES },
      examples: { ...FAILURE_EXAMPLES },
      headers: HEADERS,
      securitySchemes: { ...SECURITY_SCHEMES, ...ofDoors.securitySchemes },
    },
  }
}

const HEADERS: Readonly<Record<string, JsonObject>> = {
  RequestId: {
    description: 'The id of the call, made by the service; the same as `data.session_id`.',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  },
  NoStore: {
    description: 'Answers are not to be kept.',
    required: true,
    schema: { type: 'string', const: 'no-store' },
  },
  ServerTiming: {
    description: 'With `return_faces=1`: milliseconds of each stage (`decodeA`, `detectA`, ...) and in `total`.',
    schema: { type: 'string' },
  },
  RetryAfter: {
    description: 'Whole seconds after which to call again; with code 15 alone.',
    schema: { type: 'integer', minimum: 1 },
  },
}

const SECURITY_SCHEMES: Readonly<Record<string, JsonObject>> = {
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'The signature as it is: Base64 of the HMAC-SHA1 and the text that was signed.',
  },
  bearer: { type: 'http', scheme: 'bearer', description: 'The same signature after `Bearer`.' },
  query: {
    type: 'apiKey',
    in: 'query',
    name: 'sign',
    description: 'The same signature in the query, percent-encoded; for clients that cannot set headers.',
  },
}

interface PublicGet {
  readonly operationId: string
  readonly tag: 'Health' | 'Documents'
  readonly summary: string
  readonly responses: Responses
}

/** A path without a signature; HEAD is answered like GET, without the body. */
function publicGet({ operationId, tag, summary, responses }: PublicGet): JsonObject {
  const operation: JsonObject = { summary, tags: [tag], security: [], responses }
  const withoutBody = Object.entries(responses).map(([status, response]) => {
    const { content: _, ...head } = response
    return [status, head] as const
  })
  return {
    get: { operationId, ...operation },
    head: { operationId: `${operationId}Head`, ...operation, responses: Object.fromEntries(withoutBody) },
  }
}

function statusResponse(description: string, status: string): JsonObject {
  return {
    description,
    headers: { 'X-Request-Id': REQUEST_ID, 'Cache-Control': { $ref: '#/components/headers/NoStore' } },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Status' }, example: { status } } },
  }
}

function fileResponses(type: string, schema: JsonObject): Responses {
  const headers = {
    'X-Request-Id': REQUEST_ID,
    ETag: { description: 'To be sent back as `If-None-Match`.', required: true, schema: { type: 'string' } },
  }
  return {
    '200': { description: 'The document.', headers, content: { [type]: { schema } } },
    '304': { description: 'The client has it (`If-None-Match`).', headers },
  }
}

const PUBLIC_PATHS: Readonly<Record<string, JsonObject>> = {
  '/healthz': publicGet({
    operationId: 'isAlive',
    tag: 'Health',
    summary: 'Does the process live?',
    responses: { '200': statusResponse('It does.', 'ok') },
  }),
  '/readyz': publicGet({
    operationId: 'isReady',
    tag: 'Health',
    summary: 'Can calls be answered now?',
    responses: {
      '200': statusResponse('The networks are loaded and the store answers.', 'ready'),
      '503': statusResponse('Not yet, not now, or no more: the service ends.', 'not ready'),
    },
  }),
  '/openapi.json': publicGet({
    operationId: 'getOpenApi',
    tag: 'Documents',
    summary: 'This description (OpenAPI 3.1)',
    responses: fileResponses('application/json', { type: 'object' }),
  }),
  '/docs': publicGet({
    operationId: 'getDocs',
    tag: 'Documents',
    summary: 'This description as a page',
    responses: fileResponses('text/html', { type: 'string' }),
  }),
}
