import { computeSignature } from '../src/auth/signature.js'
import { awsRequest, httpOf, iaiRequest } from '../test/support/wires.js'

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

/** A whole signed request of a door. It is good for five minutes, as those of the SDKs. */
export function makeDoorRequest(door: Door, imageA: Uint8Array, imageB: Uint8Array): Buffer {
  const base64 = (image: Uint8Array) => Buffer.from(image).toString('base64')
  const [a, b] = [base64(imageA), base64(imageB)]
  const signing = { ...BENCH_APP, seconds: Math.floor(Date.now() / 1000) }
  const request =
    door === 'rekognition'
      ? awsRequest(JSON.stringify({ SourceImage: { Bytes: a }, TargetImage: { Bytes: b } }), signing)
      : iaiRequest(JSON.stringify({ ImageA: a, ImageB: b }), signing)
  return httpOf(request)
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
