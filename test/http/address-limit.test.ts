import { describe, expect, it } from 'vitest'
import { createAddressLimiter } from '../../src/auth/address-limit.js'
import { APPID, createFakeStore, sign, startApp } from '../support/http-service.js'

const payload = { appid: APPID, urlA: 'http://host/a', urlB: 'http://host/b' }

async function start(trustProxy: readonly string[] = []) {
  let lookUps = 0
  const store = createFakeStore()
  let refusals = 0
  const app = await startApp({
    addressLimiter: createAddressLimiter(2, () => refusals++),
    trustProxy,
    store: {
      ...store,
      findApp: (appid) => {
        lookUps++
        return store.findApp(appid)
      },
    },
  })
  const call = async (authorization: string, forwardedFor?: string, remoteAddress = '10.0.0.1') => {
    const response = await app.inject({
      method: 'POST',
      url: '/face/compare',
      payload,
      remoteAddress,
      headers: { authorization, ...(forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }) },
    })
    return { code: response.json().code, status: response.statusCode, retryAfter: response.headers['retry-after'] }
  }
  return { app, call, lookUps: () => lookUps, refusals: () => refusals }
}

describe('the limit of an address', () => {
  it('comes before the signature is looked at', async () => {
    const { app, call, lookUps, refusals } = await start()
    expect([(await call('bad!')).code, (await call(sign({ appid: 'unknown' }))).code]).toEqual([5, 10])
    const before = lookUps()
    expect(await call(sign())).toEqual({ code: 15, status: 429, retryAfter: '1' })
    expect(lookUps()).toBe(before)
    expect(refusals()).toBe(1)
    expect((await call(sign(), undefined, '10.0.0.2')).code).toBe(0)
    await app.close()
  })

  it('cannot be got round by a forged X-Forwarded-For', async () => {
    const { app, call } = await start()
    const codes = []
    for (const forged of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) codes.push((await call(sign(), forged)).code)
    expect(codes).toEqual([0, 0, 15])
    await app.close()
  })

  it('counts the clients of a trusted proxy apart, by what that proxy says alone', async () => {
    const { app, call } = await start(['10.0.0.0/8'])
    const codes = []
    for (const told of ['203.0.113.1', '203.0.113.1', '203.0.113.2', '1.1.1.1, 203.0.113.1', '10.1.1.1,203.0.113.1']) {
      codes.push((await call(sign(), told)).code)
    }
    expect(codes).toEqual([0, 0, 0, 15, 15])
    await app.close()
  })

  it('takes a network of IPv6 for one client', async () => {
    const { app, call } = await start()
    const codes = []
    for (const address of ['2a00::1', '2a00::2', '2a00::3', '2a00:0:0:1::1']) {
      codes.push((await call(sign(), undefined, address)).code)
    }
    expect(codes).toEqual([0, 0, 15, 0])
    await app.close()
  })

  it('leaves health checks and preflights alone', async () => {
    const { app, call } = await start()
    for (let i = 0; i < 3; i++) await call(sign())
    expect((await app.inject('/healthz')).statusCode).toBe(200)
    expect((await app.inject({ method: 'OPTIONS', url: '/face/compare' })).statusCode).toBe(204)
    await app.close()
  })
})
