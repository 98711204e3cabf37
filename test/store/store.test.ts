import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Store, StoreError } from '../../src/store/store.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

const HOUR_SECONDS = 3600
const credential = { appid: '10001290', secretId: 'AKIDexample', secretKey: 'a secret key of thirty-two chars' }

describe.each(kinds)('$kind store', ({ makePlace }) => {
  let place: StorePlace
  let store: Store

  beforeEach(async () => {
    place = await makePlace()
    store = await place.open()
  })

  afterEach(async () => {
    vi.useRealTimers()
    await store.close()
    await place.remove()
  })

  describe('apps', () => {
    it('refuses a second app of the same appid, and appids that would not survive a signature', async () => {
      await store.createApp({ appid: '123' })
      await expect(store.createApp({ appid: '123' })).rejects.toThrow(StoreError)
      for (const appid of ['', 'a&b', 'a b', 'ä', 'a\u0000', 'x'.repeat(65)]) {
        await expect(store.createApp({ appid })).rejects.toThrow(StoreError)
      }
    })

    it('finds what was made, and nothing else', async () => {
      expect(await store.isEmpty()).toBe(true)
      expect(await store.createApp({ appid: '123' })).toEqual({ appid: '123', enabled: true })
      expect(await store.isEmpty()).toBe(false)
      expect(await store.findApp('123')).toEqual({ appid: '123', enabled: true })
      for (const other of ['', '1234', '12', '123 ', '123\u0000', "' or 1=1 --", '%', '\ufffd', 'x'.repeat(4000)]) {
        expect(await store.findApp(other)).toBeUndefined()
      }
    })

    it('draws different appids of 8 digits', async () => {
      const apps = await Promise.all(Array.from({ length: 20 }, () => store.createApp()))
      expect(new Set(apps.map(({ appid }) => appid)).size).toBe(20)
      for (const { appid } of apps) expect(appid).toMatch(/^10\d{6}$/)
    })

    it('are switched off and on at once', async () => {
      const { appid } = await store.createApp()
      const other = await place.open()
      expect(await store.setAppEnabled(appid, false)).toBe(true)
      expect(await other.findApp(appid)).toEqual({ appid, enabled: false })
      expect(await store.setAppEnabled(appid, true)).toBe(true)
      expect(await other.findApp(appid)).toEqual({ appid, enabled: true })
      expect(await store.setAppEnabled('nobody', true)).toBe(false)
      await other.close()
    })
  })

  describe('keys', () => {
    it('are made for apps that exist only', async () => {
      await expect(store.createKey('nobody')).rejects.toThrow(StoreError)
      expect(await store.listKeys()).toEqual([])
    })

    it('are random, and read back by any handle', async () => {
      const { appid } = await store.createApp()
      const first = await store.createKey(appid)
      const second = await store.createKey(appid)
      for (const key of [first, second]) {
        expect(key).toEqual({
          appid,
          secretId: expect.stringMatching(/^AKID[A-Za-z0-9]{32}$/),
          secretKey: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
        })
      }
      expect(second.secretId).not.toBe(first.secretId)
      expect(second.secretKey).not.toBe(first.secretKey)
      const other = await place.open()
      expect(await other.findKey(first.secretId)).toEqual({ ...first, revoked: false })
      expect(await other.findKey(first.secretId.toLowerCase())).toBeUndefined()
      expect(await other.findKey('')).toBeUndefined()
      expect(await other.findKey(`${first.secretId}\u0000`)).toBeUndefined()
      await other.close()
    })

    it('are listed without their secrets, oldest first', async () => {
      vi.useFakeTimers({ toFake: ['Date'], now: new Date('2030-01-02T03:04:05.678Z') })
      const [one, two] = [await store.createApp(), await store.createApp()]
      const first = await store.createKey(one.appid)
      vi.setSystemTime(new Date('2030-01-02T03:04:06Z'))
      const second = await store.createKey(two.appid)
      await store.revokeKey(first.secretId)
      const expected = [
        {
          appid: one.appid,
          secretId: first.secretId,
          createdAt: new Date('2030-01-02T03:04:05.678Z'),
          revokedAt: new Date('2030-01-02T03:04:06Z'),
        },
        { appid: two.appid, secretId: second.secretId, createdAt: new Date('2030-01-02T03:04:06Z') },
      ]
      expect(await store.listKeys()).toStrictEqual(expected)
      expect(await store.listKeys(two.appid)).toStrictEqual(expected.slice(1))
      expect(await store.listKeys('nobody')).toEqual([])
    })

    it('are revoked at once, for every handle, and only once', async () => {
      const { appid } = await store.createApp()
      const { secretId } = await store.createKey(appid)
      const other = await place.open()
      expect(await other.findKey(secretId)).toMatchObject({ revoked: false })
      expect(await store.revokeKey(secretId)).toBe(true)
      expect(await other.findKey(secretId)).toMatchObject({ revoked: true })
      expect(await other.revokeKey(secretId)).toBe(false)
      expect(await store.revokeKey('nobody')).toBe(false)
      await other.close()
    })
  })

  describe('putKey', () => {
    it.each([
      ['an appid with &', { ...credential, appid: 'a&b' }],
      ['an empty SecretId', { ...credential, secretId: '' }],
      ['a SecretId with a space', { ...credential, secretId: 'a b' }],
      ['an empty SecretKey', { ...credential, secretKey: '' }],
    ])('refuses %s', async (_, bad) => {
      await expect(store.putKey(bad)).rejects.toThrow(StoreError)
      expect(await store.isEmpty()).toBe(true)
    })

    it('refuses a SecretId of another app, and another SecretKey, in a sentence without it', async () => {
      await store.putKey(credential)
      await expect(store.putKey({ ...credential, appid: 'other' })).rejects.toThrow(/belongs to another app/)
      expect(await store.findApp('other')).toBeUndefined()
      const changed = store.putKey({ ...credential, secretKey: 'quite another secret' })
      await expect(changed).rejects.toThrow(/^The SecretId AKIDexample has another SecretKey in the store\.$/)
      expect(await store.findKey(credential.secretId)).toEqual({ ...credential, revoked: false })
    })

    it('makes app and key when absent, once, also when two start together', async () => {
      const other = await place.open()
      await Promise.all([store.putKey(credential), other.putKey(credential)])
      await store.putKey(credential)
      expect(await store.listKeys()).toHaveLength(1)
      expect(await store.findApp(credential.appid)).toMatchObject({ enabled: true })
      expect(await other.findKey(credential.secretId)).toEqual({ ...credential, revoked: false })
      await other.close()
    })

    it('adds a key to an app that exists, and wakes no revoked key', async () => {
      await store.createApp({ appid: credential.appid })
      await store.putKey(credential)
      await store.revokeKey(credential.secretId)
      await store.putKey(credential)
      expect(await store.findKey(credential.secretId)).toMatchObject({ revoked: true })
    })
  })

  describe('claimSignature', () => {
    const nowSeconds = () => Math.floor(Date.now() / 1000)

    it('grants one of many claims at once, among several handles', async () => {
      const handles = await Promise.all([place.open(), place.open(), place.open()])
      const at = nowSeconds() + 900
      for (const id of ['aa', 'bb', 'cc']) {
        const claims = [...handles, ...handles, ...handles].map((handle) => handle.claimSignature(id, at))
        expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1)
      }
      await Promise.all(handles.map((handle) => handle.close()))
    })

    it('remembers across a restart', async () => {
      const at = nowSeconds() + 900
      expect(await store.claimSignature('aa', at)).toBe(true)
      await store.close()
      store = await place.open()
      expect(await store.claimSignature('aa', at)).toBe(false)
      expect(await store.claimSignature('ab', at)).toBe(true)
    })

    it('never grants a signature again, however late the claim comes', async () => {
      const start = nowSeconds()
      const at = start + 900
      expect(await store.claimSignature('aa', at)).toBe(true)
      vi.useFakeTimers({ toFake: ['Date'] })
      for (const later of [899, 901, 900 + HOUR_SECONDS, 901 + HOUR_SECONDS, 902 + HOUR_SECONDS, 1e6, 1e9]) {
        vi.setSystemTime((start + later) * 1000)
        // Whatever is claimed besides may sweep.
        await store.claimSignature(`other ${later}`, start + later + 900)
        expect(await store.claimSignature('aa', at)).toBe(false)
      }
    })

    it.each([2 * HOUR_SECONDS, 30 * 365 * 24 * HOUR_SECONDS])(
      'is not led astray by a clock that is %i s ahead for a while: the used stays used, the unused works',
      async (aheadSeconds) => {
        const start = nowSeconds()
        const at = start + 900
        expect(await store.claimSignature('used', at)).toBe(true)
        vi.useFakeTimers({ toFake: ['Date'], now: (start + aheadSeconds) * 1000 })
        expect(await store.claimSignature('ahead', start + aheadSeconds + 900)).toBe(true)
        // Another replica, or this one after a restart, that has the wrong clock from its start.
        const other = await place.open()
        expect(await other.claimSignature('ahead in another', start + aheadSeconds + 900)).toBe(true)
        vi.setSystemTime((start + 60) * 1000)
        for (const handle of [store, other]) {
          expect(await handle.claimSignature('used', at)).toBe(false)
          expect(await handle.claimSignature(`unused in ${handle === store}`, at)).toBe(true)
        }
        await other.close()
      },
    )

    it('never grants a signature again after a clock that was ahead for long, or is behind', async () => {
      const start = nowSeconds()
      const at = start + 900
      vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start * 1000 })
      expect(await store.claimSignature('used', at)).toBe(true)
      const set = (seconds: number) => vi.setSystemTime((start + seconds) * 1000)
      const ahead = 5 * HOUR_SECONDS
      for (let elapsed = 0; elapsed <= 3 * HOUR_SECONDS; elapsed += HOUR_SECONDS / 2) {
        set(ahead + elapsed)
        await store.claimSignature(`at ${elapsed}`, start + ahead + elapsed + 900)
        vi.advanceTimersByTime((HOUR_SECONDS / 2) * 1000)
      }
      for (const seconds of [3 * HOUR_SECONDS, 60, 0, -HOUR_SECONDS]) {
        set(seconds)
        expect(await store.claimSignature('used', at)).toBe(false)
      }
      set(3 * HOUR_SECONDS)
      expect(await store.claimSignature('unused', start + 3 * HOUR_SECONDS + 900)).toBe(true)
    })

    it('grants the first claim of a signature that ran out while its body came', async () => {
      expect(await store.claimSignature('aa', nowSeconds() - 60)).toBe(true)
      expect(await store.claimSignature('aa', nowSeconds() - 60)).toBe(false)
    })
  })

  it('answers a ping while it is open, and rejects everything when it is closed', async () => {
    await store.ping()
    await store.close()
    await store.close()
    await expect(store.ping()).rejects.toThrow()
    await expect(store.findApp('1')).rejects.toThrow()
    await expect(store.claimSignature('aa', Date.now())).rejects.toThrow()
  })
})
