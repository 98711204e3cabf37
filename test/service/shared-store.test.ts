import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { computeSignature } from '../../src/auth/signature.js'
import { composeServiceStore } from '../../src/cli/service-store.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { startApp } from '../support/http-service.js'
import { type DatabaseGate, MASTER_KEY, makeDatabase, openGate, type TestDatabase } from '../support/postgres.js'

const CREDENTIAL = { appid: '10000007', secretId: 'AKIDshared', secretKey: 'a-key-of-the-tests-alone' }
const OTHER = { appid: '10000008', secretId: 'AKIDother', secretKey: 'another-key-of-the-tests' }

interface Replica {
  readonly app: FastifyInstance
  readonly store: Store
  readonly requireStore: () => Promise<void>
}

let database: TestDatabase
let gate: DatabaseGate
let first: Replica
let second: Replica

async function startReplica(databaseUrl: string): Promise<Replica> {
  const store = await openPostgresStore({ url: databaseUrl, masterKey: MASTER_KEY })
  const composed = composeServiceStore(store, { databaseUrl })
  const app = await startApp({ store: composed.store, now: () => new Date() })
  return { app, store, requireStore: composed.requireStore }
}

/** The first replica reaches the database through a gate. */
beforeEach(async () => {
  database = await makeDatabase()
  gate = await openGate(database.url)
  ;[first, second] = await Promise.all([startReplica(gate.url), startReplica(database.url)])
  await second.store.putKey(CREDENTIAL)
  await second.store.putKey(OTHER)
})

afterEach(async () => {
  for (const { app, store } of [first, second]) {
    await app.close()
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

async function call({ app }: Replica, authorization: string, appid = CREDENTIAL.appid): Promise<string> {
  const image = Buffer.from('a face').toString('base64')
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: '/face/compare',
    headers: { authorization, 'content-type': 'application/json' },
    payload: { appid, imageA: image, imageB: image },
  })
  return `${statusCode} ${/"code":(-?\d+)/.exec(body)?.[1]}`
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
})
