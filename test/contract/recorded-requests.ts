import { signOriginal } from '../../src/auth/signature.js'
import { APPID, BUCKET, SECRET_ID, SECRET_KEY } from '../support/http-service.js'

/** Bytes that are no text: whoever decodes a part as UTF-8 destroys them. */
export const IMAGE_A = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x80, 0x0d, 0x0a, 0x2d, 0x2d, 0xc3, 0x28, 0xff, 0xd9])
export const IMAGE_B = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xfe])
/** Large enough for a client that asks before it sends. */
const LARGE_IMAGE = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * i) % 251))
export const URL_A = 'http://host/a.jpg'
export const URL_B = 'http://host/b.jpg'
/** What comes of the urls. */
const FROM_URL_A = Buffer.from('a.jpg')
const FROM_URL_B = Buffer.from('b.jpg')

export type OfficialClient = 'Python' | 'PHP' | 'Java' | 'C++'

export interface RecordedRequest {
  readonly client: OfficialClient
  readonly what: string
  readonly lines: readonly string[]
  readonly body: Buffer
  /** The images that it brings, of A and of B. */
  readonly images: readonly [Buffer, Buffer]
}

/** The signed text of a client: fields, their order and the life of the signature are its own. `t` is in Unix seconds. */
export function signAs(client: OfficialClient, t: number, secretKey = SECRET_KEY): string {
  const known = `a=${APPID}&b=${BUCKET}&k=${SECRET_ID}`
  const originals = {
    Python: `${known}&e=${t + 30}&t=${t}&r=123456789&f=`,
    PHP: `${known}&e=${t + 30}&t=${t}&r=87654&f=`,
    Java: `${known}&t=${t}&e=${t + 300}`,
    'C++': `${known}&t=${t}&e=${t + 300}`,
  }
  return signOriginal(originals[client], secretKey)
}

/** In seconds. */
export const SIGNATURE_LIFE: Readonly<Record<OfficialClient, number>> = { Python: 30, PHP: 30, Java: 300, 'C++': 300 }

/** Everything that a client may send, with this signature and to this host. */
export function requestsOf(client: OfficialClient, sign: string, host: string): readonly RecordedRequest[] {
  const make = { Python: pythonRequests, PHP: phpRequests, Java: javaRequests, 'C++': cppRequests }[client]
  return make(sign, host).map((request) => ({ client, ...request }))
}

type Unnamed = Omit<RecordedRequest, 'client'>

function part(boundary: string, header: string, value: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`--${boundary}\r\n${header}\r\n\r\n`), Buffer.from(value), Buffer.from('\r\n')])
}

function disposition(name: string, filename?: string): string {
  return `Content-Disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`
}

function form(boundary: string, parts: readonly Buffer[]): Buffer {
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

const REQUEST_LINE = 'POST /face/compare HTTP/1.1'

function pythonRequests(sign: string, host: string): readonly Unnamed[] {
  const boundary = '4f8f2fbb0c3b4f5e9a3b4d7d0c5e6f70'
  const file = (name: string, value: string | Buffer, filename = name) =>
    part(boundary, disposition(name, filename), value)
  const lines = (type: string) => [
    REQUEST_LINE,
    `Host: ${host}`,
    'Connection: keep-alive',
    'Accept-Encoding: gzip, deflate',
    'Accept: */*',
    `Authorization: ${sign}`,
    `Content-Type: ${type}`,
  ]
  const multipart = (...parts: readonly Buffer[]) => ({
    lines: lines(`multipart/form-data; boundary=${boundary}`),
    body: form(boundary, [file('appid', APPID), file('bucket', BUCKET), ...parts]),
  })
  const json = `{"urlB": "${URL_B}", "bucket": "${BUCKET}", "appid": "${APPID}", "urlA": "${URL_A}"}`
  const [fromFile, fromMemory] = [file('imageA', IMAGE_A, '%2Fhome%2Fme%2Fa%20b.jpg'), file('imageB', IMAGE_B)]
  return [
    { what: 'urls', lines: lines('application/json'), body: Buffer.from(json), images: [FROM_URL_A, FROM_URL_B] },
    { what: 'a file and memory', ...multipart(fromFile, fromMemory), images: [IMAGE_A, IMAGE_B] },
    { what: 'a file and a url', ...multipart(fromFile, file('urlB', URL_B)), images: [IMAGE_A, FROM_URL_B] },
    { what: 'a url and memory', ...multipart(file('urlA', URL_A), fromMemory), images: [FROM_URL_A, IMAGE_B] },
  ]
}

function phpRequests(sign: string, host: string): readonly Unnamed[] {
  const boundary = '------------------------d74496d66958873e'
  const plain = (name: string, value: string | Buffer) => part(boundary, disposition(name), value)
  const file = (name: string, value: Buffer, path: string) =>
    part(boundary, `${disposition(name, path)}\r\nContent-Type: application/octet-stream`, value)
  const multipart = (...parts: readonly Buffer[]) => ({
    lines: [
      REQUEST_LINE,
      `Host: ${host}`,
      'Accept: */*',
      'Connection: keep-alive',
      `Authorization: ${sign}`,
      'Expect:',
      `Content-Type: multipart/form-data; boundary=${boundary}`,
    ],
    body: form(boundary, [plain('appid', APPID), plain('bucket', BUCKET), ...parts]),
  })
  const [fileA, fileB] = [file('imageA', IMAGE_A, '/var/www/a.jpg'), file('imageB', IMAGE_B, 'C:\\img\\b.png')]
  const [memoryA, memoryB] = [plain('imageA', IMAGE_A), plain('imageB', IMAGE_B)]
  const [urlA, urlB] = [plain('urlA', URL_A), plain('urlB', URL_B)]
  return [
    { what: 'urls', ...multipart(urlA, urlB), images: [FROM_URL_A, FROM_URL_B] },
    { what: 'files', ...multipart(fileA, fileB), images: [IMAGE_A, IMAGE_B] },
    { what: 'memory', ...multipart(memoryA, memoryB), images: [IMAGE_A, IMAGE_B] },
    { what: 'a file and a url', ...multipart(fileA, urlB), images: [IMAGE_A, FROM_URL_B] },
    { what: 'a url and memory', ...multipart(urlA, memoryB), images: [FROM_URL_A, IMAGE_B] },
  ]
}

function javaRequests(sign: string, host: string): readonly Unnamed[] {
  const boundary = 'aQ3xTn0KcB1mGq8Wl5sYv'
  const plain = (name: string, value: string) =>
    part(boundary, `${disposition(name)}\r\nContent-Length: ${value.length}`, value)
  const file = (name: string, value: Buffer) => {
    const header = `${disposition(name, `${name}.jpg`)}\r\nContent-Type: image/jpg\r\nContent-Length: ${value.length}`
    return part(boundary, header, value)
  }
  const lines = (type: string) => [
    REQUEST_LINE,
    `Authorization: ${sign}`,
    'Connection: close',
    `Content-Type: ${type}`,
    `Host: ${host}`,
  ]
  const json = JSON.stringify({ appid: APPID, bucket: BUCKET, urlA: URL_A, urlB: URL_B })
  const parts = [plain('bucket', BUCKET), plain('appid', APPID), file('imageA', IMAGE_A), file('imageB', IMAGE_B)]
  return [
    {
      what: 'urls',
      lines: lines('application/json; charset=utf-8'),
      body: Buffer.from(json),
      images: [FROM_URL_A, FROM_URL_B],
    },
    {
      what: 'files',
      lines: lines(`multipart/form-data; boundary=${boundary}`),
      body: form(boundary, parts),
      images: [IMAGE_A, IMAGE_B],
    },
  ]
}

function cppRequests(sign: string, host: string): readonly Unnamed[] {
  const boundary = '------------------------5c1f6f0e3b9a7d21'
  const plain = (name: string, value: string) => part(boundary, disposition(name), value)
  const file = (name: string, value: Buffer) =>
    part(boundary, `${disposition(name, name)}\r\nContent-Type: application/octet-stream`, value)
  const lines = (type: string, ...more: readonly string[]) => [
    REQUEST_LINE,
    `Host: ${host}`,
    'Accept: */*',
    `Authorization: ${sign}`,
    `Content-Type: ${type}`,
    ...more,
  ]
  const type = `multipart/form-data; boundary=${boundary}`
  const body = (...parts: readonly Buffer[]) =>
    form(boundary, [plain('appid', APPID), plain('bucket', BUCKET), ...parts])
  const multipart = (...parts: readonly Buffer[]) => ({ lines: lines(type), body: body(...parts) })
  const json = `{"appid":"${APPID}","bucket":"${BUCKET}","urlA":"${URL_A}","urlB":"${URL_B}"}\n`
  const [imageA, imageB] = [file('imageA', IMAGE_A), file('imageB', IMAGE_B)]
  return [
    { what: 'urls', lines: lines('application/json'), body: Buffer.from(json), images: [FROM_URL_A, FROM_URL_B] },
    { what: 'images', ...multipart(imageA, imageB), images: [IMAGE_A, IMAGE_B] },
    { what: 'an image and a url', ...multipart(imageA, plain('urlB', URL_B)), images: [IMAGE_A, FROM_URL_B] },
    { what: 'a url and an image', ...multipart(imageB, plain('urlA', URL_A)), images: [FROM_URL_A, IMAGE_B] },
    {
      what: 'a large image, after asking',
      lines: lines(type, 'Expect: 100-continue'),
      body: body(file('imageA', LARGE_IMAGE), imageB),
      images: [LARGE_IMAGE, IMAGE_B],
    },
  ]
}

/** A file and a form field in one body, as mini-programs and pages send them. */
export function miniProgramRequest(path: string, headers: readonly string[]): Pick<RecordedRequest, 'lines' | 'body'> {
  const boundary = 'WebKitFormBoundary7MA4YWxkTrZu0gW'
  const body = form(boundary, [
    part(boundary, disposition('appid'), APPID),
    part(boundary, disposition('urlB'), URL_B),
    part(boundary, `${disposition('imageA', 'tmp_1.jpg')}\r\nContent-Type: image/jpeg`, IMAGE_A),
  ])
  const type = `content-type: multipart/form-data; boundary=${boundary}`
  return { lines: [`POST ${path} HTTP/1.1`, 'Host: service.image.myqcloud.com', type, ...headers], body }
}
