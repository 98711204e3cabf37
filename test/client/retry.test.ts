import { afterEach, describe, expect, it } from 'vitest'
import {
  createFaceCompareClient,
  FaceCompareApiError,
  type FaceCompareClientOptions,
  FaceCompareNoAnswerError,
} from '../../src/client/index.js'
import { type Answering, answer, OK_BODY, ok, refusal, startAnswers } from './answers.js'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

const A = Uint8Array.of(0xff, 0xd8)
const BUSY = refusal(15, 'TOO_MANY_REQUESTS')
const KEY = { appid: '7', secretId: 'AKIDx', secretKey: 'key' }

async function start(answers: readonly Answering[], options: Partial<FaceCompareClientOptions> = {}) {
  const server = await startAnswers(answers)
  closers.push(server.close)
  const client = createFaceCompareClient({ ...KEY, baseUrl: server.url, ...options } as FaceCompareClientOptions)
  return { server, compare: () => client.compare(A, A), client }
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = await startAnswers([ok])
  await server.close()
  return server.port
}

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const lose: Answering = (response) => void response.socket?.destroy()

describe('a call that was surely not processed is tried again', () => {
  it.each([
    ['code 15 with status 429', answer(429, BUSY, { 'Retry-After': '0' })],
    ['code 15 with status 200', answer(200, BUSY)],
    ['code 107 with status 503', answer(503, refusal(107, 'AUTH_SERVICE_UNAVAILABLE'))],
    ['code 107 with status 200', answer(200, refusal(107, 'AUTH_SERVICE_UNAVAILABLE'))],
    ['code 108 with status 200', answer(200, refusal(108, 'AUTH_SERVICE_UNAVAILABLE'))],
    ["a proxy's page of status 503", answer(503, '<html>no upstream</html>')],
  ])('%s', async (_name, first) => {
    const { server, compare } = await start([first, ok])
    expect(await compare()).toMatchObject({ similarity: 83.5 })
    expect(server.seen).toHaveLength(2)
  })

  it('a service that is not there yet', async () => {
    const port = await freePort()
    const client = createFaceCompareClient({ ...KEY, baseUrl: `http://127.0.0.1:${port}`, retries: 5 })
    const pending = client.compare(A, A)
    const server = await startAnswers([ok], port)
    closers.push(server.close)
    expect(await pending).toMatchObject({ similarity: 83.5 })
  })

  it('with a signature of its own each time', async () => {
    let made = 0
    const sign = async () => `signature-${++made}`
    const { server, compare } = await start([answer(503, ''), answer(503, ''), ok], {
      sign,
      secretId: undefined,
      secretKey: undefined,
    })
    await compare()
    const [first, second, third] = server.seen
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      'signature-1',
      'signature-2',
      'signature-3',
    ])
    expect([second?.body, third?.body]).toEqual([first?.body, first?.body])
  })

  it.each([200, 429])('not before the service wants it, with status %i', async (status) => {
    const { compare } = await start([answer(status, BUSY, { 'Retry-After': '1' }), ok])
    const startMs = performance.now()
    await compare()
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(995)
  })

  it('twice unless told', async () => {
    const { server, compare } = await start([answer(429, BUSY, { 'Retry-After': '0' })])
    expect(await failureOf(compare())).toMatchObject({ code: 15, retryAfterSeconds: 0 })
    expect(server.seen).toHaveLength(3)
  })

  it('never with retries: 0', async () => {
    const { server, compare } = await start([answer(503, refusal(107, 'AUTH_SERVICE_UNAVAILABLE'))], { retries: 0 })
    expect(await failureOf(compare())).toBeInstanceOf(FaceCompareApiError)
    expect(server.seen).toHaveLength(1)
  })

  it('not when the wait would be longer than the call may take', async () => {
    const { server, compare } = await start([answer(429, BUSY, { 'Retry-After': '86400' })])
    expect(await failureOf(compare())).toMatchObject({ code: 15, status: 429, retryAfterSeconds: 86400 })
    expect(server.seen).toHaveLength(1)
  })
})

describe('what may have been processed is sent once', () => {
  it.each<[string, Answering, object]>([
    ['a connection that is lost', lose, { reason: 'lost' }],
    [
      'an answer that is cut off',
      (response) => {
        response.writeHead(200, { 'Content-Length': '500' })
        response.write(JSON.stringify(OK_BODY), () => response.socket?.destroy())
      },
      { reason: 'lost' },
    ],
    ['JSON that is cut off', answer(200, '{"data":{"simil'), { reason: 'unreadable', status: 200 }],
    ["a proxy's page", answer(502, '<html><h1>Bad Gateway</h1></html>'), { reason: 'unreadable', status: 502 }],
    ['an empty answer', answer(200, ''), { reason: 'unreadable' }],
    ['the JSON of another service', answer(200, { error: 'not found' }), { reason: 'unreadable' }],
    ['a success without a score', answer(200, { code: 0, message: 'OK', data: {} }), { reason: 'unreadable' }],
    ['a refusal of the service, whatever its status', answer(503, refusal(14, 'SIGNATURE_CHECK_FAILED')), { code: 14 }],
    ['an inner error', answer(500, refusal(213, 'INTERNAL_ERROR', { fail_flag: 1 })), { code: 213, side: 'A' }],
  ])('%s', async (_name, first, expected) => {
    const { server, compare } = await start([first, ok])
    expect(await failureOf(compare())).toMatchObject(expected)
    expect(server.seen).toHaveLength(1)
  })
})

describe('sentences', () => {
  it('show how an answer of something else begins', async () => {
    const { server, compare } = await start([answer(502, '<html>\n<h1>Bad  Gateway</h1>')])
    expect(await failureOf(compare())).toMatchObject({
      message: `The answer from ${server.url} (HTTP status 502) is not one of a face comparison service. It begins with "<html> <h1>Bad Gateway</h1>".`,
    })
  })

  it('name the setting when the service has moved', async () => {
    const { server, compare } = await start([answer(301, '', { Location: 'https://elsewhere/' })])
    expect(await failureOf(compare())).toMatchObject({
      reason: 'unreadable',
      message: expect.stringContaining('baseUrl'),
    })
    expect(server.seen).toHaveLength(1)
  })

  it('say where nobody listens, without path or query', async () => {
    const port = await freePort()
    const baseUrl = `http://127.0.0.1:${port}/secret/path`
    const client = createFaceCompareClient({ ...KEY, baseUrl, retries: 0 })
    expect(await failureOf(client.compare(A, A))).toMatchObject({
      reason: 'unreachable',
      message: `http://127.0.0.1:${port} cannot be reached (ECONNREFUSED).`,
    })
  })
})

describe('a call ends', () => {
  const silent: Answering = () => {}

  it('when its time is over', async () => {
    const { client } = await start([silent])
    expect(await failureOf(client.compare(A, A, { timeoutMs: 30 }))).toMatchObject({
      reason: 'timeout',
      message: 'The service did not answer within 30 ms.',
    })
  })

  it('when its time is over before there is a signature', async () => {
    const sign = () => new Promise<string>(() => {})
    const { server, compare } = await start([ok], { sign, secretId: undefined, secretKey: undefined, timeoutMs: 30 })
    expect(await failureOf(compare())).toMatchObject({ reason: 'timeout' })
    expect(server.seen).toHaveLength(0)
  })

  it('when the caller aborts, also before it begins', async () => {
    const { server, client } = await start([silent])
    const controller = new AbortController()
    const pending = failureOf(client.compare(A, A, { signal: controller.signal }))
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    controller.abort('not needed')
    expect(await pending).toMatchObject({ reason: 'aborted', cause: 'not needed' })
    expect(await failureOf(client.compare(A, A, { signal: controller.signal }))).toMatchObject({ reason: 'aborted' })
    expect(server.seen).toHaveLength(1)
  })

  it('when the caller aborts while it waits to be tried again', async () => {
    const { server, client } = await start([answer(429, BUSY, { 'Retry-After': '20' })])
    const controller = new AbortController()
    const pending = failureOf(client.compare(A, A, { signal: controller.signal }))
    while (server.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    setTimeout(() => controller.abort(), 20)
    expect(await pending).toBeInstanceOf(FaceCompareNoAnswerError)
    expect(server.seen).toHaveLength(1)
  })

  it("with the app's own error when there is no signature", async () => {
    const sign = () => Promise.reject(new Error('logged out'))
    const { server, compare } = await start([ok], { sign, secretId: undefined, secretKey: undefined })
    expect(await failureOf(compare())).toMatchObject({ message: 'logged out' })
    expect(server.seen).toHaveLength(0)
  })
})
