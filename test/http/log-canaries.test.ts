import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import { CALL_FIELDS } from '../../src/openapi/call.js'
import { CANARY, CANARY_FORMS } from '../support/canary.js'
import { APPID, BOUNDARY, listen, multipart, SECRET_KEY, sign, startApp } from '../support/http-service.js'
import { connectRaw } from '../support/raw-http.js'

const FORM_TYPE = 'application/x-www-form-urlencoded'
const MULTIPART_TYPE = `multipart/form-data; boundary=${BOUNDARY}`
const TYPES = ['application/json', MULTIPART_TYPE, FORM_TYPE, 'text/plain', '', `x/${CANARY}`]

let app: FastifyInstance
let log: string
function note(line: string): void {
  log += line
}

beforeEach(async () => {
  log = ''
  app = await startApp({
    logger: pino({ level: 'trace' }, { write: note }),
    fetchImage: async (url) => {
      // As fetch and DNS errors name what they were asked for.
      const cause = new Error(`getaddrinfo of ${url} failed`)
      if (url.includes('crash')) throw cause
      throw new FaceCompareError('URL_UNREACHABLE', 'The image url cannot be reached.', { cause })
    },
    discardLimits: { maxBytes: 1000, maxMs: 100 },
  })
})
afterEach(() => app.close())

function expectSilence(): void {
  expect(log).not.toBe('')
  for (const form of [...CANARY_FORMS, SECRET_KEY, sign().slice(0, 16), sign().slice(-16)])
    expect(log).not.toContain(form)
}

const post = (payload: string | Buffer, options: InjectOptions = {}) =>
  app.inject({
    method: 'POST',
    url: '/face/compare',
    payload,
    ...options,
    headers: { authorization: sign(), ...options.headers },
  })

const good: Readonly<Record<string, string>> = {
  appid: APPID,
  urlA: `http://user@host/${CANARY}?token=${CANARY}#${CANARY}`,
  urlB: `http://host/${CANARY}?token=${CANARY}`,
}

function bodiesOf(
  fields: Readonly<Record<string, unknown>>,
): readonly (readonly [type: string, body: string | Buffer])[] {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const)
  const json = JSON.stringify(fields)
  return [
    ['application/json', json],
    ['application/json', json.slice(0, -2)],
    ['application/json', `${json}${CANARY}`],
    ['application/json', json.replaceAll(':', `${CANARY}:`)],
    ['application/json', `${CANARY}${json}`],
    [MULTIPART_TYPE, multipart(texts.map(([name, value]) => ({ name, value })))],
    [
      MULTIPART_TYPE,
      multipart(
        texts.map(([name, value]) => ({ name, value })),
        { end: false },
      ),
    ],
    [FORM_TYPE, new URLSearchParams(Object.fromEntries(texts)).toString()],
  ]
}

describe('nothing that was sent is logged', () => {
  it.each(Object.keys(CALL_FIELDS))('of the field %s, in any type of body, good or bad', async (name) => {
    for (const value of [
      CANARY,
      `http://crash/${CANARY}`,
      Buffer.from(CANARY).toString('base64'),
      [CANARY],
      { [CANARY]: 1 },
    ]) {
      for (const [type, body] of bodiesOf({ ...good, [name]: value }))
        await post(body, { headers: { 'content-type': type } })
    }
    for (const [type, body] of bodiesOf({ ...good, [`${name}${CANARY}`]: 1 }))
      await post(body, { headers: { 'content-type': type } })
    expectSilence()
  })

  it.each(TYPES)('of a body that is only it, as %s', async (type) => {
    for (const body of [
      CANARY,
      `"${CANARY}"`,
      `{${CANARY}`,
      `[${CANARY}]`,
      `--${BOUNDARY}\r\n${CANARY}`,
      `${CANARY}=${CANARY}`,
    ]) {
      await post(body, { headers: { 'content-type': type } })
      await post(body, { headers: { 'content-type': type, 'content-encoding': CANARY } })
    }
    expectSilence()
  })

  it('of a signature, wherever it is put and however it is wrong', async () => {
    const bad = Buffer.from(`${'x'.repeat(20)}a=${CANARY}&k=${CANARY}&t=1&e=2&f=${CANARY}`).toString('base64')
    for (const text of [CANARY, bad, sign({ appid: CANARY }), sign({ fileId: CANARY }), sign({}, CANARY), sign()]) {
      for (const authorization of [text, `Bearer ${text}`, `Basic ${text}`])
        await post('{}', { headers: { authorization } })
      const encoded = encodeURIComponent(text)
      for (const end of [
        '?sign=',
        ';sign=',
        '%3Fsign=',
        '%3fsign=',
        '/',
        '/sign/',
        '#',
        '&sign=',
        '?a=b&sign=',
        '%zz?sign=',
        '%zz',
      ]) {
        for (const written of [text, encoded]) {
          const url = `/face/compare${end}${written}`
          await post('{}', { url, headers: { authorization: '' } })
          await app.inject({ method: 'GET', url })
        }
      }
    }
    expectSilence()
  })

  it('of HTTP that cannot be read', async () => {
    const port = await listen(app)
    for (const text of [
      `${CANARY}\r\n\r\n`,
      `GET /${CANARY} HTTP/9.9\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: x\r\n${CANARY} : ${CANARY}\r\n\r\n`,
      `POST /face/compare HTTP/1.1\r\nHost: x\r\nAuthorization: ${sign()}\r\nTransfer-Encoding: chunked\r\n\r\n${CANARY}\r\n`,
      `CONNECT ${CANARY}:443 HTTP/1.1\r\nHost: ${CANARY}\r\n\r\n`,
    ]) {
      const client = connectRaw(port)
      client.write(text)
      client.socket.end()
      await client.untilClosed()
    }
    expectSilence()
  })
})

it('the path of a route is logged, and of any other path what is a name', async () => {
  const paths = async (url: string) => {
    log = ''
    await app.inject({ method: 'POST', url })
    return JSON.parse(log).path
  }
  expect(await paths('/face/compare?sign=x')).toBe('/face/compare?...')
  expect(await paths('/face/detect')).toBe('/face/detect')
  expect(await paths('/face/detect?sign=x')).toBe('/face/detect?...')
  expect(await paths('/face/compare;sign=x')).toBe('/face/...')
  expect(await paths('/face/compare%3Fsign=x')).toBe('/face/...')
  expect(await paths('/a/b/c/d/e')).toBe('/a/b/c/d/...')
  expect(await paths('/')).toBe('/')
})
