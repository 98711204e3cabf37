import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../../src/store/store.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

describe.each(kinds)('$kind store', ({ makePlace }) => {
  let place: StorePlace
  let store: Store

  beforeEach(async () => {
    place = await makePlace()
    store = await place.open()
  })

  afterEach(async () => {
    await store.close()
    await place.remove()
  })

  describe('limits', () => {
    it('are those of an app that exists', async () => {
      expect(await store.setLimits('nobody', { callsPerSecond: 1 })).toBe(false)
      expect(await store.setLimits('nobody', {})).toBe(false)
      const { appid } = await store.createApp()
      expect(await store.setLimits(appid, { callsPerSecond: 0, monthlyQuota: 1_000_000_000_000 })).toBe(true)
      const limited = { appid, enabled: true, callsPerSecond: 0, monthlyQuota: 1_000_000_000_000 }
      expect(await store.findApp(appid)).toStrictEqual(limited)
      expect(await store.setLimits(appid, {})).toBe(true)
      expect(await store.findApp(appid)).toStrictEqual(limited)
      expect(await store.setLimits(appid, { callsPerSecond: null })).toBe(true)
      expect(await store.findApp(appid)).toStrictEqual({ appid, enabled: true, monthlyQuota: 1_000_000_000_000 })
    })
  })

  describe('usage', () => {
    const day = '2026-11-23'
    const row = (appid: string, calls: number, code = 0, of = day) => ({ appid, day: of, code, calls })

    it('takes each number of a counter once, all of it', async () => {
      const batch = { counterId: 'one', sequence: 1, counts: [row('1', 2), row('1', 1, -1101)] }
      await Promise.all([store.addUsage(batch), store.addUsage(batch)])
      await store.addUsage(batch)
      await store.addUsage({ ...batch, sequence: 2 })
      expect(await store.listUsage({ month: '2026-11' })).toStrictEqual([row('1', 2, -1101), row('1', 4)])
    })

    it('adds up what several processes count at the same time', async () => {
      const handles = await Promise.all([place.open(), place.open(), place.open()])
      const apps = Array.from({ length: 40 }, (_, index) => String(index))
      const writes = handles.flatMap((handle, index) =>
        // Each in another order.
        [1, 2, 3].map(async (sequence) => {
          const counts = apps.map((appid) => row(appid, 1)).sort(() => index - 1)
          return handle.addUsage({ counterId: `${index} ${sequence}`, sequence: 1, counts })
        }),
      )
      await Promise.all(writes)
      const counts = await store.listUsage({ month: '2026-11' })
      expect(counts.map(({ calls }) => calls)).toEqual(apps.map(() => 9))
      await Promise.all(handles.map((handle) => handle.close()))
    })

    it('is listed by month and app', async () => {
      const counts = [
        row('1', 1, 0, '2026-10-31'),
        row('2', 2, 0, '2026-11-01'),
        row('1', 3, 0, '2026-11-30'),
        row('1', 4, 0, '2026-12-01'),
      ]
      await store.addUsage({ counterId: 'one', sequence: 1, counts })
      expect(await store.listUsage({ month: '2026-11' })).toStrictEqual(counts.slice(1, 3))
      expect(await store.listUsage({ month: '2026-11', appid: '1' })).toStrictEqual(counts.slice(2, 3))
      expect(await store.listUsage({ month: '2025-11' })).toEqual([])
    })

    it('is there for another handle and after a restart, and may be much', async () => {
      const counts = Array.from({ length: 1200 }, (_, index) => row(String(10_000 + index), 1))
      await store.addUsage({ counterId: 'one', sequence: 1, counts })
      await store.close()
      store = await place.open()
      expect(await store.listUsage({ month: '2026-11' })).toStrictEqual(counts)
    })
  })
})
