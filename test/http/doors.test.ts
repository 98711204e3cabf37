import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAddressLimiter } from '../../src/auth/address-limit.js'
import { createQuotaGate } from '../../src/auth/quota.js'
import { composeWires } from '../../src/cli/compose-wires.js'
import { FaceCompareError } from '../../src/errors.js'
import { type AwsSigner, HOST, iaiRequest, openAwsSigner, type SignedDoorRequest } from '../support/door-requests.js'
import {
  APPID,
  createFakeEngine,
  createFakeStore,
  fakeFetch,
  listen,
  NOW_SECONDS,
  type ServiceOptions,
  startApp,
} from '../support/http-service.js'

/** What holds on every wire, on the doors as well: limits, counts, refusals in the form of the door. */

let awsRequest: AwsSigner
beforeAll(async () => {
  awsRequest = await openAwsSigner()
}, 300_000)

let app: FastifyInstance | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  readonly body: Readonly<Record<string, unknown>>
  /** The name of the error; undefined for success. */
  readonly error: string | undefined
}

async function send({ headers, body }: SignedDoorRequest, method: 'GET' | 'POST' = 'POST'): Promise<Answer> {
  if (!app) throw new Error('No service')
  const payload = method === 'GET' ? {} : { payload: Buffer.from(body) }
  const response = await app.inject({ method, url: '/', headers, ...payload })
  const parsed = response.json()
  const error = parsed.__type ?? parsed.Response?.Error?.Code
  return { status: response.statusCode, headers: response.headers, body: parsed, error }
}

/** A service, and the codes that were counted. */
async function start(options: ServiceOptions = {}): Promise<{ readonly counted: [string, number][] }> {
  const counted: [string, number][] = []
  app = await startApp({ countCall: (appid, code) => counted.push([appid, code]), ...options })
  return { counted }
}

const DOORS = [
  {
    door: 'rekognition',
    request: (...args: Parameters<AwsSigner>) => awsRequest(...args),
    busy: 'ThrottlingException',
    status: 400,
    names: {
      used: 'LimitExceededException',
      key: 'UnrecognizedClientException',
      wrong: 'InvalidSignatureException',
      large: 'ImageTooLargeException',
      bad: 'SerializationException',
      noFace: 'InvalidParameterException',
    },
  },
  {
    door: 'tencent-iai',
    request: iaiRequest,
    busy: 'RequestLimitExceeded',
    status: 200,
    names: {
      used: 'LimitExceeded',
      key: 'AuthFailure.SecretIdNotFound',
      wrong: 'AuthFailure.SignatureFailure',
      large: 'FailedOperation.ImageSizeExceed',
      bad: 'InvalidParameter',
      noFace: 'InvalidParameterValue.NoFaceInPhoto',
    },
  },
] as const

describe.each(DOORS)('the door $door', ({ request, busy, status, names, door }) => {
  it('answers in its own form, and counts the call', async () => {
    const { counted } = await start()
    const answer = await send(request())
    expect(answer).toMatchObject({ status: 200, error: undefined })
    const contentType = door === 'rekognition' ? 'application/x-amz-json-1.1' : 'application/json'
    expect(answer.headers['content-type']).toBe(contentType)
    const id =
      door === 'rekognition'
        ? answer.headers['x-amzn-requestid']
        : (answer.body.Response as { RequestId: string }).RequestId
    expect(id).toBe(answer.headers['x-request-id'])
    expect(counted).toEqual([[APPID, 0]])
  })

  it('refuses in its own form what is wrong with a picture, and counts it with its code', async () => {
    const { counted } = await start()
    const noFace = door === 'rekognition' ? awsRequest({ source: 'noface' }) : iaiRequest({ a: 'noface' })
    expect(await send(noFace)).toMatchObject({ status, error: names.noFace })
    expect(counted).toEqual([[APPID, -1101]])
  })

  it('counts nothing against an app whose key somebody else names', async () => {
    const taken: string[] = []
    const { counted } = await start({ rateLimiter: { take: async (appid) => void taken.push(appid) } })
    expect(await send(request({}, { secretKey: 'of somebody else' }))).toMatchObject({ status, error: names.wrong })
    expect(await send(request({}, { secretId: 'unknown' }))).toMatchObject({ status, error: names.key })
    const altered = request()
    expect(await send({ ...altered, body: `${altered.body} ` })).toMatchObject({ error: names.wrong })
    // Of what is signed with its body's hash the head proves whose it is; the altered body is then refused all the same.
    expect(counted.filter(([, code]) => code === 0)).toEqual([])
    if (door === 'tencent-iai') expect([taken, counted]).toEqual([[], []])
  })

  it('has the limits of the app: rate, month, lost workers', async () => {
    const limited = () =>
      Promise.reject(new FaceCompareError('TOO_MANY_REQUESTS', 'Too many.', { retryAfterSeconds: 1 }))
    await start({ rateLimiter: { take: limited } })
    const answer = await send(request())
    expect(answer).toMatchObject({ status, error: busy })
    expect(answer.headers['retry-after']).toBe('1')
    await app?.close()
    const month = new Date('2026-11-02T00:00:00Z')
    const store = createFakeStore()
    const findApp = async (appid: string) => ({ appid, enabled: true, monthlyQuota: 1 })
    await start({
      quotas: createQuotaGate(
        async () => 1,
        () => month,
      ),
      store: { ...store, findApp },
    })
    expect(await send(request())).toMatchObject({ error: names.used })
    await app?.close()
    const losses = {
      note: () => {},
      requirePeace() {
        throw new FaceCompareError('TOO_MANY_REQUESTS', 'Wait.', { retryAfterSeconds: 60 })
      },
    }
    await start({ losses })
    expect(await send(request())).toMatchObject({ error: busy })
  })

  it('has the limit of the address before its signature', async () => {
    const { counted } = await start({ addressLimiter: createAddressLimiter(1) })
    expect(await send(request())).toMatchObject({ error: undefined })
    expect(await send(request())).toMatchObject({ status, error: busy })
    expect(counted).toEqual([[APPID, 0]])
  })

  it('tells a full queue, and gives the call back', async () => {
    const engine = createFakeEngine()
    const requireRoom = () => {
      throw new FaceCompareError('TOO_MANY_REQUESTS', 'The queue is full.', { retryAfterSeconds: 1 })
    }
    await start({ engine: { ...engine, requireRoom } })
    expect(await send(request())).toMatchObject({ status, error: busy })
    expect(engine.seen).toEqual([])
  })

  it('refuses bodies that are too large or no JSON', async () => {
    await start()
    expect(await send(request({ body: 'x'.repeat(300_000) }))).toMatchObject({ status, error: names.large })
    expect(await send(request({ body: '{"a":' }))).toMatchObject({ status, error: names.bad })
    expect(await send(request({ body: '[]' }))).toMatchObject({ status, error: names.bad })
  })

  it('says nothing of what went wrong inside', async () => {
    await start({ engine: { ...createFakeEngine(), analyze: () => Promise.reject(new Error('secret /etc/passwd')) } })
    const answer = await send(request())
    expect(answer.status).toBe(door === 'rekognition' ? 500 : 200)
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(answer.error).toMatch(/^Internal/)
  })

  it('refuses calls about persons while nobody may be enrolled', async () => {
    await start()
    const call =
      door === 'rekognition'
        ? awsRequest({ operation: 'ListCollections', body: '{}' })
        : iaiRequest({ action: 'GetGroupList', body: '{}' })
    expect((await send(call)).error).toBe(door === 'rekognition' ? 'AccessDeniedException' : 'UnsupportedOperation')
  })

  it('is closed when it is not among those that are open', async () => {
    const options = {
      engine: createFakeEngine(),
      fetchImage: fakeFetch,
      store: createFakeStore(),
      rateLimiter: { take: async () => {} },
    }
    const others = DOORS.map((other) => other.door).filter((name) => name !== door)
    await start({ wires: composeWires({ doors: others, s3Folder: undefined, maxImageBytes: 1000 }, options) })
    expect(await send(request())).toMatchObject({ status: 404, body: { code: 3 } })
    await app?.close()
    await start({ wires: composeWires({ doors: [], s3Folder: undefined, maxImageBytes: 1000 }, options) })
    expect(await send(request())).toMatchObject({ status: 404, body: { code: 3 } })
  })
})

describe('POST /', () => {
  it('goes by X-Amz-Target before X-TC-Action, and needs one of them', async () => {
    await start()
    const { headers, body } = awsRequest()
    expect(await send({ headers: { ...headers, 'X-TC-Action': 'CompareFace' }, body })).toMatchObject({
      body: { FaceMatches: [], UnmatchedFaces: { length: 1 } },
    })
    expect(await send({ headers: { Host: HOST }, body })).toMatchObject({ status: 404, body: { code: 3 } })
  })

  it('is not answered by GET', async () => {
    await start()
    expect(await send(iaiRequest(), 'GET')).toMatchObject({ status: 200, error: 'UnsupportedProtocol' })
  })

  it('tells the time, by which SDKs mend their clocks', async () => {
    await start()
    if (!app) throw new Error('No service')
    await listen(app)
    const { port } = app.server.address() as AddressInfo
    const { headers, body } = awsRequest({}, { seconds: NOW_SECONDS - 1200 })
    const { Host: _, 'Content-Length': __, ...rest } = headers
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers: rest, body })
    expect(Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now())).toBeLessThan(60_000)
    expect(await response.json()).toMatchObject({ __type: 'InvalidSignatureException' })
  })

  it('takes requests whose body is signed without a header that says its hash, as older clients sign', async () => {
    const { counted } = await start()
    expect(await send(awsRequest({}, { hashed: false }))).toMatchObject({ status: 200, error: undefined })
    expect(await send(awsRequest({}, { hashed: false, secretKey: 'wrong' }))).toMatchObject({
      error: 'InvalidSignatureException',
    })
    expect(counted).toEqual([[APPID, 0]])
  })
})
