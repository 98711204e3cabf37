import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openTlsFiles, type TlsFiles } from '../../src/http/tls-files.js'
import { APPID, BUCKET, createFakeEngine, listen, NOW_SECONDS, startApp } from '../support/http-service.js'
import { connectRaw, exchange, parseAnswers, type RawAnswer, type RawClient } from '../support/raw-http.js'
import {
  IMAGE_A,
  miniProgramRequest,
  type OfficialClient,
  type RecordedRequest,
  requestsOf,
  SIGNATURE_LIFE,
  signAs,
} from './recorded-requests.js'

const CLIENTS = ['Python', 'PHP', 'Java', 'C++'] as const
/** The clients send it wherever they connect to. */
const HOST = 'service.image.myqcloud.com'
const OTHER_HOST = 'recognition.image.myqcloud.com'

const fixture = (name: string) => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url))

type Message = Pick<RecordedRequest, 'lines' | 'body'>

const headOf = ({ lines, body }: Message) =>
  Buffer.from([...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n'))
const bytesOf = (message: Message) => Buffer.concat([headOf(message), message.body])

describe.each([
  ['http, every status 200', false, true],
  ['https, every status 200', true, true],
  ['http, statuses that follow the code', false, false],
])('over %s', (_protocol, secure, statusAlways200) => {
  const engine = createFakeEngine()
  let app: FastifyInstance
  let tls: TlsFiles | undefined
  let port: number
  let nowSeconds = NOW_SECONDS
  beforeAll(async () => {
    if (secure) tls = openTlsFiles({ certFile: fixture('one.crt'), keyFile: fixture('one.key'), onWarning: () => {} })
    app = await startApp({ engine, statusAlways200, now: () => new Date(nowSeconds * 1000), ...(tls ? { tls } : {}) })
    port = await listen(app)
  })
  afterAll(async () => {
    await app.close()
    tls?.close()
  })
  beforeEach(() => {
    engine.seen.length = 0
    nowSeconds = NOW_SECONDS
  })

  const connect = () => connectRaw(port, { secure })
  const latin1 = (images: readonly Buffer[]) => images.map((image) => image.toString('latin1')).sort()

  /** The answer as the client gets at it: by its length on a connection that stays, or until the service closes. */
  async function call(client: RawClient, message: Message, nth = 1): Promise<RawAnswer> {
    if (message.lines.includes('Connection: close')) {
      client.write(bytesOf(message))
      const answers = parseAnswers(await client.untilClosed())
      expect(answers).toHaveLength(1)
      return answers[0] ?? Promise.reject(new Error('No answer'))
    }
    if (!message.lines.includes('Expect: 100-continue')) return exchange(client, bytesOf(message), nth)
    client.write(headOf(message))
    const received = await client.until((text) => text.includes(' 100 Continue'))
    expect(received).toMatch(/HTTP\/1\.1 100 Continue\r\n\r\n$/)
    return exchange(client, message.body, nth)
  }

  async function callOnce(message: Message): Promise<RawAnswer> {
    const client = connect()
    try {
      return await call(client, message)
    } finally {
      client.socket.destroy()
    }
  }

  /** What all clients do with an answer: read its JSON, whatever the status, and test for OK. */
  function readJson({ headers, body }: RawAnswer) {
    expect(headers).toMatchObject({ 'content-type': 'application/json' })
    expect(headers).not.toHaveProperty('content-encoding')
    return JSON.parse(body)
  }

  function expectOk(answer: RawAnswer, images: readonly Buffer[]): void {
    const { code, message, data } = readJson(answer)
    expect([answer.status, code, message]).toEqual([200, 0, 'OK'])
    expect(data.similarity.toFixed(0)).toBe('43')
    expect(data.session_id).toBe(answer.headers['x-request-id'])
    expect([...engine.seen].sort()).toEqual(latin1(images))
  }

  const requests = (client: OfficialClient, host = HOST) => requestsOf(client, signAs(client, NOW_SECONDS), host)
  const first = (client: OfficialClient) => requests(client)[0] ?? { lines: [], body: Buffer.alloc(0) }

  describe.each(CLIENTS)('the %s client', (client) => {
    it.each(requests(client))('sends $what', async (request) => {
      expectOk(await callOnce(request), request.images)
    })

    it('forces the other host name', async () => {
      for (const request of requests(client, OTHER_HOST).slice(0, 1)) expectOk(await callOnce(request), request.images)
    })

    it('may use its signature as long as it wants, and no longer', async () => {
      nowSeconds = NOW_SECONDS + SIGNATURE_LIFE[client]
      expect(readJson(await callOnce(first(client)))).toMatchObject({ code: 0 })
      nowSeconds++
      const late = await callOnce(first(client))
      expect([late.status, readJson(late).code]).toEqual([statusAlways200 ? 200 : 401, 9])
    })

    it('can read an error of any status', async () => {
      const [wrong] = requestsOf(client, signAs(client, NOW_SECONDS, 'another key'), HOST)
      const refused = await callOnce(wrong ?? first(client))
      expect([refused.status, readJson(refused)]).toMatchObject([
        statusAlways200 ? 200 : 401,
        { code: 14, message: 'SIGNATURE_CHECK_FAILED' },
      ])
      const { lines } = first(client)
      const json = lines.map((line) => (line.startsWith('Content-Type:') ? 'Content-Type: application/json' : line))
      const without = await callOnce({ lines: json, body: Buffer.from(JSON.stringify({ appid: APPID })) })
      expect([without.status, readJson(without)]).toMatchObject([200, { code: -1301, data: { fail_flag: 1 } }])
    })
  })

  it.each(['Python', 'PHP', 'C++'] as const)('the %s client calls again on the same connection', async (name) => {
    const client = connect()
    for (const [i, request] of requests(name).entries()) {
      engine.seen.length = 0
      expectOk(await call(client, request, i + 1), request.images)
    }
    client.socket.destroy()
  })

  it.each(['Java', 'C++'] as const)(
    'two calls of the %s client in one second have the same signature',
    async (name) => {
      const [once, again] = [first(name), first(name)]
      expect(bytesOf(again)).toEqual(bytesOf(once))
      expect(readJson(await callOnce(once))).toMatchObject({ code: 0 })
      expect(readJson(await callOnce(again))).toMatchObject({ code: 0 })
    },
  )

  it('the connection of the Java client is closed after the answer', async () => {
    const { headers } = await callOnce(first('Java'))
    expect(headers.connection).toBe('close')
  })

  it.each([
    ['escapes slashes', (json: string) => json.replaceAll('/', '\\/')],
    ['begins with a byte order mark', (json: string) => `\ufeff${json}`],
    ['is text/json', (json: string) => json, 'text/json'],
  ])('a body of urls that %s is read', async (_what, write, type = 'application/json') => {
    const json = JSON.stringify({ appid: APPID, bucket: BUCKET, urlA: 'http://host/a.jpg', urlB: 'http://host/b.jpg' })
    const sign = `Authorization: ${signAs('Java', NOW_SECONDS)}`
    const lines = ['POST /face/compare HTTP/1.1', `Host: ${HOST}`, sign, `Content-Type: ${type}`]
    const answer = await callOnce({ lines, body: Buffer.from(write(json)) })
    expectOk(answer, [Buffer.from('a.jpg'), Buffer.from('b.jpg')])
  })

  it.each([
    ['as Bearer', '/face/compare', [`Authorization: Bearer ${signAs('Python', NOW_SECONDS)}`]],
    ['in the query', `/face/compare?sign=${encodeURIComponent(signAs('Python', NOW_SECONDS))}`, []],
  ])('a mini-program signs %s', async (_name, path, headers) => {
    expectOk(await callOnce(miniProgramRequest(path, headers)), [IMAGE_A, Buffer.from('b.jpg')])
  })
})
