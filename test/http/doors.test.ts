import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { createAddressLimiter } from '../../src/auth/address-limit.js'
import { createQuotaGate } from '../../src/auth/quota.js'
import { composeWires } from '../../src/cli/compose-wires.js'
import { FaceCompareError } from '../../src/errors.js'
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
import { connectRaw, exchange } from '../support/raw-http.js'
import { AWS_DOOR, awsRequest, DOORS, HOST, httpOf, IAI_DOOR, iaiRequest, type WireRequest } from '../support/wires.js'

/** What holds on every wire, on the doors as well: limits, counts, refusals in the form of the door. */

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

async function send({ headers, body }: WireRequest, method: 'GET' | 'POST' = 'POST'): Promise<Answer> {
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

const isRekognition = (wire: string) => wire.startsWith('rekognition')

describe.each(DOORS)('the door $wire', ({ compare, names, wire, isProvenByHead }) => {
  const status = isRekognition(wire) ? 400 : 200

  it('answers in its own form, and counts the call', async () => {
    const { counted } = await start()
    const answer = await send(compare())
    expect(answer).toMatchObject({ status: 200, error: undefined })
    const contentType = isRekognition(wire) ? 'application/x-amz-json-1.1' : 'application/json'
    expect(answer.headers['content-type']).toBe(contentType)
    const id = isRekognition(wire)
      ? answer.headers['x-amzn-requestid']
      : (answer.body.Response as { RequestId: string }).RequestId
    expect(id).toBe(answer.headers['x-request-id'])
    expect(counted).toEqual([[APPID, 0]])
  })

  it('refuses in its own form what is wrong with a picture, and counts it with its code', async () => {
    const { counted } = await start()
    expect(await send(compare({ a: 'noface' }))).toMatchObject({ status, error: names['no face'] })
    expect(counted).toEqual([[APPID, -1101]])
  })

  it('counts nothing against an app whose key somebody else names', async () => {
    const taken: string[] = []
    const { counted } = await start({ rateLimiter: { take: async (appid) => void taken.push(appid) } })
    expect(await send(compare({}, { secretKey: 'of somebody else' }))).toMatchObject({
      status,
      error: names['wrong signature'],
    })
    expect(await send(compare({}, { secretId: 'unknown' }))).toMatchObject({ status, error: names['unknown key'] })
    const altered = compare()
    expect(await send({ ...altered, body: `${altered.body} ` })).toMatchObject({ error: names['wrong signature'] })
    // Of what is signed with its body's hash the head proves whose it is; the altered body is then refused all the same.
    expect(counted.filter(([, code]) => code === 0)).toEqual([])
    if (!isProvenByHead) expect([taken, counted]).toEqual([[], []])
  })

  it('has the limits of the app: rate, month, lost workers', async () => {
    const limited = () =>
      Promise.reject(new FaceCompareError('TOO_MANY_REQUESTS', 'Too many.', { retryAfterSeconds: 1 }))
    await start({ rateLimiter: { take: limited } })
    const answer = await send(compare())
    expect(answer).toMatchObject({ status, error: names.busy })
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
    expect(await send(compare())).toMatchObject({ error: names['used up'] })
    await app?.close()
    const losses = {
      note: () => {},
      requirePeace() {
        throw new FaceCompareError('TOO_MANY_REQUESTS', 'Wait.', { retryAfterSeconds: 60 })
      },
    }
    await start({ losses })
    expect(await send(compare())).toMatchObject({ error: names.busy })
  })

  it('has the limit of the address before its signature', async () => {
    const { counted } = await start({ addressLimiter: createAddressLimiter(1) })
    expect(await send(compare())).toMatchObject({ error: undefined })
    expect(await send(compare())).toMatchObject({ status, error: names.busy })
    expect(counted).toEqual([[APPID, 0]])
  })

  it('tells a full queue, and gives the call back', async () => {
    const engine = createFakeEngine()
    const requireRoom = () => {
      throw new FaceCompareError('TOO_MANY_REQUESTS', 'The queue is full.', { retryAfterSeconds: 1 })
    }
    await start({ engine: { ...engine, requireRoom } })
    expect(await send(compare())).toMatchObject({ status, error: names.busy })
    expect(engine.seen).toEqual([])
  })

  it('refuses bodies that are too large or no JSON', async () => {
    await start()
    expect(await send(compare({ body: 'x'.repeat(300_000) }))).toMatchObject({ status, error: names['too large'] })
    expect(await send(compare({ body: '{"a":' }))).toMatchObject({ status, error: names.unreadable })
    expect(await send(compare({ body: '[]' }))).toMatchObject({ status, error: names.unreadable })
  })

  it('says nothing of what went wrong inside', async () => {
    await start({ engine: { ...createFakeEngine(), analyze: () => Promise.reject(new Error('secret /etc/passwd')) } })
    const answer = await send(compare())
    expect(answer.status).toBe(isRekognition(wire) ? 500 : 200)
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    expect(answer.error).toMatch(/^Internal/)
  })

  it('refuses calls about persons while nobody may be enrolled', async () => {
    await start()
    const call = isRekognition(wire)
      ? awsRequest('{}', { operation: 'ListCollections' })
      : iaiRequest('{}', { action: 'GetGroupList' })
    expect((await send(call)).error).toBe(isRekognition(wire) ? 'AccessDeniedException' : 'UnsupportedOperation')
  })

  it('is closed when it is not among those that are open', async () => {
    const options = {
      engine: createFakeEngine(),
      fetchImage: fakeFetch,
      store: createFakeStore(),
      rateLimiter: { take: async () => {} },
    }
    const others = isRekognition(wire) ? (['tencent-iai'] as const) : (['rekognition'] as const)
    await start({ wires: composeWires({ doors: others, s3Folder: undefined, maxImageBytes: 1000 }, options) })
    expect(await send(compare())).toMatchObject({ status: 404, body: { code: 3 } })
    await app?.close()
    await start({ wires: composeWires({ doors: [], s3Folder: undefined, maxImageBytes: 1000 }, options) })
    expect(await send(compare())).toMatchObject({ status: 404, body: { code: 3 } })
  })
})

describe('POST /', () => {
  it('goes by X-Amz-Target before X-TC-Action, and needs one of them', async () => {
    await start()
    const request = AWS_DOOR.compare()
    expect(await send({ ...request, headers: { ...request.headers, 'X-TC-Action': 'CompareFace' } })).toMatchObject({
      body: { FaceMatches: [], UnmatchedFaces: { length: 1 } },
    })
    expect(await send({ ...request, headers: { Host: HOST } })).toMatchObject({ status: 404, body: { code: 3 } })
  })

  it('is not answered by GET', async () => {
    await start()
    expect(await send(IAI_DOOR.compare(), 'GET')).toMatchObject({ status: 200, error: 'UnsupportedProtocol' })
  })

  it('tells the time, by which SDKs mend their clocks', async () => {
    await start()
    if (!app) throw new Error('No service')
    const port = await listen(app)
    const late = AWS_DOOR.compare({}, { seconds: NOW_SECONDS - 1200 })
    const answer = await exchange(connectRaw(port), httpOf(late))
    expect(Math.abs(Date.parse(answer.headers.date ?? '') - Date.now())).toBeLessThan(60_000)
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'InvalidSignatureException' })
  })
})
