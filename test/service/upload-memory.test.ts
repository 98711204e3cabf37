import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import { connectRaw, hasAnswer, parseAnswers, type RawClient } from '../support/raw-http.js'
import { BOOTSTRAP, CREDENTIAL, compare, type RunningService, sign, startService } from '../support/service.js'

const MEBIBYTE = 1024 * 1024
const BODY_BYTES = 10 * MEBIBYTE
const LIMIT_BYTES = 64 * MEBIBYTE
const CHUNK = Buffer.alloc(64 * 1024, ' ')
const FRAMED_CHUNK = Buffer.concat([Buffer.from('10000\r\n'), CHUNK, Buffer.from('\r\n')])

let service: RunningService
let ops: string
let port: number
beforeAll(async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => free.once('listening', resolve))
  const opsPort = (free.address() as AddressInfo).port
  await new Promise((resolve) => free.close(resolve))
  service = await startService({
    ...BOOTSTRAP,
    FACECOMPARE_WORKERS: '1',
    FACECOMPARE_MAX_UPLOAD_BYTES_IN_FLIGHT: `${LIMIT_BYTES / MEBIBYTE}MiB`,
    FACECOMPARE_OPS_PORT: String(opsPort),
    FACECOMPARE_LOG_LEVEL: 'warn',
  })
  ops = `http://127.0.0.1:${opsPort}`
  port = Number(new URL(service.url).port)
})
afterAll(() => service?.stop())

async function readMetric(name: string): Promise<number> {
  const text = await (await fetch(`${ops}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

/** Sends all of a body but its last byte, unless it is answered before. Resolves with the code, or undefined when held. */
async function uploadAllButEnd(client: RawClient, framing: 'length' | 'chunked', signature: string): Promise<unknown> {
  const length = framing === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${BODY_BYTES}`
  let received = ''
  client.socket.on('data', (data) => {
    received += data.toString('latin1')
  })
  client.write(
    `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${signature}\r\n${length}\r\n\r\n`,
  )
  for (let sent = 0; sent < BODY_BYTES - CHUNK.length && !received && client.socket.writable; sent += CHUNK.length) {
    if (!client.socket.write(framing === 'chunked' ? FRAMED_CHUNK : CHUNK)) {
      await new Promise<void>((resolve) => {
        client.socket
          .once('drain', resolve)
          .once('data', () => resolve())
          .once('close', () => resolve())
      })
    }
  }
  if (received === '') return undefined
  const [answer] = parseAnswers(await client.until(hasAnswer))
  expect(answer?.headers['retry-after']).toBe('1')
  return JSON.parse(answer?.body ?? '').code
}

describe('uploads of many clients at once', () => {
  it.each([
    ['of a known length, 200', 200, 'length'],
    ['chunked, 60', 60, 'chunked'],
  ] as const)('stay within their bound of memory: %s', { timeout: 60_000 }, async (_name, count, framing) => {
    const man = await cutPerson('man')
    expect((await compare(service.url, { imageA: man, imageB: man })).code).toBe(0)
    const before = await readMetric('process_resident_memory_bytes')
    const signature = sign(CREDENTIAL)
    const clients = Array.from({ length: count }, () => connectRaw(port))
    let highest = 0
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        highest = Math.max(highest, await readMetric('process_resident_memory_bytes'))
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })()
    const codes = await Promise.all(clients.map((client) => uploadAllButEnd(client, framing, signature)))
    const held = await readMetric('facecompare_upload_memory_bytes')
    isOver = true
    await watching

    expect(new Set(codes)).toEqual(new Set([15, undefined]))
    expect(held).toBeGreaterThan(0)
    expect(held).toBeLessThanOrEqual(LIMIT_BYTES)
    // What they send would be 2,000 or 600 MiB; buffers of sockets and what is thrown away come on top of the bound.
    expect((highest - before) / MEBIBYTE).toBeLessThan((3 * LIMIT_BYTES) / MEBIBYTE)

    for (const { socket } of clients) socket.destroy()
    while ((await readMetric('facecompare_upload_memory_bytes')) > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect((await compare(service.url, { imageA: man, imageB: man })).code).toBe(0)
  })
})
