import { timingSafeEqual } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { authenticate, type CredentialSource } from '../../src/auth/authenticate.js'
import { computeMac, signOriginal } from '../../src/auth/signature.js'
import { FaceCompareError } from '../../src/errors.js'
import { createFakeStore, sign as signForApp, startApp } from '../support/http-service.js'

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  return { ...original, timingSafeEqual: vi.fn(original.timingSafeEqual) }
})

const NOW = 1_700_000_000
const SECRET = 'SecretKeyOfTheTests'
const ORIGINAL = `a=100&b=&k=good&e=${NOW + 300}&t=${NOW}&r=1&u=0&f=`
const GOOD = Buffer.from(signOriginal(ORIGINAL, SECRET), 'base64')

const credentials: CredentialSource = {
  findApp: async (appid) => (['100', '200'].includes(appid) ? { appid, enabled: true } : undefined),
  findKey: async (secretId) => {
    if (secretId === 'good') return { secretId, appid: '100', secretKey: SECRET, revoked: false }
    return secretId === 'other' ? { secretId, appid: '200', secretKey: 'AnotherSecretKey', revoked: false } : undefined
  },
}

const check = (raw: Uint8Array) =>
  authenticate(
    { authorization: Buffer.from(raw).toString('base64'), sign: undefined },
    { credentials, nowSeconds: NOW },
  )

async function refusalOf(raw: Uint8Array): Promise<FaceCompareError> {
  try {
    await check(raw)
  } catch (error) {
    if (error instanceof FaceCompareError) return error
    throw error
  }
  throw new Error(`Accepted: ${Buffer.from(raw).toString('base64')}`)
}

/** Whole numbers below `limit`, the same in every run (mulberry32). */
function createDice(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

const FORGERIES: readonly ((roll: (limit: number) => number) => Buffer)[] = [
  // One bit of the HMAC, or of the text.
  (roll) => {
    const raw = Buffer.from(GOOD)
    const bit = roll(raw.length * 8)
    raw[bit >> 3] = (raw[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return raw
  },
  // A guessed HMAC.
  (roll) => Buffer.concat([Buffer.from(Array.from({ length: 20 }, () => roll(256))), GOOD.subarray(20)]),
  // Another key over the same text; the empty one among them.
  (roll) => Buffer.concat([computeMac(GOOD.subarray(20), 'k'.repeat(roll(40))), GOOD.subarray(20)]),
  // A longer life, another app, another field, under the old HMAC.
  (roll) => {
    const texts = [
      ORIGINAL.replace(`e=${NOW + 300}`, `e=${NOW + 301 + roll(100_000)}`),
      ORIGINAL.replace('a=100', 'a=200'),
      ORIGINAL.replace('k=good', 'k=other'),
      `${ORIGINAL}${roll(1000)}`,
      ORIGINAL.replace('r=1', `r=${2 + roll(1000)}`),
    ]
    return Buffer.concat([GOOD.subarray(0, 20), Buffer.from(texts[roll(texts.length)] ?? '')])
  },
  // Cut short, at either end.
  (roll) => (roll(2) === 0 ? GOOD.subarray(0, roll(GOOD.length)) : GOOD.subarray(1 + roll(GOOD.length - 1))),
  // Another app's valid key over a text of this app.
  (roll) =>
    Buffer.from(
      signOriginal(ORIGINAL.replace('k=good', 'k=other').replace('r=1', `r=${roll(1000)}`), 'AnotherSecretKey'),
      'base64',
    ),
]

describe('forged signatures', () => {
  it('are refused, ten thousand of them, each with a code of its own kind', async () => {
    const roll = createDice(5)
    const codes = new Map<number, number>()
    for (let i = 0; i < 10_000; i++) {
      const forge = FORGERIES[i % FORGERIES.length]
      const raw = forge?.(roll) ?? Buffer.alloc(0)
      const { code } = await refusalOf(raw)
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    // Missing or malformed, unknown app, unknown key, key of another app, wrong HMAC; never expired, never our own fault.
    for (const code of codes.keys()) expect([4, 5, 10, 11, 12, 14]).toContain(code)
    expect(codes.get(14)).toBeGreaterThan(5000)
    expect((await check(GOOD)).appid).toBe('100')
  })
})

describe('a wrong HMAC', () => {
  const spy = vi.mocked(timingSafeEqual)

  it('is compared in constant time, whole, however much of it is right', async () => {
    for (let right = 0; right < 20; right++) {
      const raw = Buffer.from(GOOD)
      for (let at = right; at < 20; at++) raw[at] = (raw[at] ?? 0) ^ 0xff
      spy.mockClear()
      expect((await refusalOf(raw)).code).toBe(14)
      expect(spy).toHaveBeenCalledTimes(1)
      expect(spy.mock.calls[0]?.map((side) => side.byteLength)).toEqual([20, 20])
    }
  })

  it('is answered with the same bytes, however much of it is right', async () => {
    const app = await startApp()
    const good = Buffer.from(signForApp(), 'base64')
    const answers = new Set<string>()
    for (let right = 0; right < 20; right++) {
      const raw = Buffer.from(good)
      for (let at = right; at < 20; at++) raw[at] = (raw[at] ?? 0) ^ 0xff
      const response = await app.inject({
        method: 'POST',
        url: '/face/compare',
        payload: {},
        headers: { authorization: raw.toString('base64') },
      })
      answers.add(`${response.statusCode} ${response.body.replace(response.json().data.session_id, '')}`)
    }
    expect([...answers]).toEqual([expect.stringContaining('"code":14')])
    await app.close()
  })

  it('costs the same look-ups as a right one, and so do an unknown app and an unknown key', async () => {
    const asked: string[] = []
    const store = createFakeStore()
    const app = await startApp({
      store: {
        ...store,
        findApp: (appid) => {
          asked.push('app')
          return store.findApp(appid)
        },
        findKey: (secretId) => {
          asked.push('key')
          return store.findKey(secretId)
        },
      },
    })
    const call = async (authorization: string) => {
      asked.length = 0
      await app.inject({ method: 'POST', url: '/face/compare', payload: {}, headers: { authorization } })
      return asked.join()
    }
    expect(await call(signForApp())).toBe('app,key')
    expect(await call(signForApp({}, 'WrongKey'))).toBe('app,key')
    expect(await call(signForApp({ appid: 'unknown' }))).toBe('app,key')
    expect(await call(signForApp({ appid: 'off' }))).toBe('app,key')
    expect(await call(signForApp({ secretId: 'unknown' }))).toBe('app,key')
    await app.close()
  })
})
