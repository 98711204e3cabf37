import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import {
  APPID,
  BUCKET,
  createFakeEngine,
  MAX_BODY_BYTES,
  MAX_IMAGE_BYTES,
  multipart,
  NOW_SECONDS,
  type Part,
  SECRET_ID,
  sign,
  signOnce,
  startApp,
} from '../support/http-service.js'

let app: FastifyInstance
beforeEach(async () => {
  app = await startApp()
})
afterEach(() => app.close())

const FORM_TYPE = 'multipart/form-data; boundary=--------------acebdf13572468'
const urls = { appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' }

const post = (payload: string | Buffer | undefined, options: InjectOptions = {}) =>
  app.inject({
    method: 'POST',
    url: '/face/compare',
    ...(payload === undefined ? {} : { payload }),
    ...options,
    headers: { authorization: sign(), 'content-type': 'application/json', ...options.headers },
  })

const postJson = (body: unknown, options?: InjectOptions) => post(JSON.stringify(body), options)

const postParts = (parts: readonly Part[], options: InjectOptions = {}) =>
  post(multipart(parts), { ...options, headers: { 'content-type': FORM_TYPE, ...options.headers } })

const base64 = (text: string) => Buffer.from(text).toString('base64')

type Expected = readonly [code: number, status: number, failFlag?: 1 | 2]

function check(response: Awaited<ReturnType<typeof post>>, [code, status, failFlag]: Expected) {
  const answer = response.json()
  expect({ code: answer.code, status: response.statusCode, failFlag: answer.data.fail_flag }).toEqual({
    code,
    status,
    failFlag,
  })
  expect(response.headers['content-type']).toBe('application/json')
  expect(response.headers['cache-control']).toBe('no-store')
  expect(answer.data.session_id).toBe(response.headers['x-request-id'])
  expect(answer.data.session_id).toMatch(/^[0-9a-f-]{36}$/)
  expect(answer.data.detail).toMatch(/\.$/)
  expect(answer.message).toMatch(/^[A-Z_]+$/)
  expect(answer.data).not.toHaveProperty('similarity')
}

describe('the body as a whole', () => {
  const refused: readonly (readonly [string, () => ReturnType<typeof post>, Expected])[] = [
    ['no body and no type', () => post(undefined, { headers: { 'content-type': '' } }), [3, 400]],
    ['an empty body', () => post(''), [3, 400]],
    ['an empty multipart body', () => post('', { headers: { 'content-type': FORM_TYPE } }), [3, 400]],
    ['no JSON', () => post('{"appid":'), [3, 400]],
    ['JSON that is a list', () => post('[]'), [3, 400]],
    ['JSON that is null', () => post('null'), [3, 400]],
    ['JSON that is text', () => post('"x"'), [3, 400]],
    ['JSON that is no UTF-8', () => post(Buffer.from('{"appid":"\xff"}', 'latin1')), [3, 400]],
    ['deeply nested JSON', () => post('['.repeat(100_000)), [3, 400]],
    ['JSON of many parts', () => post(`{"x":[${'{},'.repeat(30_000)}{}]}`), [3, 400]],
    ['an unknown type', () => post('x', { headers: { 'content-type': 'text/plain' } }), [3, 400]],
    ['a type that is none', () => post('x', { headers: { 'content-type': 'application' } }), [3, 400]],
    ['a type with odd parameters', () => post('x', { headers: { 'content-type': 'a/b; ;=;"' } }), [3, 400]],
    ['a compressed body', () => postJson(urls, { headers: { 'content-encoding': 'gzip' } }), [3, 400]],
    ['a body over the limit', () => post(' '.repeat(MAX_BODY_BYTES + 1)), [23, 413]],
    [
      'a compressed body over the limit',
      () => post(' '.repeat(MAX_BODY_BYTES + 1), { headers: { 'content-encoding': 'br' } }),
      [23, 413],
    ],
    [
      'a form field given twice',
      () => post('appid=1&appid=1', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      [3, 400],
    ],
    [
      'a form of many fields',
      () => post('a&'.repeat(1001), { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      [3, 400],
    ],
    [
      'a multipart field given twice',
      () =>
        postParts([
          { name: 'appid', value: APPID },
          { name: 'appid', value: APPID },
        ]),
      [3, 400],
    ],
    [
      'multipart without its end',
      () =>
        post(multipart([{ name: 'appid', value: APPID }], { end: false }), { headers: { 'content-type': FORM_TYPE } }),
      [3, 400],
    ],
    [
      'multipart with another boundary',
      () =>
        post(multipart([{ name: 'appid', value: APPID }], { boundary: 'other' }), {
          headers: { 'content-type': FORM_TYPE },
        }),
      [3, 400],
    ],
    [
      'multipart of no boundary at all',
      () => post('hello\r\nworld', { headers: { 'content-type': 'multipart/form-data' } }),
      [3, 400],
    ],
    [
      '/face/identify without a comparison, where nobody is enrolled',
      () => postJson({ appid: APPID, group_id: 'x' }, { url: '/face/identify' }),
      [24, 501],
    ],
  ]
  it.each(refused)('%s', async (_name, send, expected) => check(await send(), expected))

  it.each([
    [
      'application/x-www-form-urlencoded',
      JSON.stringify(urls),
      /^The body is JSON, .* Content-Type: application\/json\.$/,
    ],
    [FORM_TYPE, ` \n${JSON.stringify(urls)}`, /^The body is JSON, /],
    [
      'application/json',
      multipart([{ name: 'appid', value: APPID }]),
      /^The body is multipart, .* multipart\/form-data /,
    ],
    ['application/x-www-form-urlencoded', multipart([{ name: 'appid', value: APPID }]), /^The body is multipart, /],
    ['', JSON.stringify(urls), /no Content-Type: send application\/json with a JSON body/],
  ])('under %s says what the body is: %s', async (type, body, sentence) => {
    const response = await post(body, { headers: { 'content-type': type } })
    check(response, [3, 400])
    expect(response.json().data.detail).toMatch(sentence)
  })

  it('takes a body of exactly the limit', async () => {
    const text = JSON.stringify(urls)
    const response = await post(text + ' '.repeat(MAX_BODY_BYTES - text.length))
    expect(response.json().code).toBe(0)
  })
})

describe('the app that a body names', () => {
  const refused: readonly (readonly [string, unknown, Expected])[] = [
    ['is missing', {}, [-1301, 200]],
    ['is null', { ...urls, appid: null }, [-1301, 200]],
    ['is empty', { ...urls, appid: '' }, [-1301, 200]],
    ['is too long', { ...urls, appid: '1'.repeat(2049) }, [-1304, 200]],
    ['is long and another', { ...urls, appid: '1'.repeat(2048) }, [6, 403]],
    ['is another', { ...urls, appid: '10001291' }, [6, 403]],
    ['is an object', { ...urls, appid: {} }, [21, 400]],
    ['is a fraction', { ...urls, appid: 1.5 }, [21, 400]],
    ['is an unsafe integer', { ...urls, appid: 2 ** 53 }, [21, 400]],
    ['has another bucket', { ...urls, bucket: 'other' }, [6, 403]],
    ['has a bucket that is a number', { ...urls, bucket: 1 }, [21, 400]],
  ]
  it.each(refused)('%s', async (_name, body, expected) => check(await postJson(body), expected))

  it.each([
    ['a number', { ...urls, appid: Number(APPID) }, sign()],
    ['with the bucket', { ...urls, bucket: BUCKET }, sign()],
    ['with an empty bucket', { ...urls, bucket: '' }, sign()],
    ['with a bucket that the signature does not name', { ...urls, bucket: 'x' }, sign({ bucket: '' })],
  ])('passes as %s', async (_name, body, authorization) => {
    expect((await postJson(body, { headers: { authorization } })).json().code).toBe(0)
  })
})

describe('one side of a comparison', () => {
  const long = `http://host/${'a'.repeat(2048 - 'http://host/'.length)}`
  const refused: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly [number, number]])[] = [
    ['is missing', {}, [-1301, 200]],
    ['is null', { url: null, image: null }, [-1301, 200]],
    ['has an empty url only', { url: '' }, [-1301, 200]],
    ['has a url that is a number', { url: 1 }, [21, 400]],
    ['has a url of another scheme', { url: 'ftp://host/a' }, [21, 400]],
    ['has a url that is none', { url: 'host/a' }, [21, 400]],
    ['has a url with a password', { url: 'http://user:pass@host/a' }, [21, 400]],
    ['has a long url of another scheme', { url: `ftp://${'a'.repeat(3000)}` }, [-1304, 200]],
    ['has a url that is too long', { url: `${long}a` }, [-1304, 200]],
    ['has an empty image', { image: '' }, [-1300, 200]],
    ['has an empty data url', { image: 'data:image/jpeg;base64,' }, [-1300, 200]],
    ['has an image that is a number', { image: 7 }, [21, 400]],
    ['has an image that is a list', { image: ['eA=='] }, [21, 400]],
    ['has bad Base64', { image: 'a*b' }, [-1400, 200]],
    ['has Base64 of an impossible length', { image: 'abcde' }, [-1400, 200]],
    ['has Base64 with padding inside', { image: 'ab==cd==' }, [-1400, 200]],
    ['has a data url that is not Base64', { image: 'data:image/svg+xml,<svg/>' }, [-1400, 200]],
    ['has an image that is too large', { image: Buffer.alloc(MAX_IMAGE_BYTES + 1).toString('base64') }, [23, 413]],
    ['is no image', { image: base64('garbage') }, [-1400, 200]],
    ['does not decode', { image: base64('broken') }, [-1102, 200]],
    ['has no face', { image: base64('noface') }, [-1101, 200]],
    ['misses the deadline', { image: base64('late') }, [213, 500]],
    ['breaks the engine', { image: base64('crash') }, [213, 500]],
    ['cannot be reached', { url: 'http://unreachable/' }, [-1308, 200]],
    ['answers with 404', { url: 'http://status-404/' }, [-1403, 200]],
    ['answers with nothing', { url: 'http://host/' }, [-1300, 200]],
    ['breaks the fetcher', { url: 'http://crash/' }, [213, 500]],
  ]

  it.each(refused)('%s', async (_name, side, [code, status]) => {
    for (const [letter, other, flag] of [
      ['A', 'B', 1],
      ['B', 'A', 2],
    ] as const) {
      const fields = Object.entries(side).map(([name, value]) => [`${name}${letter}`, value])
      const response = await postJson({ appid: APPID, [`url${other}`]: 'http://host/x', ...Object.fromEntries(fields) })
      check(response, [code, status, flag])
      expect(response.body).not.toContain('secret')
    }
  })

  it('takes a url of exactly 2048 characters', async () => {
    expect((await postJson({ ...urls, urlA: long })).json().code).toBe(0)
  })

  it('is refused as empty or too large in multipart as well', async () => {
    const appid = { name: 'appid', value: APPID }
    const image = { name: 'imageA', value: 'x' }
    check(
      await postParts([appid, { name: 'imageA', value: '' }, image && { name: 'imageB', value: 'x' }]),
      [-1300, 200, 1],
    )
    check(await postParts([appid, image, { name: 'imageB', value: Buffer.alloc(MAX_IMAGE_BYTES + 1) }]), [23, 413, 2])
  })

  it('has no fail_flag when the queue is full, and a Retry-After', async () => {
    const response = await postJson({ appid: APPID, imageA: base64('busy'), urlB: 'http://host/b' })
    check(response, [15, 429])
    expect(response.headers['retry-after']).toBe('1')
  })

  it('does not wait for A when the queue had no place for B', async () => {
    check(await postJson({ appid: APPID, imageA: base64('slow'), imageB: base64('busy') }), [15, 429])
  })
})

describe('the order of checks', () => {
  const both = (a: object, b: object) => ({ appid: APPID, ...a, ...b })
  const ordered: readonly (readonly [string, unknown, Expected])[] = [
    ['both sides missing: A', { appid: APPID }, [-1301, 200, 1]],
    ['both failing: A', both({ imageA: base64('noface') }, { imageB: base64('garbage') }), [-1101, 200, 1]],
    [
      'A fails late, B early without the network: B',
      both({ imageA: base64('noface') }, { urlB: 'ftp://x' }),
      [21, 400, 2],
    ],
    [
      'A too large, B missing: A',
      both({ imageA: Buffer.alloc(MAX_IMAGE_BYTES + 1).toString('base64') }, {}),
      [23, 413, 1],
    ],
    ['no appid before another appid and bad sides', { imageA: 1 }, [-1301, 200]],
    ['another appid before bad sides', { appid: '1', imageA: 1 }, [6, 403]],
    [
      'a url over an image on the same side, even a bad one',
      both({ imageA: 7, urlA: 'http://host/a' }, { urlB: 'http://unreachable/' }),
      [-1308, 200, 2],
    ],
    [
      'A slow, B failed at once: waits for A',
      both({ urlA: 'http://unreachable/' }, { imageB: base64('crash') }),
      [-1308, 200, 1],
    ],
  ]
  it.each(ordered)('%s', async (_name, body, expected) => check(await postJson(body), expected))

  it('gives up on B when A has failed', async () => {
    check(await postJson({ appid: APPID, imageA: base64('noface'), urlB: 'http://slow/' }), [-1101, 200, 1])
  })
})

describe('the signature', () => {
  const refused: readonly (readonly [string, string | undefined, Expected])[] = [
    ['is missing', undefined, [4, 401]],
    ['is empty', '', [4, 401]],
    ['is Bearer alone', 'Bearer', [4, 401]],
    ['is of another scheme', 'Basic abc', [5, 400]],
    ['is no Base64', '***', [5, 400]],
    ['is of an unknown app', sign({ appid: 'unknown' }), [10, 401]],
    ['is of an app that is switched off', sign({ appid: 'off' }), [10, 401]],
    ['is of an unknown key', sign({ secretId: 'unknown' }), [11, 401]],
    ['is of a revoked key', sign({ secretId: 'revoked' }), [11, 401]],
    ['is of a key of another app', sign({ secretId: 'other' }), [12, 401]],
    ['is made with another SecretKey', sign({}, 'wrong'), [14, 401]],
    ['is made in the future', sign({ issuedAt: NOW_SECONDS + 301, expiresAt: NOW_SECONDS + 400 }), [14, 401]],
    ['has expired', sign({ issuedAt: NOW_SECONDS - 100, expiresAt: NOW_SECONDS - 1 }), [9, 401]],
    ['cannot be checked', sign({ appid: 'down' }), [107, 503]],
  ]
  it.each(refused)('%s', async (_name, authorization, expected) => {
    // Not even the body is looked at.
    const response = await app.inject({
      method: 'POST',
      url: '/face/compare',
      payload: 'x'.repeat(MAX_BODY_BYTES + 1),
      headers: { 'content-type': 'what/ever', ...(authorization === undefined ? {} : { authorization }) },
    })
    check(response, expected)
    expect(response.body).not.toContain('secret')
  })

  it.each([
    ['Bearer', { headers: { authorization: `bearer ${sign()}` } }],
    ['the query', { url: `/face/compare?sign=${encodeURIComponent(sign())}`, headers: { authorization: '' } }],
    ['the query with plus signs as they are', { url: `/face/compare?sign=${sign()}`, headers: { authorization: '' } }],
  ])('is taken from %s', async (_name, options) => {
    expect((await postJson(urls, options)).json().code).toBe(0)
  })

  it('in the header wins over the query, even when it is bad', async () => {
    check(
      await postJson(urls, {
        url: `/face/compare?sign=${encodeURIComponent(sign())}`,
        headers: { authorization: 'bad!' },
      }),
      [5, 400],
    )
  })

  it('given twice in the query is none', async () => {
    const text = encodeURIComponent(sign())
    check(
      await postJson(urls, { url: `/face/compare?sign=${text}&sign=${text}`, headers: { authorization: '' } }),
      [5, 400],
    )
  })

  it('works again and again when it is of many uses', async () => {
    for (let i = 0; i < 3; i++) expect((await postJson(urls)).json().code).toBe(0)
  })

  it('works once when it is of single use, and a refused body does not spend it', async () => {
    const headers = { authorization: signOnce('once') }
    check(await postJson({}, { headers }), [-1301, 200])
    check(await postJson({ ...urls, appid: '1' }, { headers }), [6, 403])
    check(await post('{', { headers }), [3, 400])
    expect((await postJson(urls, { headers })).json().code).toBe(0)
    check(await postJson(urls, { headers }), [13, 401])
    // 13 comes before the sides are looked at.
    check(await postJson({ appid: APPID }, { headers: { authorization: `Bearer ${signOnce('once')}` } }), [13, 401])
  })
})

it('asks to come again before it spends a single-use signature', async () => {
  let isFull = false
  const busy = await startApp({
    engine: {
      ...createFakeEngine(),
      requireRoom(images) {
        expect(images).toBe(2)
        if (isFull) throw new FaceCompareError('TOO_MANY_REQUESTS', 'The service is busy.', { retryAfterSeconds: 1 })
      },
    },
  })
  const send = (payload: object) =>
    busy.inject({ method: 'POST', url: '/face/compare', payload, headers: { authorization: signOnce('busy') } })
  check(await send({ appid: '1' }), [6, 403])
  isFull = true
  // The body is not looked at any more, but its head is: what can never be taken is told so.
  check(await send({ appid: '1' }), [15, 429])
  const headers = { authorization: signOnce('busy'), 'content-type': 'text/plain' }
  check(await busy.inject({ method: 'POST', url: '/face/compare', payload: 'x', headers }), [3, 400])
  const tooLarge = { ...headers, 'content-type': 'application/json', 'content-length': '1000000000' }
  check(await busy.inject({ method: 'POST', url: '/face/compare', payload: '{}', headers: tooLarge }), [23, 413])
  const refused = await send(urls)
  check(refused, [15, 429])
  expect(refused.headers['retry-after']).toBe('1')
  isFull = false
  expect((await send(urls)).json().code).toBe(0)
  check(await send(urls), [13, 401])
  await busy.close()
})

it('limits the rate of an app after its signature, before its body', async () => {
  const taken: string[] = []
  const limited = await startApp({
    rateLimiter: {
      async take(appid) {
        taken.push(appid)
        throw new FaceCompareError('TOO_MANY_REQUESTS', 'Too many calls.', { retryAfterSeconds: 7 })
      },
    },
  })
  const send = (authorization: string) =>
    limited.inject({ method: 'POST', url: '/face/compare', headers: { authorization } })
  check(await send(sign({}, 'wrong')), [14, 401])
  expect(taken).toEqual([])
  const response = await send(sign())
  check(response, [15, 429])
  expect(response.headers['retry-after']).toBe('7')
  expect(taken).toEqual([APPID])
  await limited.close()
})

it('answers 107 when the ledger of signatures is down', async () => {
  const store = {
    findApp: async (appid: string) => ({ appid, enabled: true }),
    findKey: async () => ({
      secretId: SECRET_ID,
      appid: APPID,
      secretKey: 'nwOKDouy5JctNOlnere4gkVoOUz5EYAb',
      revoked: false,
    }),
    claimSignature: async () => {
      throw new Error('secret')
    },
  }
  await app.close()
  app = await startApp({ store })
  check(await postJson(urls, { headers: { authorization: signOnce('x') } }), [107, 503])
})

it('answers signed calls with status 200 when it is told to, and nothing else', async () => {
  await app.close()
  app = await startApp({ statusAlways200: true })
  for (const url of ['/face/compare', '/face/identify']) {
    check(await post('{', { url }), [3, 200])
    check(await postJson(urls, { url, headers: { authorization: '' } }), [4, 200])
    check(await postJson({ appid: APPID, imageA: base64('crash'), urlB: 'http://host/b' }, { url }), [213, 200, 1])
  }
  check(await postJson(urls, { url: '/nowhere' }), [3, 404])
  check(await postJson(urls, { method: 'PUT' }), [3, 405])
  check(await postJson(urls, { url: '/%zz' }), [3, 400])
})
