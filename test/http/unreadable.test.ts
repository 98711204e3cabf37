import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APPID, createFakeEngine, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange, hasAnswer, parseAnswers } from '../support/raw-http.js'

const engine = createFakeEngine()
let app: FastifyInstance
let port: number
beforeEach(async () => {
  // Their status is the real one whatever is set.
  app = await startApp({ engine, statusAlways200: true, discardLimits: { maxBytes: 1 << 20, maxMs: 500 } })
  port = await listen(app)
})
afterEach(() => app.close())

const BODY = JSON.stringify({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' })
const request = (body: string, length: number | string = body.length) =>
  `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\nContent-Length: ${length}\r\n\r\n${body}`

const serves = async () => {
  const client = connectRaw(port)
  const answer = await exchange(client, request(BODY))
  client.socket.destroy()
  return JSON.parse(answer.body).code === 0
}

const chunkedWith = (rest: string) => request('').replace('Content-Length: 0', 'Transfer-Encoding: chunked') + rest

describe('what is not HTTP', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n', 400],
    ['bytes', '\x16\x03\x01\x02\0', 400],
    ['a bad version', 'GET / HTTP/9.9\r\n\r\n', 400],
    ['a space in a header name', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
    ['two lengths', request(BODY).replace('Host: x', 'Host: x\r\nContent-Length: 1'), 400],
    ['a length that is none', request(BODY, 'abc'), 400],
    ['a length and chunks', request(BODY).replace('Host: x', 'Host: x\r\nTransfer-Encoding: chunked'), 400],
    ['a bad chunk', chunkedWith('zz\r\n'), 400],
    ['no host', request(BODY).replace('Host: x\r\n', ''), 400],
    ['a tunnel', 'CONNECT host:443 HTTP/1.1\r\nHost: host:443\r\n\r\n', 400],
    ['bad percent-encoding', 'POST /face/%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['large headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('is told so in JSON: %s', async (_name, text, status) => {
    const client = connectRaw(port)
    client.write(text)
    const answers = parseAnswers(await client.until(hasAnswer))
    expect(answers).toHaveLength(1)
    const [answer] = answers
    expect(answer).toMatchObject({
      status,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    })
    const { code, message, data } = JSON.parse(answer?.body ?? '')
    expect({ code, message }).toEqual({ code: 3, message: 'BAD_REQUEST' })
    expect(data.session_id).toBe(answer?.headers['x-request-id'])
    client.socket.destroy()
    expect(await serves()).toBe(true)
  })

  it('closes the connection without a reset', async () => {
    const client = connectRaw(port)
    client.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(1_000_000)}`)
    expect(parseAnswers(await client.until(hasAnswer))[0]).toMatchObject({
      status: 431,
      headers: { connection: 'close' },
    })
    client.socket.end()
    await client.untilClosed()
    expect(client.failures).toEqual([])
  })

  it('does not spoil the answers to the requests before it', async () => {
    const client = connectRaw(port)
    client.write(`${request(BODY)}garbage\r\n\r\n`)
    const answers = parseAnswers(await client.untilClosed())
    expect(answers.map(({ body }) => JSON.parse(body).code)).toEqual([0])
    expect(answers[0]?.headers.connection).toBe('close')
    client.socket.destroy()
  })

  it('in a body is told once, and after what is told of the head', async () => {
    for (const [text, code] of [
      [chunkedWith('zz\r\n'), 3],
      [chunkedWith('zz\r\n').replace(/Authorization: .*\r\n/, ''), 4],
      [chunkedWith('zz\r\n').replace('/face/compare', '/nowhere'), 3],
      [`${request(BODY)}${chunkedWith('zz\r\n')}`, 0],
    ] as const) {
      const client = connectRaw(port)
      client.write(text)
      const answers = parseAnswers(await client.untilClosed())
      expect(answers[0] && JSON.parse(answers[0].body).code).toBe(code)
      expect(answers.map(({ headers }) => headers.connection)).toEqual(code === 0 ? ['keep-alive', 'close'] : ['close'])
      client.socket.destroy()
    }
  })

  it('is a body that ends too early', async () => {
    const client = connectRaw(port)
    client.write(request('{"appid"', 100))
    client.socket.end()
    const answers = parseAnswers(await client.untilClosed())
    expect(answers.map(({ status, body }) => [status, JSON.parse(body).code])).toEqual([[400, 3]])
  })
})

it('takes the whole url as the target, as of a proxy', async () => {
  const client = connectRaw(port)
  const answer = await exchange(
    client,
    request(BODY).replace('/face/compare', 'http://service.image.myqcloud.com/face/compare'),
  )
  expect(JSON.parse(answer.body).code).toBe(0)
  client.socket.destroy()
})

it.each([
  ['/face/compare', 405],
  ['/nowhere', 404],
  ['/healthz', 200],
])('answers HEAD without a body: %s', async (path, status) => {
  const client = connectRaw(port)
  client.write(`HEAD ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  const [head, ...rest] = (await client.untilClosed()).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*x-request-id: `))
  expect(rest).toEqual([''])
  client.socket.destroy()
})

it('answers OPTIONS * too', async () => {
  const client = connectRaw(port)
  expect((await exchange(client, 'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n')).status).toBe(204)
  client.socket.destroy()
})

it('ignores an offer to upgrade', async () => {
  const client = connectRaw(port)
  const offer = request(BODY).replace(
    'Host: x',
    'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ',
  )
  expect(JSON.parse((await exchange(client, offer)).body).code).toBe(0)
  client.socket.destroy()
})

describe('a client that leaves', () => {
  it('during its upload is forgotten', async () => {
    for (const text of [request('{', 1000), chunkedWith('5\r\nab')]) {
      const client = connectRaw(port)
      client.write(text)
      await new Promise((resolve) => setTimeout(resolve, 30))
      client.socket.resetAndDestroy()
    }
    expect(await serves()).toBe(true)
  })

  it('during the work ends the work', async () => {
    const image = Buffer.from('slow').toString('base64')
    const before = engine.aborted()
    const client = connectRaw(port)
    client.write(request(JSON.stringify({ appid: APPID, imageA: image, imageB: image })))
    while (engine.seen.filter((text) => text === 'slow').length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
    client.socket.destroy()
    while (engine.aborted() < before + 2) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await serves()).toBe(true)
  })
})
