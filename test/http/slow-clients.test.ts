import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange, hasAnswer, parseAnswers, type RawClient } from '../support/raw-http.js'

/** Clients that hold connections by sending as little as they can. All limits are shortened. */
let app: FastifyInstance
let port: number
beforeEach(async () => {
  app = await startApp({
    statusAlways200: true,
    uploadPace: { stallMs: 300, minRate: 0 },
    requestLimits: { headersMs: 400, requestMs: 1200, checkMs: 50 },
    discardLimits: { maxBytes: 1024 * 1024, maxMs: 100 },
  })
  port = await listen(app)
})
afterEach(() => app.close())

const HEAD = () =>
  `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\n`

/** Sends one more piece every few milliseconds until the other side closes. */
async function drip(client: RawClient, piece: string, everyMs = 30): Promise<string> {
  const timer = setInterval(() => {
    if (client.socket.writable) client.write(piece)
  }, everyMs)
  const text = await client.untilClosed()
  clearInterval(timer)
  client.socket.destroy()
  return text
}

function expectTimeout(text: string): void {
  const [answer] = parseAnswers(text)
  expect(answer).toMatchObject({ status: 408, headers: { connection: 'close', 'content-type': 'application/json' } })
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 3 })
}

describe('a client that is slow on purpose', () => {
  it('is closed when it says nothing', async () => {
    const client = connectRaw(port)
    expectTimeout(await client.untilClosed())
    client.socket.destroy()
  })

  it('is closed when its headers never end, however it drips them', async () => {
    const client = connectRaw(port)
    client.write(HEAD())
    expectTimeout(await drip(client, 'X-Drip: 1\r\n'))
  })

  it('is closed when its body stands still', async () => {
    const client = connectRaw(port)
    client.write(`${HEAD()}Content-Length: 1000\r\n\r\n{`)
    expectTimeout(await client.untilClosed())
    client.socket.destroy()
  })

  it('is closed when its body drips for longer than any upload may take', async () => {
    const client = connectRaw(port)
    client.write(`${HEAD()}Content-Length: 100000\r\n\r\n`)
    expectTimeout(await drip(client, ' '))
  })

  it('is closed when its chunks drip', async () => {
    const client = connectRaw(port)
    client.write(`${HEAD()}Transfer-Encoding: chunked\r\n\r\n`)
    expectTimeout(await drip(client, '1\r\n \r\n'))
  })

  it('is closed when its body comes slower than the least rate, and not when it comes faster', async () => {
    const strict = await startApp({ uploadPace: { stallMs: 5000, minRate: 2000, graceMs: 400 } })
    const strictPort = await listen(strict)
    const slow = connectRaw(strictPort)
    slow.write(`${HEAD()}Content-Length: 100000\r\n\r\n`)
    const fast = connectRaw(strictPort)
    fast.write(`${HEAD()}Content-Length: 8000\r\n\r\n`)
    const slowEnds = drip(slow, ' ')
    // Some ten times the least rate, and longer than the time without one.
    for (let sent = 0; sent < 8000; sent += 1000) {
      fast.write(' '.repeat(1000))
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    expect(parseAnswers(await fast.until(hasAnswer))[0]?.status).toBe(400)
    expectTimeout(await slowEnds)
    fast.socket.destroy()
    await strict.close()
  })

  it('is closed with the second request of a connection as with the first', async () => {
    const client = connectRaw(port)
    await exchange(client, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    client.write(HEAD())
    const text = await drip(client, 'X-Drip: 1\r\n')
    expect(parseAnswers(text).map(({ status }) => status)).toEqual([200, 408])
  })

  it('does not keep others waiting, a hundred at once', async () => {
    const slow = Array.from({ length: 100 }, () => connectRaw(port))
    for (const client of slow) client.write('POST /face/compare HTTP/1.1\r\nHo')
    const answer = await exchange(connectRaw(port), 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(answer.status).toBe(200)
    for (const client of slow) {
      expectTimeout(await client.untilClosed())
      client.socket.destroy()
    }
  })
})
