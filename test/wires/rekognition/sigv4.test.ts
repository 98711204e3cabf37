import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../../src/auth/authenticate.js'
import { openSigV4 } from '../../../src/wires/rekognition/sigv4.js'
import { CREDENTIALS, headerOf, KEY, type RecordedRequest, sha256, withHeader } from '../recorded-request.js'
import { RECORDED_REQUESTS } from './recorded-requests.js'

const SIGNED = RECORDED_REQUESTS.filter(({ name }) => !['a session token', 'aws4 presigned'].includes(name))
const COMPARE = byName('CompareFaces')
const BOTOCORE = byName('aws4, as botocore signs')

function byName(name: string): RecordedRequest {
  const found = RECORDED_REQUESTS.find((request) => request.name === name)
  if (!found) throw new Error(`Nothing recorded is called ${name}`)
  return found
}

function secondsOf(request: RecordedRequest): number {
  const [, y, m, d, h, min, s] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(headerOf(request, 'x-amz-date') ?? '') ?? []
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(h), Number(min), Number(s)) / 1000
}

async function verify(request: RecordedRequest, skewSeconds = 0): Promise<Identity> {
  const context = { credentials: CREDENTIALS, nowSeconds: secondsOf(COMPARE) + skewSeconds }
  return (await openSigV4(request, context)).close(sha256(request.body))
}

/** Changes a part of the Authorization header. */
function withAuthorization(from: string | RegExp, to: string, request = COMPARE): RecordedRequest {
  const authorization = headerOf(request, 'authorization') ?? ''
  expect(authorization).toMatch(from)
  return withHeader(request, 'authorization', authorization.replace(from, to))
}

/** Signs anew, as the documents say, whatever is wrong with it. */
function sign(
  request: RecordedRequest,
  { scope = '', id = KEY.secretId, signed = '', secret = KEY.secretKey } = {},
): RecordedRequest {
  const date = headerOf(request, 'x-amz-date') ?? ''
  const parts = (scope || `${date.slice(0, 8)}/eu-west-1/rekognition/aws4_request`).split('/')
  const names = (signed || 'host;x-amz-date;x-amz-target').split(';')
  const lines = names.map((name) => `${name}:${headerOf(request, name)}\n`).join('')
  const hash = headerOf(request, 'x-amz-content-sha256') ?? sha256(request.body)
  const canonical = `${request.method}\n/\n\n${lines}\n${names.join(';')}\n${hash}`
  const key = parts.reduce<Buffer | string>((k, part) => createHmac('sha256', k).update(part).digest(), `AWS4${secret}`)
  const text = `AWS4-HMAC-SHA256\n${date}\n${parts.join('/')}\n${sha256(canonical)}`
  const signature = createHmac('sha256', key).update(text).digest('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${parts.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return withHeader(request, 'authorization', authorization)
}

describe('openSigV4', () => {
  it.each(SIGNED.map((request) => [request.name, request] as const))('knows who sent %s', async (_, request) => {
    await expect(verify(request)).resolves.toMatchObject({ appid: '100', bucket: '', secretId: KEY.secretId })
  })

  it('knows what this test signs', async () => {
    await expect(verify(sign(BOTOCORE))).resolves.toMatchObject({ appid: '100' })
    await expect(verify(sign(COMPARE))).resolves.toMatchObject({ appid: '100' })
  })

  it.each<[string, RecordedRequest, string, string]>([
    ['no signature', withHeader(COMPARE, 'authorization', undefined), 'MissingAuthenticationTokenException', 'Missing'],
    ['an empty one', withHeader(COMPARE, 'authorization', ''), 'MissingAuthenticationTokenException', 'Missing'],
    [
      'another algorithm',
      withAuthorization('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'),
      'IncompleteSignatureException',
      'algorithm',
    ],
    ['a bearer token', withHeader(COMPARE, 'authorization', 'Bearer abc'), 'IncompleteSignatureException', 'algorithm'],
    [
      'the algorithm alone',
      withHeader(COMPARE, 'authorization', 'AWS4-HMAC-SHA256'),
      'IncompleteSignatureException',
      "'Credential'",
    ],
    ['no Credential', withAuthorization('Credential=', 'Credentials='), 'IncompleteSignatureException', "'Credential'"],
    [
      'no SignedHeaders',
      withAuthorization('SignedHeaders=', 'Headers='),
      'IncompleteSignatureException',
      "'SignedHeaders'",
    ],
    ['no Signature', withAuthorization('Signature=', 'Mac='), 'IncompleteSignatureException', "'Signature'"],
    ['a short Signature', withAuthorization(/.$/, ''), 'IncompleteSignatureException', '64 hex'],
    ['a short Credential', withAuthorization('AKIDOFTHETESTS/', ''), 'IncompleteSignatureException', '5 slash'],
    ['a header signed twice', withAuthorization('=amz-sdk', '=host;amz-sdk'), 'IncompleteSignatureException', 'once'],
    ['no date', withHeader(COMPARE, 'x-amz-date', undefined), 'IncompleteSignatureException', 'x-amz-date'],
    [
      'a date of another form',
      sign(withHeader(COMPARE, 'x-amz-date', '2026-11-27T12:56:19Z')),
      'IncompleteSignatureException',
      'ISO-8601',
    ],
    [
      'a date that is none',
      sign(withHeader(COMPARE, 'x-amz-date', '20261399T125619Z')),
      'IncompleteSignatureException',
      'ISO-8601',
    ],
    [
      'two targets',
      { ...COMPARE, rawHeaders: [...COMPARE.rawHeaders, 'X-Amz-Target', 'RekognitionService.DeleteCollection'] },
      'IncompleteSignatureException',
      'x-amz-target',
    ],
    [
      'two signatures',
      { ...COMPARE, rawHeaders: [...COMPARE.rawHeaders, 'authorization', 'x'] },
      'IncompleteSignatureException',
      'authorization',
    ],
    ['a presigned request', byName('aws4 presigned'), 'IncompleteSignatureException', 'Presigned'],
    ['a session token', byName('a session token'), 'ExpiredTokenException', 'Session tokens'],
    ['an unknown key', sign(COMPARE, { id: 'nobody' }), 'UnrecognizedClientException', 'invalid'],
    ['a revoked key', sign(COMPARE, { id: 'revoked' }), 'UnrecognizedClientException', 'invalid'],
    ['the key of an app that is switched off', sign(COMPARE, { id: 'off' }), 'UnrecognizedClientException', 'invalid'],
    ['another secret', sign(COMPARE, { secret: 'x' }), 'InvalidSignatureException', 'does not match'],
    ['another body', { ...COMPARE, body: '{}' }, 'InvalidSignatureException', 'does not match'],
    [
      'another body whose hash is not declared',
      { ...BOTOCORE, body: '{"MaxResults":1}' },
      'InvalidSignatureException',
      'does not match',
    ],
    [
      'another action',
      withHeader(COMPARE, 'x-amz-target', 'RekognitionService.DetectFaces'),
      'InvalidSignatureException',
      'does not match',
    ],
    ['another host', withHeader(COMPARE, 'host', 'elsewhere'), 'InvalidSignatureException', 'does not match'],
    ['another method', { ...COMPARE, method: 'GET' }, 'InvalidSignatureException', 'does not match'],
    ['another path', { ...COMPARE, target: '/other' }, 'InvalidSignatureException', 'does not match'],
    ['another query', { ...COMPARE, target: '/?a=1' }, 'InvalidSignatureException', 'does not match'],
    [
      'a signed header that a proxy took away',
      withHeader(COMPARE, 'amz-sdk-request', undefined),
      'InvalidSignatureException',
      'does not match',
    ],
    [
      'an action that is not signed',
      sign(COMPARE, { signed: 'host;x-amz-date' }),
      'InvalidSignatureException',
      "'x-amz-target' must be",
    ],
    [
      'a host that is not signed',
      sign(COMPARE, { signed: 'x-amz-date;x-amz-target' }),
      'InvalidSignatureException',
      "'host' must be",
    ],
    [
      'a scope of another day',
      sign(COMPARE, { scope: '20200101/eu-west-1/rekognition/aws4_request' }),
      'InvalidSignatureException',
      'Date in Credential',
    ],
    [
      'a scope of another service',
      sign(COMPARE, { scope: '20261127/eu-west-1/s3/aws4_request' }),
      'InvalidSignatureException',
      "'rekognition'",
    ],
    [
      'a scope that ends otherwise',
      sign(COMPARE, { scope: '20261127/eu-west-1/rekognition/aws5' }),
      'InvalidSignatureException',
      'terminator',
    ],
    [
      'an unsigned payload',
      sign(withHeader(COMPARE, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD')),
      'InvalidSignatureException',
      'must be signed',
    ],
    [
      'a streaming payload',
      sign(withHeader(COMPARE, 'x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD')),
      'InvalidSignatureException',
      'must be signed',
    ],
  ])('refuses %s', async (_, request, exception, words) => {
    await expect(verify(request)).rejects.toMatchObject({
      name: 'FaceCompareError',
      exception,
      message: expect.stringContaining(words),
    })
  })

  it('refuses a declared hash of another body before the body is read', async () => {
    const forged = withHeader(COMPARE, 'x-amz-content-sha256', sha256('another'))
    const context = { credentials: CREDENTIALS, nowSeconds: secondsOf(COMPARE) }
    await expect(openSigV4(forged, context)).rejects.toMatchObject({ exception: 'InvalidSignatureException' })
  })

  it('allows the clocks to differ by five minutes, and names the times beyond', async () => {
    await expect(verify(COMPARE, 300)).resolves.toBeDefined()
    await expect(verify(COMPARE, -300)).resolves.toBeDefined()
    const date = headerOf(COMPARE, 'x-amz-date') ?? ''
    await expect(verify(COMPARE, 301)).rejects.toMatchObject({
      kind: 'SIGNATURE_EXPIRED',
      exception: 'InvalidSignatureException',
      message: expect.stringMatching(
        new RegExp(`^Signature expired: ${date} is now earlier than \\d{8}T\\d{6}Z \\(\\d{8}T\\d{6}Z - 5 min\\.\\)$`),
      ),
    })
    await expect(verify(COMPARE, -301)).rejects.toMatchObject({
      exception: 'InvalidSignatureException',
      message: expect.stringMatching(
        new RegExp(`^Signature not yet current: ${date} is still later than .* \\+ 5 min\\.\\)$`),
      ),
    })
  })

  it('cannot tell while keys cannot be looked up', async () => {
    await expect(verify(sign(COMPARE, { id: 'broken' }))).rejects.toMatchObject({ kind: 'AUTH_UNAVAILABLE' })
  })

  it('asks for the app of an unknown key, too', async () => {
    const asked: string[] = []
    const credentials = {
      findApp: async (appid: string) => {
        asked.push(`app ${appid}`)
        return undefined
      },
      findKey: async (secretId: string) => {
        asked.push(`key ${secretId}`)
        return undefined
      },
    }
    await expect(openSigV4(COMPARE, { credentials, nowSeconds: secondsOf(COMPARE) })).rejects.toThrow()
    expect(asked).toEqual([`key ${KEY.secretId}`, 'app '])
  })

  it('accepts no request of which one signed character was changed', async () => {
    const authorization = headerOf(COMPARE, 'authorization') ?? ''
    await fc.assert(
      fc.asyncProperty(fc.nat(authorization.length - 1), fc.constantFrom(...'0aA/;=, '), async (at, mark) => {
        // What separates may be doubled: it signs nothing.
        fc.pre(authorization[at] !== mark && !/[ ,]/.test(authorization[at] ?? ''))
        const changed = `${authorization.slice(0, at)}${mark}${authorization.slice(at + 1)}`
        await expect(verify(withHeader(COMPARE, 'authorization', changed))).rejects.toMatchObject({
          name: 'FaceCompareError',
        })
      }),
    )
  })
})
