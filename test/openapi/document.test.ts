import { readdirSync, readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS, type ErrorName } from '../../src/errors.js'
import { docsFiles } from '../../src/http/docs-routes.js'
import { CALL_EXAMPLES, CALL_FIELDS } from '../../src/openapi/call.js'
import { describeApi } from '../../src/openapi/document.js'
import { ALL_DOORS } from '../../src/openapi/doors.js'
import { NEVER_ANSWERED } from '../../src/openapi/failures.js'
import {
  APPID,
  BOUNDARY,
  MAX_BODY_BYTES,
  multipart,
  NOW_SECONDS,
  sign,
  signOnce,
  startApp,
} from '../support/http-service.js'
import { createResponseChecks } from './response-checks.js'

const SCHEMA_OF: Readonly<Record<string, string>> = {
  'multipart/form-data': 'MultipartCall',
  'application/json': 'JsonCall',
  'application/x-www-form-urlencoded': 'FormCall',
}
const api = describeApi(ALL_DOORS)
/** Whose codes are others: test/openapi/doors.test.ts. */
const OF_DOORS = '/'
const checks = createResponseChecks(api)
let app: FastifyInstance
let always200: FastifyInstance
beforeAll(async () => {
  app = await startApp()
  always200 = await startApp({ statusAlways200: true })
})
afterAll(() => Promise.all([app.close(), always200.close()]))

it('is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(api))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
})

it('has every route with its methods, and no other', () => {
  const documented = checks.operations.map(({ method, path }) => `${method} ${path}`)
  // The files that a page asks for by itself are nothing to call.
  const assets = docsFiles([])
    .map(({ path }) => path)
    .filter((path) => /^\/docs\/.*\.(css|js)$/.test(path))
  const served = [...app.routeTable]
    .filter(([path]) => !assets.includes(path))
    .flatMap(([path, methods]) => [...methods].map((method) => `${method} ${path}`))
  expect(documented.sort()).toEqual([`POST ${OF_DOORS}`, ...served].sort())
})

it('is what /openapi.json answers', async () => {
  const response = await app.inject({ method: 'GET', url: '/openapi.json' })
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'application/json'])
  expect(response.json()).toEqual(JSON.parse(JSON.stringify(api)))
})

describe('the errors', () => {
  const told = checks.operations
    .filter(({ method, path }) => method === 'POST' && path !== OF_DOORS)
    .map(({ path, responses }) => ({
      path,
      examples: responses.flatMap(({ status, examples }) => {
        return examples.filter(({ code }) => code !== 0).map(({ code, message }) => `${status} ${code} ${message}`)
      }),
    }))
  const answered = Object.entries(ERRORS).filter(([name]) => !NEVER_ANSWERED.includes(name as ErrorName))

  it('are the table, each with an example under 200 and under the HTTP status that follows from it', () => {
    const table = answered.flatMap(([, { status, code, message }]) =>
      [...new Set([200, status])].map((each) => `${each} ${code} ${message}`),
    )
    const all = new Set(told.flatMap(({ examples }) => examples))
    expect([...all].sort()).toEqual([...new Set([...table, '408 3 BAD_REQUEST'])].sort())
    for (const { code } of Object.values(ERRORS))
      expect(checks.description).toMatch(new RegExp(`(\\| | )${code}( \\||,|\\.)`))
  })

  it('that every signed call may end with are told of each', () => {
    const common = answered.filter(([, { code }]) => code > 0 && code !== 24)
    for (const { path, examples } of told) {
      const wanted = common.map(([, { code, message }]) => `200 ${code} ${message}`)
      expect(examples, path).toEqual(expect.arrayContaining(wanted))
    }
  })

  it('that are said never to be answered are thrown nowhere', () => {
    const src = new URL('../../src/', import.meta.url)
    const code = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'errors.ts' && !/^openapi\b/.test(file))
      .map((file) => readFileSync(new URL(file.replaceAll('\\', '/'), src), 'utf8'))
      .join('\n')
    const names = Object.keys(ERRORS) as ErrorName[]
    expect(names.filter((name) => !code.includes(`'${name}'`)).sort()).toEqual([...NEVER_ANSWERED].sort())
  })
})

it('has examples of answers that fit their schemas', () => {
  const examples = checks.operations.flatMap((operation) =>
    operation.responses.flatMap(({ examples, ...response }) =>
      examples.map((body) => ({ ...operation, ...response, body })),
    ),
  )
  expect(examples.length).toBeGreaterThan(2 * Object.keys(ERRORS).length)
  for (const { method, path, status, type, body } of examples) checks.expectExample(method, path, status, body, type)
})

describe('requests', () => {
  const bodies = Object.entries(CALL_EXAMPLES).flatMap(([type, examples]) =>
    Object.entries(examples).map(([name, { value }]) => ({
      type,
      name,
      value: value as Readonly<Record<string, string>>,
    })),
  )

  it.each(bodies)('as in the example work: $type, $name', async ({ type, value }) => {
    checks.expectRequest(SCHEMA_OF[type] ?? '', value)
    for (const url of ['/face/compare', '/face/identify']) {
      const answer = await post({ url, ...encode(type, value) })
      expect(answer.json()).toMatchObject({ code: 0, message: 'OK' })
    }
  })

  it('name every field, and what is required is', async () => {
    for (const type of ['MultipartCall', 'JsonCall', 'FormCall']) {
      expect(checks.fieldsOf(type).sort()).toEqual(Object.keys(CALL_FIELDS).sort())
    }
    const { appid: _, ...rest } = CALL_EXAMPLES['application/json'].urls.value
    expect((await post(encode('application/json', rest))).json().code).toBe(-1301)
  })

  it.each(['appid', 'return_faces', 'min_quality'])(
    'may have a number in JSON where the schema says so: %s',
    async (name) => {
      const value = { ...CALL_EXAMPLES['application/json'].urls.value, [name]: name === 'appid' ? Number(APPID) : 1 }
      checks.expectRequest('JsonCall', value)
      expect((await post(encode('application/json', value))).json().code).toBe(0)
    },
  )

  it('may be signed in each of the ways', async () => {
    const call = encode('application/json', CALL_EXAMPLES['application/json'].urls.value)
    const ways = [
      { headers: { authorization: sign() } },
      { headers: { authorization: `Bearer ${sign()}` } },
      { headers: { authorization: '' }, url: `/face/compare?sign=${encodeURIComponent(sign())}` },
    ]
    expect(Object.keys(checks.securitySchemes)).toHaveLength(ways.length + ALL_DOORS.length)
    for (const way of ways) expect((await post({ ...call, ...way })).json().code).toBe(0)
  })
})

describe('answers are as described', () => {
  const json = (body: object): InjectOptions => encode('application/json', body)
  const urls = (a: string, b = 'http://host/b') => json({ appid: APPID, urlA: a, urlB: b })
  const signed = (authorization: string) => ({ ...urls('http://host/a'), headers: { authorization } })
  const good = urls('http://host/a')

  const calls: readonly (readonly [what: string, call: InjectOptions, status: number, code: number])[] = [
    ['a comparison', good, 200, 0],
    ['with faces', json({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b', return_faces: 1 }), 200, 0],
    [
      'checked for quality',
      json({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b', min_quality: 1.5 }),
      200,
      0,
    ],
    ['a face shown too poorly', urls('http://host/a', 'http://host/blurred'), 200, -1103],
    ['an unreadable body', { ...good, payload: '{' }, 400, 3],
    ['no signature', signed(''), 401, 4],
    ['a malformed signature', signed('x'), 400, 5],
    ['another app', json({ appid: '1', urlA: 'http://host/a', urlB: 'http://host/b' }), 403, 6],
    ['an old signature', signed(sign({ issuedAt: 1, expiresAt: 2 })), 401, 9],
    ['an unknown app', signed(sign({ appid: 'unknown' })), 401, 10],
    ['an unknown SecretId', signed(sign({ secretId: 'unknown' })), 401, 11],
    ["another app's SecretId", signed(sign({ secretId: 'other' })), 401, 12],
    ['a wrong signature', signed(sign({}, 'wrong')), 401, 14],
    ['a clock ahead', signed(sign({ issuedAt: NOW_SECONDS + 600, expiresAt: NOW_SECONDS + 900 })), 401, 14],
    ['a full queue', urls('http://host/busy'), 429, 15],
    ['a wrong parameter', urls('ftp://host/a'), 400, 21],
    ['a body too large', { ...good, payload: ' '.repeat(MAX_BODY_BYTES + 1) }, 413, 23],
    ['a store that is away', signed(sign({ appid: 'down' })), 503, 107],
    ['a crash', urls('http://host/crash'), 500, 213],
    ['no face', urls('http://host/a', 'http://host/noface'), 200, -1101],
    ['a broken picture', urls('http://host/broken'), 200, -1102],
    ['an empty picture', json({ appid: APPID, imageA: '', urlB: 'http://host/b' }), 200, -1300],
    ['a missing picture', json({ appid: APPID, urlA: 'http://host/a' }), 200, -1301],
    ['a long url', urls(`http://host/${'a'.repeat(2048)}`), 200, -1304],
    ['an unreachable url', urls('http://unreachable/'), 200, -1308],
    ['no picture', urls('http://host/garbage'), 200, -1400],
    ['a url that refuses', urls('http://status-404/'), 200, -1403],
  ]
  it.each(calls)('%s', async (_what, call, status, code) => {
    const answer = await post(call)
    expect([answer.statusCode, answer.json().code]).toEqual([status, code])
    checks.expectAnswer('POST', '/face/compare', answer)
  })

  it.each(calls)('with status 200 whatever the code: %s', async (_what, call, _status, code) => {
    const answer = await post(call, always200)
    expect([answer.statusCode, answer.json().code]).toEqual([200, code])
    expect(answer.headers['retry-after'] !== undefined).toBe(code === 15)
    checks.expectAnswer('POST', '/face/compare', answer)
  })

  it('a signature used twice', async () => {
    const call = signed(signOnce('f'))
    await post(call)
    const answer = await post(call)
    expect(answer.json().code).toBe(13)
    checks.expectAnswer('POST', '/face/compare', answer)
  })

  it('everything without a signature, by GET and HEAD', async () => {
    for (const { method, path } of checks.operations.filter((one) => one.method !== 'POST')) {
      const first = await app.inject({ method: method as 'GET', url: path })
      checks.expectAnswer(method, path, first)
      if (!first.headers.etag) continue
      const headers = { 'if-none-match': first.headers.etag }
      checks.expectAnswer(method, path, await app.inject({ method: method as 'GET', url: path, headers }))
    }
    const unready = await startApp({ isReady: async () => false })
    checks.expectAnswer('GET', '/readyz', await unready.inject({ method: 'GET', url: '/readyz' }))
    await unready.close()
  })
})

function encode(type: string, value: object): InjectOptions {
  const entries: readonly [string, string][] = Object.entries(value)
  switch (type) {
    case 'multipart/form-data': {
      const payload = multipart(entries.map(([name, text]) => ({ name, value: text })))
      return { payload, headers: { 'content-type': `${type}; boundary=${BOUNDARY}` } }
    }
    case 'application/json':
      return { payload: JSON.stringify(value), headers: { 'content-type': type } }
    default:
      return {
        payload: new URLSearchParams([...entries]).toString(),
        headers: { 'content-type': type },
      }
  }
}

function post(call: InjectOptions, service = app) {
  const headers = { authorization: sign(), 'content-type': 'application/json', ...call.headers }
  return service.inject({ method: 'POST', url: '/face/compare', ...call, headers })
}
