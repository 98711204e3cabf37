import { describe, expect, it } from 'vitest'
import { APPID } from '../support/http-service.js'
import { connectRaw, hasAnswer, parseAnswers } from '../support/raw-http.js'
import { setUpRawService } from '../support/raw-service.js'
import {
  DOORS,
  HOST,
  headOf,
  httpOf,
  type Lines,
  linesOf,
  WIRES,
  type WireRequest,
  writeHttp,
} from '../support/wires.js'

/** Where the doors are, and how bodies come there: byte for byte. */

const { engine, counted, port, send, errorOf, refusalOf } = setUpRawService({
  uploadPace: { stallMs: 300, minRate: 0 },
  discardLimits: { maxBytes: 1_000_000, maxMs: 200 },
})

describe.each(DOORS)('the door $wire', (wire) => {
  const request = wire.compare()

  it('takes what changes nothing: names in any case, an empty query, the whole url, headers for others', async () => {
    for (const bytes of [
      writeHttp(
        request.body,
        linesOf(request).map(([name, value]) => [name.toUpperCase(), value] as const),
      ),
      writeHttp(
        request.body,
        linesOf(request).map(([name, value]) => [name.toLowerCase(), value] as const),
      ),
      writeHttp(request.body, linesOf(request), '/?'),
      writeHttp(request.body, linesOf(request), `http://${HOST}/`),
      writeHttp(request.body, [
        ['X-HTTP-Method-Override', 'DELETE'],
        ['X-Original-URL', '/face/delperson'],
        ...linesOf(request),
      ]),
      writeHttp(request.body, [
        ['X-Forwarded-Host', 'other.test'],
        ['Origin', 'https://other.test'],
        ...linesOf(request),
      ]),
    ]) {
      expect(await errorOf(wire, bytes)).toBe(undefined)
    }
    expect(counted()).toEqual(Array(6).fill([APPID, 0]))
  })

  it('takes the same request again while its signature holds, as the original does, and counts it again', async () => {
    for (let times = 0; times < 2; times++) expect(await errorOf(wire, httpOf(request))).toBe(undefined)
    expect(counted()).toEqual([
      [APPID, 0],
      [APPID, 0],
    ])
  })

  it.each(['//', '/%2f', '/%2F', '/.', '/./', '/x/..', '/;', '/index.html', '/face', '/%00', '/%zz', '*', 'x', '/\\'])(
    'is at / alone, and not at %s',
    async (target) => {
      const { status, body } = await send(writeHttp(request.body, linesOf(request), target))
      expect(status).toBeGreaterThanOrEqual(400)
      expect(JSON.parse(body)).toMatchObject({ code: 3 })
      expect([counted(), engine.seen]).toEqual([[], []])
    },
  )

  it('refuses a body that was changed on its way, cut off, or goes on', async () => {
    const { headers, body } = request
    const changed = body.toString().replace('YQ==', 'Yg==')
    expect(changed).not.toBe(body)
    for (const other of [changed, '', body.slice(0, -1), `${body} `]) {
      expect(await refusalOf(wire, writeHttp(other, Object.entries(headers)))).toBe(wire.names['wrong signature'])
    }
  })

  it.each([
    [
      'a length and chunks',
      (lines: Lines) => [...lines, ['Content-Length', '2'], ['Transfer-Encoding', 'chunked']] as const,
    ],
    ['two lengths', (lines: Lines) => [...lines, ['Content-Length', '2'], ['Content-Length', '4']] as const],
    ['a length that is none', (lines: Lines) => [...lines, ['Content-Length', '+2']] as const],
    ['a line that is folded', (lines: Lines) => [...lines, ['X-A', 'b\r\n c'], ['Content-Length', '2']] as const],
  ])('is not reached by what is no HTTP: %s', async (_name, add) => {
    const client = connectRaw(port())
    client.write(Buffer.concat([writeHttp(request.body, add(linesOf(request))), httpOf(request)]))
    const answers = parseAnswers(await client.untilClosed())
    expect(answers.map(({ status }) => status)).toEqual([400])
    client.socket.destroy()
    expect([counted(), engine.seen]).toEqual([[], []])
  })
})

describe.each(WIRES)('on $wire', (wire) => {
  const forged = wire.compare({}, { secretKey: 'of somebody else' })

  it('what follows a refused body is never read as a part of it, nor the body as a request', async () => {
    const client = connectRaw(port())
    client.write(headOf(forged))
    if (wire.isProvenByHead) await client.until(hasAnswer)
    client.write(Buffer.concat([Buffer.from(forged.body), httpOf(wire.compare())]))
    const text = await (wire.isProvenByHead
      ? client.untilClosed()
      : client.until((received) => received.split('HTTP/1.1 200').length === 3 || countOf(received) === 2))
    const errors = parseAnswers(text).map(({ body }) => wire.errorIn(JSON.parse(body)))
    expect(errors).toEqual([wire.names['wrong signature'], ...(wire.isProvenByHead ? [] : [undefined])])
    client.socket.destroy()
  })

  it('a body is asked for only when its head is good', async () => {
    const waiting = ({ headers, ...rest }: WireRequest) =>
      headOf({ ...rest, headers: { ...headers, Expect: '100-continue' } })
    const unknown = connectRaw(port())
    unknown.write(waiting(wire.compare({}, { secretId: 'unknown' })))
    const [refused] = parseAnswers(await unknown.until(hasAnswer))
    expect(refused).toMatchObject({ headers: { connection: 'close' } })
    expect(wire.errorIn(JSON.parse(refused?.body ?? ''))).toBe(wire.names['unknown key'])
    const good = connectRaw(port())
    good.write(waiting(wire.compare()))
    expect(await good.until((text) => text !== '')).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    good.write(wire.compare().body)
    const answers = parseAnswers(await good.until(hasAnswer))
    expect(wire.errorIn(JSON.parse(answers[1]?.body ?? ''))).toBe(undefined)
    for (const { socket } of [unknown, good]) socket.destroy()
  })

  it('an upload that stands still is ended, in the form of the wire', async () => {
    const client = connectRaw(port())
    client.write(headOf(wire.compare(), 1000))
    const [answer] = parseAnswers(await client.untilClosed())
    expect(answer?.headers.connection).toBe('close')
    expect(wire.errorIn(JSON.parse(answer?.body ?? ''))).toBe(wire.names.unreadable)
    client.socket.destroy()
  })

  it('a body may come in chunks of a byte', async () => {
    const request = wire.compare({ a: 'a'.repeat(5000) })
    const chunks = [...request.body.toString()].map((letter) => `1\r\n${letter}\r\n`)
    expect(await errorOf(wire, Buffer.from(`${headOf(request, 'chunked')}${chunks.join('')}0\r\n\r\n`))).toBe(undefined)
  })
})

function countOf(received: string): number {
  try {
    return parseAnswers(received).length
  } catch {
    return 0
  }
}
