import { createHash, createHmac } from 'node:crypto'
import { computeSignature } from '../src/auth/signature.js'

/** The app that all calls of the benchmark are signed by. */
export const BENCH_APP = { appid: '10000001', secretId: 'AKIDbenchmark', secretKey: 'a-key-of-the-benchmark-alone' }

/** Longer than any run: a signature with e > t may be used many times. */
const SIGNATURE_SECONDS = 6 * 3600
const BOUNDARY = 'facecompare-benchmark-boundary'

export const FORMATS = ['multipart', 'json'] as const
export type Format = (typeof FORMATS)[number]

/** A whole signed request of HTTP/1.1, as it goes over the wire. */
export function makeRequest(format: Format, imageA: Uint8Array, imageB: Uint8Array): Buffer {
  return signRequest('/face/compare', format === 'json' ? makeJson(imageA, imageB) : makeMultipart(imageA, imageB))
}

/** A whole signed request of another call, as multipart: its fields in their order, pictures as files. */
export function makeFamilyRequest(
  call: string,
  fields: readonly (readonly [name: string, value: string | Uint8Array])[],
): Buffer {
  const parts = fields.map(([name, value]) => {
    return [`name="${name}"${typeof value === 'string' ? '' : '; filename="picture.jpg"'}`, value] as const
  })
  return signRequest(`/face/${call}`, encodeMultipart([['name="appid"', BENCH_APP.appid], ...parts]))
}

function signRequest(
  path: string,
  { contentType, body }: { readonly contentType: string; readonly body: Buffer },
): Buffer {
  const issuedAt = Math.floor(Date.now() / 1000)
  const { secretKey, ...named } = BENCH_APP
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: ${computeSignature({ ...named, issuedAt, expiresAt: issuedAt + SIGNATURE_SECONDS }, secretKey)}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${body.length}`,
  ]
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
}

function makeJson(imageA: Uint8Array, imageB: Uint8Array) {
  const base64 = (image: Uint8Array) => Buffer.from(image).toString('base64')
  const fields = { appid: BENCH_APP.appid, imageA: base64(imageA), imageB: base64(imageB) }
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(fields)) }
}

/** The doors of other clouds, on which the same two pictures are compared. */
export const DOORS = ['rekognition', 'iai'] as const
export type Door = (typeof DOORS)[number]

const DOOR_HOST = '127.0.0.1'
const REGION = 'eu-central-1'

/** A whole signed request of a door. It is good for five minutes, as those of the SDKs. */
export function makeDoorRequest(door: Door, imageA: Uint8Array, imageB: Uint8Array): Buffer {
  const base64 = (image: Uint8Array) => Buffer.from(image).toString('base64')
  const [a, b] = [base64(imageA), base64(imageB)]
  const { body, headers } =
    door === 'rekognition'
      ? signSigV4(JSON.stringify({ SourceImage: { Bytes: a }, TargetImage: { Bytes: b } }))
      : signTc3(JSON.stringify({ ImageA: a, ImageB: b }))
  const head = [
    'POST / HTTP/1.1',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}

type Headers = readonly (readonly [name: string, value: string])[]

function signSigV4(body: string): { readonly body: string; readonly headers: Headers } {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const headers: Headers = [
    ['content-type', 'application/x-amz-json-1.1'],
    ['host', DOOR_HOST],
    ['x-amz-content-sha256', sha256(body)],
    ['x-amz-date', date],
    ['x-amz-target', 'RekognitionService.CompareFaces'],
  ]
  const scope = [date.slice(0, 8), REGION, 'rekognition', 'aws4_request']
  const authorization = authorize({ algorithm: 'AWS4-HMAC-SHA256', prefix: 'AWS4', scope, date, headers, body })
  return { body, headers: [...headers, ['authorization', authorization]] }
}

function signTc3(body: string): { readonly body: string; readonly headers: Headers } {
  const seconds = String(Math.floor(Date.now() / 1000))
  const headers: Headers = [
    ['content-type', 'application/json'],
    ['host', DOOR_HOST],
  ]
  const scope = [new Date().toISOString().slice(0, 10), 'iai', 'tc3_request']
  const authorization = authorize({ algorithm: 'TC3-HMAC-SHA256', prefix: 'TC3', scope, date: seconds, headers, body })
  const unsigned: Headers = [
    ['x-tc-action', 'CompareFace'],
    ['x-tc-version', '2020-03-03'],
    ['x-tc-timestamp', seconds],
  ]
  return { body, headers: [...headers, ...unsigned, ['authorization', authorization]] }
}

interface ToSign {
  readonly algorithm: string
  /** What stands before the key in the first link of the chain. */
  readonly prefix: string
  readonly scope: readonly string[]
  readonly date: string
  /** In the order of their names. */
  readonly headers: Headers
  readonly body: string
}

/** SigV4 and TC3 differ in names alone where neither path nor query has anything in it. */
function authorize({ algorithm, prefix, scope, date, headers, body }: ToSign): string {
  const names = headers.map(([name]) => name).join(';')
  const lines = headers.map(([name, value]) => `${name}:${value}\n`).join('')
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`
  const path = scope.join('/')
  const key = scope.reduce<Buffer>((link, part) => hmac(link, part), Buffer.from(prefix + BENCH_APP.secretKey))
  const signature = hmac(key, `${algorithm}\n${date}\n${path}\n${sha256(canonical)}`).toString('hex')
  return `${algorithm} Credential=${BENCH_APP.secretId}/${path}, SignedHeaders=${names}, Signature=${signature}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function makeMultipart(imageA: Uint8Array, imageB: Uint8Array) {
  return encodeMultipart([
    ['name="appid"', BENCH_APP.appid],
    ['name="imageA"; filename="a.jpg"', imageA],
    ['name="imageB"; filename="b.jpg"', imageB],
  ])
}

/** Each part with the parameters of its Content-Disposition. */
export function encodeMultipart(parts: readonly (readonly [parameters: string, content: string | Uint8Array])[]) {
  const body = Buffer.concat([
    ...parts.flatMap(([parameters, content]) => [
      Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ])
  return { contentType: `multipart/form-data; boundary=${BOUNDARY}`, body }
}
