import { Agent, request as httpRequest } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { APPID, listen, MAX_BODY_BYTES, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange, hasAnswer, parseAnswers } from '../support/raw-http.js'

const MAX_DISCARDED_BYTES = 64 * 1024 * 1024
const LARGE = Buffer.alloc(40 * 1024 * 1024, 'x')
const GOOD_BODY = JSON.stringify({ appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' })

let app: FastifyInstance
let port: number
beforeEach(async () => {
  app = await startApp({
    uploadPace: { stallMs: 300, minRate: 0 },
    discardLimits: { maxBytes: MAX_DISCARDED_BYTES, maxMs: 1500 },
  })
  port = await listen(app)
})
afterEach(() => app.close())

interface Head {
  readonly authorization?: string
  readonly length?: number | 'chunked'
  readonly expect?: string
  readonly path?: string
}

function head({ authorization = sign(), length, expect: expectation, path = '/face/compare' }: Head): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `Authorization: ${authorization}`,
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length ?? 0}`,
    ...(expectation === undefined ? [] : [`Expect: ${expectation}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}

const good = () => head({ length: GOOD_BODY.length }) + GOOD_BODY

const codeOf = (body: string) => JSON.parse(body).code

/** Sends a large body with Node's own client, which gives an answer up when the connection is reset. */
function uploadWithNode(headers: Record<string, string>, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ port, host: '127.0.0.1', method: 'POST', path: '/face/compare', agent, headers })
    outgoing.on('error', reject)
    outgoing.on('response', (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text) => {
        body += text
      })
      response.on('end', () => resolve(body))
      response.on('error', reject)
    })
    outgoing.on('continue', () => outgoing.end(LARGE))
    if (!('expect' in headers)) outgoing.end(LARGE)
    else outgoing.flushHeaders()
  })
}

describe('an answer before the end of the body', () => {
  it.each([
    ['a missing signature', {}, 4],
    ['a missing signature, chunked', { 'transfer-encoding': 'chunked' }, 4],
    ['a body over the limit', { authorization: sign() }, 23],
    [
      'a body over the limit, chunked',
      { authorization: sign(), 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      23,
    ],
    ['an expectation', { expect: '100-continue', 'content-length': String(LARGE.length) }, 4],
  ])('reaches the client of Node that uploads 40 MB: %s', async (_name, headers, code) => {
    const agent = new Agent({ keepAlive: true })
    for (let i = 0; i < 12; i++) {
      const length = 'transfer-encoding' in headers ? {} : { 'content-length': String(LARGE.length) }
      expect(codeOf(await uploadWithNode({ ...length, ...headers }, agent))).toBe(code)
    }
    agent.destroy()
  })

  it('comes at once, whole, and then the connection ends without a reset', async () => {
    for (let i = 0; i < 10; i++) {
      const client = connectRaw(port)
      client.write(head({ authorization: 'bad!', length: LARGE.length }))
      const [answer] = parseAnswers(await client.until(hasAnswer))
      expect(answer).toMatchObject({
        status: 400,
        headers: { connection: 'close', 'content-type': 'application/json' },
      })
      client.write(LARGE)
      expect(parseAnswers(await client.untilClosed())).toHaveLength(1)
      client.socket.end()
      expect(client.failures).toEqual([])
    }
  })

  it.each([
    ['404', head({ path: '/nowhere', length: 1000 }), 404],
    ['no type', head({ length: 1000 }).replace('Content-Type: application/json', 'X: y'), 400],
    ['OPTIONS', head({ length: 1000 }).replace('POST', 'OPTIONS'), 204],
    ['a url that cannot be read', head({ length: 1000, path: '/%zz' }), 400],
  ])('closes the connection as well: %s', async (_name, text, status) => {
    const client = connectRaw(port)
    const answer = await exchange(client, text)
    expect([answer.status, answer.headers.connection]).toEqual([status, 'close'])
    client.socket.destroy()
  })

  it('names a coding of the transfer that is not taken, before any of the body', async () => {
    const chunked = head({ length: 'chunked' })
    for (const coding of ['gzip, chunked', 'x-br,Chunked']) {
      const client = connectRaw(port)
      const answer = await exchange(client, chunked.replace('chunked', coding))
      expect([answer.status, answer.headers.connection]).toEqual([400, 'close'])
      expect(answer.body).toContain('A Transfer-Encoding other than chunked is not taken')
      client.socket.destroy()
    }
    const plain = connectRaw(port)
    plain.write(`${chunked.replace('chunked', 'CHUNKED')}${GOOD_BODY.length.toString(16)}\r\n${GOOD_BODY}\r\n0\r\n\r\n`)
    expect(parseAnswers(await plain.until(hasAnswer)).map(({ body }) => codeOf(body))).toEqual([0])
    plain.socket.destroy()
  })

  it('is the only one: what follows is never read as a request', async () => {
    for (const rest of ['x'.repeat(100), good(), 'x'.repeat(100) + good().repeat(20)]) {
      const client = connectRaw(port)
      client.write(head({ authorization: 'bad!', length: 100 }))
      await client.until(hasAnswer)
      client.write(rest)
      client.write(good())
      expect(parseAnswers(await client.untilClosed()).map(({ body }) => codeOf(body))).toEqual([5])
      client.socket.destroy()
    }
  })

  it('is the only one after a chunked body over the limit', async () => {
    const client = connectRaw(port)
    const size = MAX_BODY_BYTES + 1
    client.write(`${head({ length: 'chunked' })}${size.toString(16)}\r\n${' '.repeat(size)}`)
    await client.until(hasAnswer)
    client.write(`\r\n0\r\n\r\n${good()}`)
    expect(parseAnswers(await client.untilClosed()).map(({ body }) => codeOf(body))).toEqual([23])
    client.socket.destroy()
  })

  it('does not wait for ever: a client that keeps sending slowly is cut', async () => {
    const client = connectRaw(port)
    client.write(head({ authorization: 'bad!', length: 1e9 }))
    const timer = setInterval(() => client.write('x'), 20)
    expect(codeOf(parseAnswers(await client.untilClosed())[0]?.body ?? '')).toBe(5)
    clearInterval(timer)
    client.socket.destroy()
  })

  it('does not take in everything: a client that keeps sending fast is cut', async () => {
    await app.close()
    app = await startApp({ discardLimits: { maxBytes: 1024 * 1024, maxMs: 60_000 } })
    port = await listen(app)
    const client = connectRaw(port)
    client.write(head({ authorization: 'bad!', length: 1e12 }))
    const chunk = Buffer.alloc(64 * 1024)
    const timer = setInterval(() => client.write(chunk), 1)
    await client.untilClosed()
    clearInterval(timer)
    client.socket.destroy()
    // Kernel buffers of both sides come on top of the limit.
    expect(client.socket.bytesWritten).toBeLessThan(32 * 1024 * 1024)
  })
})

describe('Expect', () => {
  it('is answered with 100 only when the body is wanted', async () => {
    const wanted = connectRaw(port)
    wanted.write(head({ length: GOOD_BODY.length, expect: '100-continue' }))
    expect(await wanted.until((text) => text !== '')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    wanted.write(GOOD_BODY)
    const answers = parseAnswers(await wanted.until(hasAnswer))
    expect(answers.map(({ status }) => status)).toEqual([100, 200])
    wanted.socket.destroy()

    for (const refused of [
      head({ authorization: 'bad!', length: 10, expect: '100-continue' }),
      head({ length: MAX_BODY_BYTES + 1, expect: '100-continue' }),
      head({ length: 10, expect: '100-continue' }).replace('application/json', 'text/plain'),
    ]) {
      const client = connectRaw(port)
      client.write(refused)
      const [answer] = parseAnswers(await client.until(hasAnswer))
      expect(answer).toMatchObject({ headers: { connection: 'close' } })
      expect(answer?.status).toBeGreaterThanOrEqual(400)
      client.socket.destroy()
    }
  })

  it.each(['', 'something-else'])('is ignored when it is %j', async (expectation) => {
    const client = connectRaw(port)
    const answer = await exchange(client, head({ length: GOOD_BODY.length, expect: expectation }) + GOOD_BODY)
    expect(codeOf(answer.body)).toBe(0)
    client.socket.destroy()
  })
})

describe('a connection stays open', () => {
  it('after good answers and after errors whose body was read', async () => {
    const client = connectRaw(port)
    const requests = [
      good(),
      `${head({ length: 3 })}{x}`,
      `${head({ length: 3, authorization: 'bad!' })}{x}`,
      `${head({ length: 3, path: '/nowhere' })}{x}`,
      head({ authorization: '' }),
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
      `${head({ length: 'chunked' })}${GOOD_BODY.length.toString(16)}\r\n${GOOD_BODY}\r\n0\r\n\r\n`,
    ]
    for (const [index, text] of requests.entries()) {
      client.write(text)
      const isThere = (received: string) => {
        try {
          return parseAnswers(received).length === index + 1
        } catch {
          return false
        }
      }
      const answer = parseAnswers(await client.until(isThere)).at(-1)
      expect(answer?.headers.connection).not.toBe('close')
    }
    const statuses = parseAnswers(await client.until(() => true)).map(({ status }) => status)
    expect(statuses).toEqual([200, 400, 400, 404, 401, 200, 200])
    client.socket.destroy()
  })

  it('for requests that are sent without waiting, answered in their order', async () => {
    const client = connectRaw(port)
    client.write(good() + head({ authorization: '' }) + good())
    const text = await client.until((received) => received.split('HTTP/1.1').length === 4 && received.endsWith('}'))
    expect(parseAnswers(text).map(({ body }) => codeOf(body))).toEqual([0, 4, 0])
    client.socket.destroy()
  })

  it('unless the client says that it closes', async () => {
    const client = connectRaw(port)
    client.write(good().replace('Host:', 'Connection: close\r\nHost:'))
    expect(parseAnswers(await client.untilClosed())).toHaveLength(1)
    client.socket.destroy()
  })
})

describe('an upload', () => {
  it.each([100, 'chunked'] as const)('that stands still is ended with 408 (%s)', async (length) => {
    const client = connectRaw(port)
    client.write(head({ length }))
    const [answer] = parseAnswers(await client.until(hasAnswer))
    expect(answer).toMatchObject({ status: 408, headers: { connection: 'close' } })
    expect(codeOf(answer?.body ?? '')).toBe(3)
    client.socket.destroy()
  })

  it('may take its time as long as something comes', async () => {
    const client = connectRaw(port)
    client.write(head({ length: GOOD_BODY.length }))
    for (const piece of GOOD_BODY.match(/.{1,10}/g) ?? []) {
      await new Promise((resolve) => setTimeout(resolve, 60))
      client.write(piece)
    }
    expect(codeOf(parseAnswers(await client.until(hasAnswer))[0]?.body ?? '')).toBe(0)
    client.socket.destroy()
  })
})
