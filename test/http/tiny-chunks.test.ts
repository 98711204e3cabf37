import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { pauseBetweenTinyChunks } from '../../src/http/tiny-chunks.js'
import { APPID, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, hasAnswer, parseAnswers } from '../support/raw-http.js'

const inTinyChunks = (text: string) => `${[...text].map((letter) => `1\r\n${letter}\r\n`).join('')}0\r\n\r\n`

describe('a body in chunks of one byte', () => {
  it('is read whole, and the connection goes on', async () => {
    const app = await startApp()
    const port = await listen(app)
    const image = 'A'.repeat(20_000)
    const body = inTinyChunks(JSON.stringify({ appid: APPID, imageA: image, imageB: image }))
    const head = (signature: string) =>
      `POST /face/compare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: ${signature}\r\nTransfer-Encoding: chunked\r\n\r\n`
    const client = connectRaw(port)
    for (const nth of [1, 2]) {
      client.write(head(sign()) + body)
      const received = await client.until((text) => text.split('"code":').length > nth)
      expect(parseAnswers(received).map(({ status }) => status)).toEqual(Array(nth).fill(200))
    }
    const unsigned = connectRaw(port)
    unsigned.write(head('') + body)
    expect(parseAnswers(await unsigned.until(hasAnswer))[0]?.status).toBe(401)
    await unsigned.untilClosed()
    for (const { socket } of [client, unsigned]) socket.destroy()
    await app.close()
  })

  it('leaves others their turn: one packet of it is taken in each, however much has come', async () => {
    const chunks = 100_000
    let most = 0
    let inThisTurn = 0
    const server = createServer(async (request, response) => {
      // Meanwhile the kernel takes in as much as it has room for.
      await setTimeout(200)
      const endTurn = () => {
        inThisTurn = 0
        if (!request.readableEnded) setImmediate(endTurn)
      }
      endTurn()
      pauseBetweenTinyChunks(request)
      request.on('data', () => {
        most = Math.max(most, ++inThisTurn)
      })
      request.on('end', () => response.end())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const client = connectRaw((server.address() as AddressInfo).port)
    client.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    client.write(inTinyChunks(' '.repeat(chunks)))
    await client.until((text) => text.includes('200 OK'))
    // 64 KiB are read at once: a chunk of a byte is six on the wire.
    expect(most).toBeLessThan(2 * (65_536 / 6))
    client.socket.destroy()
    server.close()
  })
})
