import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createQuotaGate } from '../../src/auth/quota.js'
import { computeSignature } from '../../src/auth/signature.js'
import { composeServiceStore } from '../../src/cli/service-store.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { UsageMeter } from '../../src/store/usage-meter.js'
import { startApp } from '../support/http-service.js'
import { type DatabaseGate, MASTER_KEY, makeDatabase, openGate, type TestDatabase } from '../support/postgres.js'

const CREDENTIAL = { appid: '10000007', secretId: 'AKIDshared', secretKey: 'a-key-of-the-tests-alone' }
const OTHER = { appid: '10000008', secretId: 'AKIDother', secretKey: 'another-key-of-the-tests' }

interface Replica {
  readonly app: FastifyInstance
  readonly store: Store
  readonly meter: UsageMeter
  readonly requireStore: () => Promise<void>
}

let database: TestDatabase
let gate: DatabaseGate
let first: Replica
let second: Replica

async function startReplica(databaseUrl: string): Promise<Replica> {
  const store = await openPostgresStore({ url: databaseUrl, masterKey: MASTER_KEY })
  const composed = composeServiceStore(store, { rateLimit: 0 })
  const meter = new UsageMeter({ store, onTrouble: () => {}, intervalMs: 50 })
  const app = await startApp({
    store: composed.store,
    rateLimiter: composed.rateLimiter,
    quotas: createQuotaGate((appid) => meter.countSuccesses(appid)),
    countCall: (appid, code) => meter.count(appid, code),
    now: () => new Date(),
  })
  return { app, store, meter, requireStore: composed.requireStore }
}

/** The first replica reaches the database through a gate. */
beforeEach(async () => {
  results = []
  database = await makeDatabase()
  gate = await openGate(database.url)
  ;[first, second] = await Promise.all([startReplica(gate.url), startReplica(database.url)])
  await second.store.putKey(CREDENTIAL)
  await second.store.putKey(OTHER)
})

afterEach(async () => {
  for (const { app, store, meter } of [first, second]) {
    await app.close()
    await meter.close()
    await store.close()
  }
  await gate.close()
  await database.remove()
})

function sign(fileId = '', { appid, secretId, secretKey } = CREDENTIAL): string {
  const issuedAt = Math.floor(Date.now() / 1000)
  return computeSignature(
    { appid, secretId, issuedAt, expiresAt: fileId === '' ? issuedAt + 300 : 0, fileId },
    secretKey,
  )
}

/** What all calls of a test were answered with. */
let results: string[] = []

async function call({ app }: Replica, authorization: string, appid = CREDENTIAL.appid): Promise<string> {
  const image = Buffer.from('a face').toString('base64')
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: '/face/compare',
    headers: { authorization, 'content-type': 'application/json' },
    payload: { appid, imageA: image, imageB: image },
  })
  const result = `${statusCode} ${/"code":(-?\d+)/.exec(body)?.[1]}`
  results.push(result)
  return result
}

describe('replicas that share a database', () => {
  it('take a single-use signature once among all', async () => {
    const once = sign('file')
    expect(await call(first, once)).toBe('200 0')
    expect(await call(second, once)).toBe('401 13')
    expect(await call(first, once)).toBe('401 13')
    for (let round = 0; round < 5; round++) {
      const raced = sign(`raced ${round}`)
      const results = await Promise.all([first, second, first, second].map((replica) => call(replica, raced)))
      expect(results.sort()).toEqual(['200 0', '401 13', '401 13', '401 13'])
    }
  })

  it('refuse a revoked key and an app that was switched off within 5 s, and take a new key at once', async () => {
    for (const replica of [first, second]) {
      expect(await call(replica, sign())).toBe('200 0')
      expect(await call(replica, sign('', OTHER), OTHER.appid)).toBe('200 0')
    }
    await second.store.revokeKey(CREDENTIAL.secretId)
    await second.store.setAppEnabled(OTHER.appid, false)
    const made = await second.store.createKey(CREDENTIAL.appid)
    expect(await call(first, sign('', made))).toBe('200 0')
    const outcomes = async () => [
      await call(first, sign()),
      await call(second, sign()),
      await call(first, sign('', OTHER), OTHER.appid),
    ]
    await expect.poll(outcomes, { timeout: 5000, interval: 100 }).toEqual(['401 11', '401 11', '401 10'])
  })

  it.each(['shut', 'stall'] as const)('go on without it for apps that they know, and recover (%s)', async (how) => {
    expect(await call(first, sign())).toBe('200 0')
    await gate[how]()
    // Older than what is taken for true without asking.
    await new Promise((resolve) => setTimeout(resolve, 2100))
    for (let round = 0; round < 3; round++) expect(await call(first, sign())).toBe('200 0')
    await first.requireStore()

    // What nobody else can be asked about is refused, and not spent.
    const once = sign('file')
    expect(await call(first, once)).toBe('503 107')
    expect(await call(first, sign('', OTHER), OTHER.appid)).toBe('503 107')
    expect(await call(second, sign())).toBe('200 0')

    await gate.open()
    await expect.poll(() => call(first, sign('', OTHER), OTHER.appid)).toBe('200 0')
    expect(await call(first, once)).toBe('200 0')
    expect(await call(second, once)).toBe('401 13')
  })

  it('let an app call as often as it may, all together', async () => {
    await second.store.setLimits(CREDENTIAL.appid, { callsPerSecond: 10 })
    const secondNow = () => Math.floor(Date.now() / 1000)
    // Opening connections may take longer than a call waits for a count.
    await Promise.all([first, second].flatMap(({ store }) => Array.from({ length: 10 }, () => store.ping())))
    for (;;) {
      // From the beginning of a second, and after all that was counted before.
      await new Promise((resolve) => setTimeout(resolve, 2001 - (Date.now() % 1000)))
      const started = secondNow()
      const calls = Array.from({ length: 40 }, (_, index) => call(index % 2 === 0 ? first : second, sign()))
      const answers = await Promise.all(calls)
      if (secondNow() !== started) continue
      expect(answers.filter((answer) => answer === '200 0')).toHaveLength(10)
      expect(answers.filter((answer) => answer === '429 15')).toHaveLength(30)
      return
    }
  })

  it('limit by themselves while it is away', async () => {
    await second.store.setLimits(CREDENTIAL.appid, { callsPerSecond: 3 })
    expect(await call(first, sign())).toBe('200 0')
    await gate.shut()
    await new Promise((resolve) => setTimeout(resolve, 2100))
    const answers = await Promise.all(Array.from({ length: 12 }, () => call(first, sign())))
    expect(new Set(answers)).toEqual(new Set(['200 0', '429 15']))
    await gate.open()
  })

  it('share one quota and one usage, and lose none of it while the database is away', async () => {
    await second.store.setLimits(CREDENTIAL.appid, { monthlyQuota: 5 })
    for (let calls = 0; calls < 2; calls++) expect(await call(first, sign())).toBe('200 0')
    await gate.shut()
    for (let calls = 0; calls < 3; calls++) expect(await call(first, sign())).toBe('200 0')
    expect(await call(first, sign())).toBe('429 15')
    await gate.open()
    await expect.poll(() => call(second, sign()), { timeout: 5000 }).toBe('429 15')
    await Promise.all([first.meter.flush(), second.meter.flush()])
    const month = new Date().toISOString().slice(0, 7)
    const counts = await second.store.listUsage({ month, appid: CREDENTIAL.appid })
    const successes = counts.filter(({ code }) => code === 0).reduce((sum, { calls }) => sum + calls, 0)
    // Before the second replica hears of them it may let a call through.
    expect(successes).toBeGreaterThanOrEqual(5)
    expect(successes).toBe(results.filter((result) => result === '200 0').length)
  })
})
