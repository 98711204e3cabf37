import { createHash, createHmac } from 'node:crypto'
import { APPID, NOW_SECONDS, SECRET_ID, SECRET_KEY, sign } from './http-service.js'

/** A signed call on any of the wires, so that what holds on all of them is tested once for all. */
export interface WireRequest {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface Signing {
  readonly secretId?: string
  readonly secretKey?: string
  /** Whose key it is, where a signature says that. */
  readonly appid?: string
  /** When it was made, Unix seconds. */
  readonly seconds?: number
}

/** What a comparison is of: two images by their bytes or, where the wire has such, urls; or a body as it is. */
export interface Content {
  readonly a?: string
  readonly b?: string
  readonly body?: string | Buffer
}

/** What a call can be answered with, whatever the wire calls it. */
export type Outcome =
  | 'ok'
  | 'unsigned'
  | 'unknown key'
  | 'wrong signature'
  | 'expired'
  | 'busy'
  | 'used up'
  | 'too large'
  | 'unreadable'
  | 'no face'
  | 'fault'

export interface TestWire {
  readonly wire: string
  /** Whether the head of a request proves whose it is; else only its body does. */
  readonly isProvenByHead: boolean
  readonly compare: (content?: Content, signing?: Signing) => WireRequest
  readonly names: Readonly<Record<Exclude<Outcome, 'ok'>, string>>
  /** The name or the number of an error; undefined for success. */
  readonly errorIn: (answer: unknown) => string | undefined
}

export const HOST = 'doors.test'
const base64 = (text: string) => Buffer.from(text).toString('base64')
export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

/** What a member of JSON says, however deep it lies. */
function memberOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((at: unknown, name) => {
    return typeof at === 'object' && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined
  }, value)
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value)
}

function hmacChain(secret: string, scope: readonly string[], text: string): string {
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()
  const key = scope.reduce<string | Buffer>(hmac, secret)
  return hmac(key, text).toString('hex')
}

/** What is signed of a request; the defaults are what an SDK signs. */
export interface Signed {
  readonly target?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** Names in lower case. */
  readonly names?: readonly string[]
  readonly payload?: string
  readonly scope?: string
}

const lower = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** An `Authorization` header of AWS, made as its documents say and of none of our code. */
export function signSigV4(
  { target = '/', headers, body, names, payload, scope }: Signed,
  { secretId = SECRET_ID, secretKey = SECRET_KEY }: Signing = {},
): string {
  const values = lower(headers)
  const date = values['x-amz-date'] ?? ''
  const parts = (scope ?? `${date.slice(0, 8)}/eu-central-1/rekognition/aws4_request`).split('/')
  const signed = [...(names ?? Object.keys(values))].sort()
  const [path = '', query = ''] = target.split('?')
  const lines = signed.map((name) => `${name}:${values[name] ?? ''}\n`).join('')
  const canonical = `POST\n${path}\n${query}\n${lines}\n${signed.join(';')}\n${payload ?? sha256(body)}`
  const text = `AWS4-HMAC-SHA256\n${date}\n${parts.join('/')}\n${sha256(canonical)}`
  const signature = hmacChain(`AWS4${secretKey}`, parts, text)
  return `AWS4-HMAC-SHA256 Credential=${secretId}/${parts.join('/')}, SignedHeaders=${signed.join(';')}, Signature=${signature}`
}

/** The same of Tencent Cloud. */
export function signTc3(
  { target = '/', headers, body, names = ['content-type', 'host'], payload, scope }: Signed,
  { secretId = SECRET_ID, secretKey = SECRET_KEY }: Signing = {},
): string {
  const values = lower(headers)
  const timestamp = values['x-tc-timestamp'] ?? ''
  const day = new Date(1000 * Number(timestamp)).toISOString().slice(0, 10)
  const parts = (scope ?? `${day}/iai/tc3_request`).split('/')
  const [path = '', query = ''] = target.split('?')
  const lines = names.map((name) => `${name}:${values[name] ?? ''}\n`).join('')
  const canonical = `POST\n${path}\n${query}\n${lines}\n${names.join(';')}\n${payload ?? sha256(body)}`
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${parts.join('/')}\n${sha256(canonical)}`
  const signature = hmacChain(`TC3${secretKey}`, parts, text)
  return `TC3-HMAC-SHA256 Credential=${secretId}/${parts.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`
}

export interface AwsOptions extends Signing {
  readonly operation?: string
  /** Whether the hash of the body is in a header. */
  readonly isHashed?: boolean
}

/** A call of Rekognition, as its SDK or, without the hash, as older clients send it. */
export function awsRequest(
  body: string | Buffer,
  { operation = 'CompareFaces', isHashed = true, seconds = NOW_SECONDS, ...signing }: AwsOptions = {},
): WireRequest {
  const headers = {
    Host: HOST,
    'X-Amz-Target': `RekognitionService.${operation}`,
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Date': new Date(1000 * seconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, ''),
    ...(isHashed ? { 'X-Amz-Content-Sha256': sha256(body) } : {}),
  }
  return { path: '/', headers: { ...headers, Authorization: signSigV4({ headers, body }, signing) }, body }
}

export interface IaiOptions extends Signing {
  readonly action?: string
  readonly version?: string
}

/** A call of Tencent Cloud IAI, as its SDK sends it. */
export function iaiRequest(
  body: string | Buffer,
  { action = 'CompareFace', version = '2020-03-03', seconds = NOW_SECONDS, ...signing }: IaiOptions = {},
): WireRequest {
  const headers = {
    Host: HOST,
    'Content-Type': 'application/json',
    'X-TC-Action': action,
    'X-TC-Version': version,
    'X-TC-Timestamp': String(seconds),
  }
  return { path: '/', headers: { ...headers, Authorization: signTc3({ headers, body }, signing) }, body }
}

function compareFaces(isHashed: boolean): TestWire['compare'] {
  return ({ a = 'a', b = 'b', body } = {}, signing = {}) => {
    const images = { SourceImage: { Bytes: base64(a) }, TargetImage: { Bytes: base64(b) } }
    return awsRequest(body ?? JSON.stringify(images), { ...signing, isHashed })
  }
}

const REKOGNITION: Omit<TestWire, 'wire' | 'isProvenByHead' | 'compare'> = {
  names: {
    unsigned: 'MissingAuthenticationTokenException',
    'unknown key': 'UnrecognizedClientException',
    'wrong signature': 'InvalidSignatureException',
    expired: 'InvalidSignatureException',
    busy: 'ThrottlingException',
    'used up': 'LimitExceededException',
    'too large': 'ImageTooLargeException',
    unreadable: 'SerializationException',
    'no face': 'InvalidParameterException',
    fault: 'InternalServerError',
  },
  errorIn: (answer) => textOf(memberOf(answer, '__type')),
}

export const FIRST_WIRE: TestWire = {
  wire: 'POST /face/compare',
  isProvenByHead: true,
  compare({ a = 'a', b = 'b', body } = {}, { secretKey, secretId, appid, seconds = NOW_SECONDS } = {}) {
    const named = { ...(secretId === undefined ? {} : { secretId }), ...(appid === undefined ? {} : { appid }) }
    const authorization = sign({ ...named, issuedAt: seconds, expiresAt: seconds + 300 }, secretKey)
    const fields = { appid: appid ?? APPID, imageA: base64(a), imageB: base64(b) }
    return {
      path: '/face/compare',
      headers: { Host: HOST, 'Content-Type': 'application/json', Authorization: authorization },
      body: body ?? JSON.stringify(fields),
    }
  },
  names: {
    unsigned: '4',
    'unknown key': '11',
    'wrong signature': '14',
    expired: '9',
    busy: '15',
    'used up': '15',
    'too large': '23',
    unreadable: '3',
    'no face': '-1101',
    fault: '213',
  },
  errorIn(answer) {
    const code = textOf(memberOf(answer, 'code'))
    return code === '0' ? undefined : code
  },
}

export const AWS_DOOR: TestWire = {
  ...REKOGNITION,
  wire: 'rekognition',
  isProvenByHead: true,
  compare: compareFaces(true),
}

export const IAI_DOOR: TestWire = {
  wire: 'tencent-iai',
  isProvenByHead: false,
  compare: ({ a = 'a', b = 'b', body } = {}, signing = {}) =>
    iaiRequest(body ?? JSON.stringify({ ImageA: base64(a), ImageB: base64(b) }), signing),
  names: {
    unsigned: 'AuthFailure.InvalidAuthorization',
    'unknown key': 'AuthFailure.SecretIdNotFound',
    'wrong signature': 'AuthFailure.SignatureFailure',
    expired: 'AuthFailure.SignatureExpire',
    busy: 'RequestLimitExceeded',
    'used up': 'LimitExceeded',
    'too large': 'FailedOperation.ImageSizeExceed',
    unreadable: 'InvalidParameter',
    'no face': 'InvalidParameterValue.NoFaceInPhoto',
    fault: 'InternalError',
  },
  errorIn: (answer) => textOf(memberOf(answer, 'Response', 'Error', 'Code')),
}

/** Those whose requests are signed with their bodies. */
export const DOORS: readonly TestWire[] = [
  AWS_DOOR,
  { ...REKOGNITION, wire: 'rekognition, as older clients sign', isProvenByHead: false, compare: compareFaces(false) },
  IAI_DOOR,
]

export const WIRES: readonly TestWire[] = [FIRST_WIRE, ...DOORS]

/** The outcome's name on the wire; undefined for success. */
export function nameOf({ names }: TestWire, outcome: Outcome): string | undefined {
  return outcome === 'ok' ? undefined : names[outcome]
}

/** The head of a request with the length of its body, as it goes over the wire. */
export function headOf(
  { path, headers, body }: WireRequest,
  length: number | string = Buffer.byteLength(body),
): string {
  const framing = typeof length === 'number' ? `Content-Length: ${length}` : `Transfer-Encoding: ${length}`
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}${framing}\r\n\r\n`
}

export function httpOf(request: WireRequest): Buffer {
  return Buffer.concat([Buffer.from(headOf(request)), Buffer.from(request.body)])
}

export type Lines = readonly (readonly [name: string, value: string])[]
export const linesOf = ({ headers }: WireRequest): Lines => Object.entries(headers)

/** A request whose header lines are as they are given, and whose length is that of its body unless they say another. */
export function writeHttp(body: WireRequest['body'], lines: Lines, target = '/'): Buffer {
  const hasFraming = lines.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))
  const all = hasFraming ? lines : [...lines, ['Content-Length', String(Buffer.byteLength(body))] as const]
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`POST ${target} HTTP/1.1\r\n${head}\r\n`, 'latin1'), Buffer.from(body)])
}
