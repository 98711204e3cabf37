import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import type { CallRecord } from '../../src/http/call-log.js'
import { APPID, fakeFetch, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, hasAnswer } from '../support/raw-http.js'

function createLog() {
  const lines: Record<string, unknown>[] = []
  const logger = pino({ level: 'info' }, { write: (text) => void lines.push(JSON.parse(text)) })
  return { lines, logger }
}

const body = { appid: APPID, urlA: 'http://host/a?token=hidden', urlB: 'http://host/b' }

describe('the log', () => {
  it('has one line of a call, with its id, code and stages', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger })
    const url = `/face/compare?sign=${encodeURIComponent(sign())}`
    const response = await app.inject({ method: 'POST', url, payload: body })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      session_id: response.json().data.session_id,
      appid: APPID,
      code: 0,
      method: 'POST',
      path: '/face/compare?...',
      ms: { decodeA: 1, detectB: 2, alignA: 3, embedB: 4 },
      bytes: {
        received: JSON.stringify(body).length,
        imageA: 1,
        imageB: 1,
        sent: Buffer.byteLength(response.body),
      },
    })
    const known = ['level', 'time', 'pid', 'hostname', 'msg', 'session_id', 'method', 'path', 'appid', 'code']
    expect(Object.keys(lines[0] ?? {}).sort()).toEqual([...known, 'ms', 'bytes'].sort())
    for (const stage of ['signature', 'upload', 'faces', 'fetchA', 'analyzeB', 'total']) {
      expect(lines[0]?.ms).toHaveProperty(stage)
    }
    await app.close()
  })

  it('tells why a url was refused, but neither queries, keys, signatures nor images', async () => {
    const { lines, logger } = createLog()
    const cause = new Error('10.0.0.1 of http://host/a?token=hidden is blocked')
    const app = await startApp({
      logger,
      fetchImage: async () => {
        throw new FaceCompareError('URL_UNREACHABLE', 'The host cannot be reached.', { cause })
      },
    })
    const response = await app.inject({
      method: 'POST',
      url: '/face/compare',
      payload: body,
      headers: { authorization: sign() },
    })
    expect(lines[0]).toMatchObject({ level: 30, code: -1308, side: 'A', detail: 'The host cannot be reached.' })
    expect(lines[0]?.cause).toBe('10.0.0.1 of http://host/... is blocked')
    expect(response.body).not.toContain('blocked')
    expect(JSON.stringify(lines)).not.toMatch(/hidden|AKID|nwOK/)
    await app.close()
  })

  it('has the stack of our own faults, which the answer has not', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger, fetchImage: fakeFetch })
    const payload = { ...body, urlA: 'http://crash/' }
    const response = await app.inject({
      method: 'POST',
      url: '/face/compare',
      payload,
      headers: { authorization: sign() },
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 50, code: 213, side: 'A' })
    expect(lines[0]?.stack).toMatch(/caused by Error: secret\n +at /)
    expect(response.json().data.detail).toBe('Something went wrong inside the service.')
    await app.close()
  })

  it('takes a call that is not answered for no fault of ours', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger })
    for (const path of ['livedetectpicture', 'getgroupids']) {
      await app.inject({ method: 'POST', url: `/face/${path}`, payload: {}, headers: { authorization: sign() } })
    }
    expect(lines).toMatchObject([
      { level: 30, code: 24 },
      { level: 30, code: 24 },
    ])
    await app.close()
  })

  it('counts every call once, whether it can be read or not, and no health check', async () => {
    const records: CallRecord[] = []
    const app = await startApp({
      onCall: (record) => void records.push(record),
      discardLimits: { maxBytes: 1000, maxMs: 100 },
    })
    const port = await listen(app)
    const post = { method: 'POST', url: '/face/compare' } as const
    await app.inject({ ...post, payload: body, headers: { authorization: sign() } })
    await app.inject(post)
    await app.inject('/nowhere')
    await app.inject('/%zz')
    const client = connectRaw(port)
    client.write('garbage\r\n\r\n')
    await client.until(hasAnswer)
    client.socket.destroy()
    await app.inject('/healthz')
    expect(records.map(({ code }) => code)).toEqual([0, 4, 3, 3, 3, undefined])
    const paths = ['/face/compare', '/face/compare', 'other', 'other', 'other', '/healthz']
    expect(records.map(({ path }) => path)).toEqual(paths)
    expect(records.every(({ aborted }) => !aborted)).toBe(true)
    expect(records[0]?.stages).toHaveProperty('decodeA', 1)
    await app.close()
  })

  it('keeps quiet about health checks', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger })
    await app.inject('/healthz')
    await app.inject('/readyz')
    expect(lines).toEqual([])
    await app.close()
  })

  it('takes a client that leaves for no fault of ours', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger })
    const port = await listen(app)
    const client = connectRaw(port)
    const text = JSON.stringify({ ...body, urlA: 'http://slow/' })
    client.write(
      `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${sign()}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 100))
    client.socket.destroy()
    while (!lines.some((line) => line.aborted)) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const calls = lines.filter((line) => !String(line.msg).startsWith('Server listening'))
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ level: 30, aborted: true })
    await app.close()
  })

  it('notes what was no HTTP under the id of its answer', async () => {
    const { lines, logger } = createLog()
    const app = await startApp({ logger, discardLimits: { maxBytes: 1000, maxMs: 100 } })
    const client = connectRaw(await listen(app))
    client.write('garbage\r\n\r\n')
    const text = await client.until(hasAnswer)
    const id = /x-request-id: (\S+)/.exec(text)?.[1]
    expect(lines).toContainEqual(expect.objectContaining({ session_id: id, code: 3 }))
    client.socket.destroy()
    await app.close()
  })
})
