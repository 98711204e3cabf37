import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFakeEngine, listen, sign, startApp } from '../support/http-service.js'
import { connectRaw, exchange } from '../support/raw-http.js'

/** The example requests of the specification as they are printed; only the signature, the length and the line ends of the head are put right. */
const URL_EXAMPLE = `POST /face/identify HTTP/1.1
Authorization: FCHXdPTEwMDAwMzc5Jms9QUtJRGVRZDBrRU1yM2J4ZjhRckJi==
Host: service.image.myqcloud.com
Content-Length: 123
Content-Type: application/json

{
  "appid":"123456",
  "urlA":"http://test-123456.image.myqcloud.com/testA.jpg",
  "urlB":"http://test-123456.image.myqcloud.com/testB.jpg"
}`

const IMAGE_EXAMPLE = `POST /face/identify HTTP/1.1
Authorization: FCHXdPTEwMDAwMzc5Jms9QUtJRGVRZDBrRU1yM2J4ZjhRckJi==
Host: service.image.myqcloud.com
Content-Length: 460
Content-Type: multipart/form-data;boundary=--------------acebdf13572468

----------------acebdf13572468
Content-Disposition: form-data; name="appid";

123456
----------------acebdf13572468
Content-Disposition: form-data; name="imageA"; filename="testA.jpg"
Content-Type: image/jpeg

xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
----------------acebdf13572468
Content-Disposition: form-data; name="imageB"; filename="testB.jpg"
Content-Type: image/jpeg

xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
----------------acebdf13572468--`

/** The printed lengths fit neither way of ending lines. */
function complete(example: string, lineEnd: '\n' | '\r\n', authorization: string): string {
  const split = example.indexOf('\n\n')
  const body = example.slice(split + 2).replaceAll('\n', lineEnd)
  const head = example
    .slice(0, split)
    .replace(/Authorization: .*/, `Authorization: ${authorization}`)
    .replace(/Content-Length: .*/, `Content-Length: ${body.length}`)
  return `${head.replaceAll('\n', '\r\n')}\r\n\r\n${body}`
}

const engine = createFakeEngine()
let app: FastifyInstance
let port: number
beforeAll(async () => {
  app = await startApp({ engine })
  port = await listen(app)
})
afterAll(() => app.close())

const SIGNATURE = sign({ appid: '123456', secretId: '123456', bucket: '' })

async function send(text: string) {
  engine.seen.length = 0
  const client = connectRaw(port)
  const answer = await exchange(client, text)
  client.socket.destroy()
  return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) }
}

describe.each([
  ['CRLF', '\r\n'],
  ['LF', '\n'],
] as const)('the examples with %s between the lines of the body', (_name, lineEnd) => {
  it('with urls', async () => {
    const answer = await send(complete(URL_EXAMPLE, lineEnd, SIGNATURE))
    expect(answer.body).toMatchObject({ code: 0, message: 'OK', data: { similarity: 42.5 } })
    expect([...engine.seen].sort()).toEqual(['testA.jpg', 'testB.jpg'])
  })

  it('with images', async () => {
    const answer = await send(complete(IMAGE_EXAMPLE, lineEnd, SIGNATURE))
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', connection: 'keep-alive' },
    })
    expect(answer.body).toMatchObject({ code: 0, message: 'OK', data: { similarity: 100 } })
    expect(engine.seen).toEqual(['x'.repeat(46), 'x'.repeat(46)])
  })
})

it('the printed signature is malformed', async () => {
  expect(
    (await send(complete(URL_EXAMPLE, '\n', 'FCHXdPTEwMDAwMzc5Jms9QUtJRGVRZDBrRU1yM2J4ZjhRckJi=='))).body.code,
  ).toBe(5)
})
