import { describe, expect, it } from 'vitest'
import { createQuotaGate } from '../../src/auth/quota.js'
import type { StoredApp } from '../../src/store/store.js'
import { APPID, createFakeStore, sign, startApp } from '../support/http-service.js'

const IMAGE = Buffer.from('a face').toString('base64')
const NO_FACE = Buffer.from('noface').toString('base64')

async function startCounted(limits: Partial<StoredApp> = {}) {
  const counted: [string, number][] = []
  const app = await startApp({
    store: {
      ...createFakeStore(),
      findApp: async (appid) => (appid === APPID ? { appid, enabled: true, ...limits } : undefined),
    },
    countCall: (appid, code) => counted.push([appid, code]),
    quotas: createQuotaGate(
      async () => counted.filter(([, code]) => code === 0).length,
      () => new Date('2026-11-30T23:59:00Z'),
    ),
  })
  const call = async (payload: object | string, authorization = sign()) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await app.inject({ method: 'POST', url: '/face/compare', headers, payload })
    return { code: Number(/"code":(-?\d+)/.exec(response.body)?.[1]), headers: response.headers, body: response.body }
  }
  return { app, counted, call }
}

describe('usage', () => {
  it('is of calls whose app is known for sure', async () => {
    const { app, counted, call } = await startCounted()
    expect((await call('{}', 'bad')).code).toBe(5)
    expect((await call('{}', sign({ appid: '999' }))).code).toBe(10)
    expect((await call('{}', sign({}, 'another key'))).code).toBe(14)
    await app.inject('/healthz')
    expect(counted).toEqual([])
    await app.close()
  })

  it('has one call for each answer, with its code', async () => {
    const { app, counted, call } = await startCounted()
    for (const [payload, code] of [
      ['not JSON', 3],
      [{}, -1301],
      [{ appid: '1' }, 6],
      [{ appid: APPID, imageA: IMAGE, imageB: NO_FACE }, -1101],
      [{ appid: APPID, imageA: IMAGE, imageB: IMAGE }, 0],
    ] as const) {
      counted.length = 0
      expect((await call(payload)).code).toBe(code)
      expect(counted).toEqual([[APPID, code]])
    }
    await app.close()
  })
})

describe('a quota', () => {
  const good = { appid: APPID, imageA: IMAGE, imageB: IMAGE }

  it('is used up by successful calls alone, and answered with 15 before the body is looked at', async () => {
    const { app, counted, call } = await startCounted({ monthlyQuota: 2 })
    expect((await call({ ...good, imageA: NO_FACE })).code).toBe(-1101)
    expect((await call(good)).code).toBe(0)
    expect((await call(good)).code).toBe(0)
    for (const payload of [good, 'not JSON']) {
      const refused = await call(payload)
      expect(refused.code).toBe(15)
      expect(refused.headers['retry-after']).toBe('60')
    }
    // A failed signature is told first.
    expect((await call(good, sign({}, 'another key'))).code).toBe(14)
    expect(counted.map(([, code]) => code)).toEqual([-1101, 0, 0, 15, 15])
    await app.close()
  })
})
