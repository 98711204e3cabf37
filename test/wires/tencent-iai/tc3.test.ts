import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../../src/auth/authenticate.js'
import { openTc3 } from '../../../src/wires/tencent-iai/tc3.js'
import { CREDENTIALS, headerOf, KEY, type RecordedRequest, sha256, withHeader } from '../recorded-request.js'
import { RECORDED_REQUESTS } from './recorded-requests.js'

const COMPARE = byName('CompareFace')
const NOW = Number(headerOf(COMPARE, 'x-tc-timestamp'))
const DATE = new Date(1000 * NOW).toISOString().slice(0, 10)

function byName(name: string): RecordedRequest {
  const found = RECORDED_REQUESTS.find((request) => request.name === name)
  if (!found) throw new Error(`Nothing recorded is called ${name}`)
  return found
}

async function verify(request: RecordedRequest, skewSeconds = 0): Promise<Identity> {
  return (await openTc3(request, { credentials: CREDENTIALS, nowSeconds: NOW + skewSeconds })).close(
    sha256(request.body),
  )
}

interface Signing {
  readonly id?: string
  readonly secret?: string
  readonly scope?: string
  /** Names and the values that are signed, whatever the request says. */
  readonly signed?: Readonly<Record<string, string>>
  readonly hash?: string
}

/** Signs as the vendor's document says. */
function sign(
  request: RecordedRequest,
  { id = KEY.secretId, secret = KEY.secretKey, scope, signed, hash }: Signing = {},
): RecordedRequest {
  const parts = (scope ?? `${DATE}/iai/tc3_request`).split('/')
  const values = signed ?? {
    'content-type': headerOf(request, 'content-type') ?? '',
    host: headerOf(request, 'host') ?? '',
  }
  const names = Object.keys(values).join(';')
  const lines = Object.entries(values).map(([name, value]) => `${name}:${value}\n`)
  const canonical = `${request.method}\n/\n\n${lines.join('')}\n${names}\n${hash ?? sha256(request.body)}`
  const key = parts.reduce<Buffer | string>((k, part) => createHmac('sha256', k).update(part).digest(), `TC3${secret}`)
  const text = `TC3-HMAC-SHA256\n${headerOf(request, 'x-tc-timestamp')}\n${parts.join('/')}\n${sha256(canonical)}`
  const signature = createHmac('sha256', key).update(text).digest('hex')
  return withHeader(
    request,
    'authorization',
    `TC3-HMAC-SHA256 Credential=${id}/${parts.join('/')}, SignedHeaders=${names}, Signature=${signature}`,
  )
}

/** Changes a part of the Authorization header. */
function withAuthorization(from: string | RegExp, to: string): RecordedRequest {
  return withHeader(COMPARE, 'authorization', (headerOf(COMPARE, 'authorization') ?? '').replace(from, to))
}

describe('openTc3', () => {
  const signed = RECORDED_REQUESTS.filter(({ name }) => name !== 'a session token')
  it.each(signed.map((request) => [request.name, request] as const))('knows who sent %s', async (_, request) => {
    await expect(verify(request)).resolves.toMatchObject({ appid: '100', bucket: '', secretId: KEY.secretId })
  })

  const javaType = 'application/json; charset=utf-8'
  it.each<[string, RecordedRequest]>([
    ['the host with its port, as Go, Java and Python', sign(COMPARE)],
    [
      'the host without its port, as Node',
      sign(COMPARE, { signed: { 'content-type': 'application/json', host: '127.0.0.1' } }),
    ],
    ['its content type with a charset, as Java', sign(withHeader(COMPARE, 'content-type', javaType))],
    [
      'values in lower case, as the document',
      sign(withHeader(COMPARE, 'content-type', 'Application/JSON; charset=UTF-8'), {
        signed: { 'content-type': javaType, host: '127.0.0.1:44651' },
      }),
    ],
    [
      'its action, too',
      sign(COMPARE, {
        signed: { 'content-type': 'application/json', host: '127.0.0.1:44651', 'x-tc-action': 'compareface' },
      }),
    ],
    [
      'a host in brackets',
      sign(withHeader(COMPARE, 'host', '[::1]:8080'), {
        signed: { 'content-type': 'application/json', host: '[::1]' },
      }),
    ],
    ['the service 127', sign(COMPARE, { scope: `${DATE}/127/tc3_request` })],
  ])('knows who signs %s', async (_, request) => {
    await expect(verify(request)).resolves.toMatchObject({ appid: '100' })
  })

  const unsigned = 'UNSIGNED-PAYLOAD'
  it.each<[string, RecordedRequest, string]>([
    ['no signature', withHeader(COMPARE, 'authorization', undefined), 'AuthFailure.InvalidAuthorization'],
    ['SKIP', withHeader(COMPARE, 'authorization', 'SKIP'), 'AuthFailure.InvalidAuthorization'],
    ['another algorithm', withAuthorization('TC3-HMAC-SHA256', 'AWS4-HMAC-SHA256'), 'AuthFailure.InvalidAuthorization'],
    ['no Credential', withAuthorization('Credential=', 'Who='), 'AuthFailure.InvalidAuthorization'],
    ['a short Credential', withAuthorization('AKIDOFTHETESTS/', ''), 'AuthFailure.InvalidAuthorization'],
    ['no SignedHeaders', withAuthorization('SignedHeaders=', 'Headers='), 'AuthFailure.InvalidAuthorization'],
    ['no Signature', withAuthorization('Signature=', 'Mac='), 'AuthFailure.InvalidAuthorization'],
    [
      'a host that is not signed',
      sign(COMPARE, { signed: { 'content-type': 'application/json' } }),
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'a content type that is not signed',
      sign(COMPARE, { signed: { host: '127.0.0.1:44651' } }),
      'AuthFailure.InvalidAuthorization',
    ],
    ['no timestamp', withHeader(COMPARE, 'x-tc-timestamp', undefined), 'AuthFailure.InvalidAuthorization'],
    ['a timestamp that is none', withHeader(COMPARE, 'x-tc-timestamp', '1e9'), 'AuthFailure.InvalidAuthorization'],
    ['two hosts', { ...COMPARE, rawHeaders: [...COMPARE.rawHeaders, 'Host', 'x'] }, 'AuthFailure.InvalidAuthorization'],
    [
      'a scope of another day',
      sign(COMPARE, { scope: '2020-01-01/iai/tc3_request' }),
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'a scope that ends otherwise',
      sign(COMPARE, { scope: `${DATE}/iai/tc4_request` }),
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'an unsigned payload',
      sign(withHeader(COMPARE, 'x-tc-content-sha256', unsigned), { hash: sha256(unsigned) }),
      'AuthFailure.InvalidAuthorization',
    ],
    ['a session token', byName('a session token'), 'AuthFailure.TokenFailure'],
    ['an unknown key', sign(COMPARE, { id: 'nobody' }), 'AuthFailure.SecretIdNotFound'],
    ['a revoked key', sign(COMPARE, { id: 'revoked' }), 'AuthFailure.SecretIdNotFound'],
    ['another secret', sign(COMPARE, { secret: 'x' }), 'AuthFailure.SignatureFailure'],
    ['another body', { ...COMPARE, body: '{}' }, 'AuthFailure.SignatureFailure'],
    ['another host', withHeader(COMPARE, 'host', 'elsewhere'), 'AuthFailure.SignatureFailure'],
    ['another content type', withHeader(COMPARE, 'content-type', 'text/plain'), 'AuthFailure.SignatureFailure'],
    ['another time', withHeader(COMPARE, 'x-tc-timestamp', String(NOW + 1)), 'AuthFailure.SignatureFailure'],
    ['another query', { ...COMPARE, target: '/?a=1' }, 'AuthFailure.SignatureFailure'],
    ['another path', { ...COMPARE, target: '/x' }, 'AuthFailure.SignatureFailure'],
  ])('refuses %s', async (_, request, iaiCode) => {
    await expect(verify(request)).rejects.toMatchObject({ name: 'FaceCompareError', iaiCode })
  })

  it('allows the clocks to differ by five minutes', async () => {
    for (const skew of [300, -300]) await expect(verify(COMPARE, skew)).resolves.toBeDefined()
    for (const skew of [301, -301]) {
      await expect(verify(COMPARE, skew)).rejects.toMatchObject({ iaiCode: 'AuthFailure.SignatureExpire' })
    }
  })

  it('cannot tell while keys cannot be looked up', async () => {
    await expect(verify(sign(COMPARE, { id: 'broken' }))).rejects.toMatchObject({ kind: 'AUTH_UNAVAILABLE' })
  })
})
