import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signOriginal } from '../../src/auth/signature.js'
import {
  APPID,
  BUCKET,
  createFakeEngine,
  listen,
  NOW_SECONDS,
  SECRET_ID,
  SECRET_KEY,
  startApp,
} from '../support/http-service.js'
import { connectRaw, exchange, parseAnswers } from '../support/raw-http.js'

/** Bytes that are no text: whoever decodes a part as UTF-8 destroys them. */
const IMAGE_A = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x80, 0x0d, 0x0a, 0x2d, 0x2d, 0xc3, 0x28, 0xff, 0xd9])
const IMAGE_B = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xfe])
const URL_A = 'http://host/a.jpg'
const URL_B = 'http://host/b.jpg'

const engine = createFakeEngine()
let app: FastifyInstance
let port: number
beforeAll(async () => {
  app = await startApp({ engine })
  port = await listen(app)
})
afterAll(() => app.close())
beforeEach(() => {
  engine.seen.length = 0
})

const t = NOW_SECONDS
/** The signed texts of the four clients: other fields, another order, another life. */
const SIGNATURES = {
  python: signOriginal(`a=${APPID}&b=${BUCKET}&k=${SECRET_ID}&e=${t + 30}&t=${t}&r=123456789&f=`, SECRET_KEY),
  php: signOriginal(`a=${APPID}&b=${BUCKET}&k=${SECRET_ID}&e=${t + 30}&t=${t}&r=87654&f=`, SECRET_KEY),
  java: signOriginal(`a=${APPID}&b=${BUCKET}&k=${SECRET_ID}&t=${t}&e=${t + 300}`, SECRET_KEY),
  cpp: signOriginal(`a=${APPID}&b=${BUCKET}&k=${SECRET_ID}&t=${t}&e=${t + 300}`, SECRET_KEY),
}

const HOST = 'service.image.myqcloud.com'

/** One part as it goes over the wire. */
const part = (boundary: string, header: string, value: string | Buffer) =>
  Buffer.concat([Buffer.from(`--${boundary}\r\n${header}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')])
const end = (boundary: string) => Buffer.from(`--${boundary}--\r\n`)
const message = (lines: readonly string[], body: Buffer) =>
  Buffer.concat([Buffer.from([...lines, `Content-Length: ${body.length}`, '', ''].join('\r\n')), body])

async function expectOk(request: Buffer, images: readonly (string | Buffer)[]): Promise<void> {
  const client = connectRaw(port)
  const answer = await exchange(client, request)
  client.socket.destroy()
  expect(JSON.parse(answer.body)).toMatchObject({ code: 0, message: 'OK', data: { similarity: 42.5 } })
  expect([...engine.seen].sort()).toEqual(images.map((image) => image.toString('latin1')).sort())
}

describe('the Python client', () => {
  const head = (contentType: string) => [
    'POST /face/compare HTTP/1.1',
    `Host: ${HOST}`,
    'Connection: keep-alive',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    `Authorization: ${SIGNATURES.python}`,
    `Content-Type: ${contentType}`,
  ]

  it('sends urls as JSON', async () => {
    const body = Buffer.from(`{"urlB": "${URL_B}", "bucket": "${BUCKET}", "appid": "${APPID}", "urlA": "${URL_A}"}`)
    await expectOk(message(head('application/json'), body), ['a.jpg', 'b.jpg'])
  })

  it('sends everything in multipart as files without a type', async () => {
    const boundary = '4f8f2fbb0c3b4f5e9a3b4d7d0c5e6f70'
    const file = (name: string, filename: string, value: string | Buffer) =>
      part(boundary, `Content-Disposition: form-data; name="${name}"; filename="${filename}"`, value)
    const begin = [file('appid', 'appid', APPID), file('bucket', 'bucket', BUCKET)]
    const type = `multipart/form-data; boundary=${boundary}`
    const send = (parts: readonly Buffer[]) => message(head(type), Buffer.concat([...begin, ...parts, end(boundary)]))

    await expectOk(send([file('imageA', '%2Fhome%2Fme%2Fa%20b.jpg', IMAGE_A), file('imageB', 'imageB', IMAGE_B)]), [
      IMAGE_A,
      IMAGE_B,
    ])
    engine.seen.length = 0
    await expectOk(send([file('imageA', 'imageA', IMAGE_A), file('urlB', 'urlB', URL_B)]), [IMAGE_A, 'b.jpg'])
  })
})

describe('the PHP client', () => {
  const boundary = '------------------------d74496d66958873e'
  const text = (name: string, value: string | Buffer) =>
    part(boundary, `Content-Disposition: form-data; name="${name}"`, value)
  const file = (name: string, path: string, value: Buffer) =>
    part(
      boundary,
      `Content-Disposition: form-data; name="${name}"; filename="${path}"\r\nContent-Type: application/octet-stream`,
      value,
    )
  const send = (parts: readonly Buffer[]) =>
    message(
      [
        'POST /face/compare HTTP/1.1',
        `Host: ${HOST}`,
        'Accept: */*',
        'Connection: keep-alive',
        `Authorization: ${SIGNATURES.php}`,
        'Expect:',
        `Content-Type: multipart/form-data; boundary=${boundary}`,
      ],
      Buffer.concat([text('appid', APPID), text('bucket', BUCKET), ...parts, end(boundary)]),
    )

  it('sends urls as multipart', async () => {
    await expectOk(send([text('urlA', URL_A), text('urlB', URL_B)]), ['a.jpg', 'b.jpg'])
  })

  it('sends files under their whole path', async () => {
    await expectOk(send([file('imageA', '/var/www/a.jpg', IMAGE_A), file('imageB', 'C:\\img\\b.png', IMAGE_B)]), [
      IMAGE_A,
      IMAGE_B,
    ])
  })

  it('sends images from memory as raw bytes in what looks like text', async () => {
    await expectOk(send([text('imageA', IMAGE_A), text('imageB', IMAGE_B)]), [IMAGE_A, IMAGE_B])
  })
})

describe('the Java client', () => {
  const boundary = 'aQ3xTn0KcB1mGq8Wl5sYv'
  const head = (contentType: string) => [
    'POST /face/compare HTTP/1.1',
    `Authorization: ${SIGNATURES.java}`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Host: ${HOST}`,
  ]
  const text = (name: string, value: string) =>
    part(boundary, `Content-Disposition: form-data; name="${name}"\r\nContent-Length: ${value.length}`, value)
  const file = (name: string, value: Buffer) =>
    part(
      boundary,
      `Content-Disposition: form-data; name="${name}"; filename="${name}.jpg"\r\nContent-Type: image/jpg\r\nContent-Length: ${value.length}`,
      value,
    )

  it('sends urls as JSON, twice in a second under the same signature', async () => {
    const body = Buffer.from(JSON.stringify({ appid: APPID, bucket: BUCKET, urlA: URL_A, urlB: URL_B }))
    for (let i = 0; i < 2; i++) {
      engine.seen.length = 0
      await expectOk(message(head('application/json; charset=utf-8'), body), ['a.jpg', 'b.jpg'])
    }
  })

  it('sends images as typed files', async () => {
    const parts = [text('bucket', BUCKET), text('appid', APPID), file('imageA', IMAGE_A), file('imageB', IMAGE_B)]
    const body = Buffer.concat([...parts, end(boundary)])
    await expectOk(message(head(`multipart/form-data; boundary=${boundary}`), body), [IMAGE_A, IMAGE_B])
  })

  it('can read the body of an error, and the connection closes after it', async () => {
    const client = connectRaw(port)
    client.write(message(head('application/json'), Buffer.from(JSON.stringify({ appid: APPID }))))
    const [answer] = parseAnswers(await client.untilClosed())
    client.socket.destroy()
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: -1301, data: { fail_flag: 1 } })
  })
})

describe('the C++ client', () => {
  const boundary = '------------------------5c1f6f0e3b9a7d21'
  const head = (contentType: string, ...more: readonly string[]) => [
    'POST /face/compare HTTP/1.1',
    `Host: ${HOST}`,
    'Accept: */*',
    `Authorization: ${SIGNATURES.cpp}`,
    `Content-Type: ${contentType}`,
    ...more,
  ]
  const text = (name: string, value: string) => part(boundary, `Content-Disposition: form-data; name="${name}"`, value)
  const file = (name: string, value: Buffer) =>
    part(
      boundary,
      `Content-Disposition: form-data; name="${name}"; filename="${name}"\r\nContent-Type: application/octet-stream`,
      value,
    )

  it('sends urls as JSON with a newline at its end', async () => {
    const body = Buffer.from(
      `{"appid":"${APPID}","bucket":"${BUCKET}","urlA":"${URL_A.replaceAll('/', '\\/')}","urlB":"${URL_B}"}\n`,
    )
    await expectOk(message(head('application/json'), body), ['a.jpg', 'b.jpg'])
  })

  it('sends parts in the order of the alphabet, after asking whether it may', async () => {
    const parts = [text('appid', APPID), text('bucket', BUCKET), file('imageA', IMAGE_A), text('urlB', URL_B)]
    const body = Buffer.concat([...parts, end(boundary)])
    const whole = message(head(`multipart/form-data; boundary=${boundary}`, 'Expect: 100-continue'), body)
    const client = connectRaw(port)
    client.write(whole.subarray(0, whole.length - body.length))
    await client.until((received) => received.includes('100 Continue'))
    const answer = await exchange(client, body)
    client.socket.destroy()
    expect(JSON.parse(answer.body).code).toBe(0)
    expect([...engine.seen].sort()).toEqual([IMAGE_A.toString('latin1'), 'b.jpg'].sort())
  })
})

describe('a mini-program', () => {
  const boundary = 'WebKitFormBoundary7MA4YWxkTrZu0gW'
  const body = Buffer.concat([
    part(boundary, `Content-Disposition: form-data; name="appid"`, APPID),
    part(boundary, `Content-Disposition: form-data; name="urlB"`, URL_B),
    part(
      boundary,
      `Content-Disposition: form-data; name="imageA"; filename="tmp_1.jpg"\r\nContent-Type: image/jpeg`,
      IMAGE_A,
    ),
    end(boundary),
  ])

  it.each([
    ['as Bearer', '/face/compare', [`Authorization: Bearer ${SIGNATURES.python}`]],
    ['in the query', `/face/compare?sign=${encodeURIComponent(SIGNATURES.python)}`, []],
  ])('signs %s', async (_name, path, headers) => {
    const lines = [
      `POST ${path} HTTP/1.1`,
      `Host: ${HOST}`,
      `content-type: multipart/form-data; boundary=${boundary}`,
      ...headers,
    ]
    await expectOk(message(lines, body), [IMAGE_A, 'b.jpg'])
  })
})
