import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createQuotaGate } from '../../src/auth/quota.js'
import { createFakeStore, listen, NOW_SECONDS, signOnce, startApp } from '../support/http-service.js'
import { connectRaw, hasAnswer, parseAnswers, type RawClient } from '../support/raw-http.js'
import { FIRST_WIRE, headOf, nameOf, type Outcome, type TestWire, WIRES, type WireRequest } from '../support/wires.js'

let app: FastifyInstance
let port: number
let scene: { nowSeconds: number; enabled: boolean; revoked: boolean; monthlyQuota: number | undefined }
let counted: number[]
let admitted: number
/** Of keys. */
let looks: number

beforeEach(async () => {
  scene = { nowSeconds: NOW_SECONDS, enabled: true, revoked: false, monthlyQuota: undefined }
  counted = []
  looks = 0
  admitted = 0
  const store = createFakeStore()
  app = await startApp({
    store: {
      ...store,
      findApp: async (appid) => {
        const { enabled, monthlyQuota } = scene
        return { appid, enabled, ...(monthlyQuota === undefined ? {} : { monthlyQuota }) }
      },
      findKey: async (secretId) => {
        looks++
        const key = await store.findKey(secretId)
        return key && { ...key, revoked: scene.revoked }
      },
    },
    now: () => new Date(scene.nowSeconds * 1000),
    countCall: (_appid, code) => counted.push(code),
    rateLimiter: {
      take: async () => {
        admitted++
      },
    },
    quotas: createQuotaGate(async () => counted.filter((code) => code === 0).length),
  })
  port = await listen(app)
})
afterEach(() => app.close())

/** Sends everything but the last byte of a call, so that it waits there. */
async function holdOpen(request: WireRequest): Promise<RawClient> {
  const client = connectRaw(port)
  const before = looks
  client.write(headOf(request) + request.body.slice(0, -1))
  await expect.poll(() => looks, { interval: 2 }).toBe(before + 1)
  return client
}

async function finish(client: RawClient, wire: TestWire): Promise<string | undefined> {
  client.write('}')
  const [answer] = parseAnswers(await client.until(hasAnswer))
  client.socket.destroy()
  return wire.errorIn(JSON.parse(answer?.body ?? ''))
}

describe.each(WIRES)('a call of $wire whose body takes its time', (wire) => {
  it('succeeds when nothing has changed, and is counted once', async () => {
    expect(await finish(await holdOpen(wire.compare()), wire)).toBe(undefined)
    expect([counted, admitted]).toEqual([[0], 1])
  })

  it.each<[string, object, Outcome]>([
    ['signature expires', { nowSeconds: NOW_SECONDS + 301 }, 'expired'],
    ['key is revoked', { revoked: true }, 'unknown key'],
    ['quota is set to what is used', { monthlyQuota: 0 }, 'used up'],
  ])('is refused when its %s meanwhile', async (_name, change, outcome) => {
    const client = await holdOpen(wire.compare())
    Object.assign(scene, change)
    expect(await finish(client, wire)).toBe(nameOf(wire, outcome))
  })

  it('is refused when its app is switched off meanwhile', async () => {
    const client = await holdOpen(wire.compare())
    scene.enabled = false
    // The first wire names the app, the others know it by its key.
    expect(await finish(client, wire)).toBe(wire === FIRST_WIRE ? '10' : wire.names['unknown key'])
  })

  it('has one call of a quota of one, however many wait with it', async () => {
    scene.monthlyQuota = 1
    const clients: RawClient[] = []
    for (let count = 0; count < 30; count++) clients.push(await holdOpen(wire.compare()))
    const outcomes = await Promise.all(clients.map((client) => finish(client, wire)))
    expect(outcomes.filter((name) => name === undefined)).toHaveLength(1)
    expect(outcomes.filter((name) => name === wire.names['used up'] || name === wire.names.busy)).toHaveLength(29)
  })
})

it('a single-use signature that its quota refuses is not spent', async () => {
  const request = FIRST_WIRE.compare()
  const once = { ...request, headers: { ...request.headers, Authorization: signOnce('file') } }
  const client = await holdOpen(once)
  scene.monthlyQuota = 0
  expect(await finish(client, FIRST_WIRE)).toBe(FIRST_WIRE.names['used up'])
  scene.monthlyQuota = undefined
  expect(await finish(await holdOpen(once), FIRST_WIRE)).toBe(undefined)
})
