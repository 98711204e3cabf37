import { afterEach, describe, expect, it } from 'vitest'
import type { UsageBatch, UsageCount } from '../../src/store/store.js'
import { UsageMeter } from '../../src/store/usage-meter.js'

const NEVER_MS = 1e8
const meters: UsageMeter[] = []

afterEach(async () => {
  await Promise.all(meters.splice(0).map((meter) => meter.close().catch(() => {})))
})

/** A store in memory that takes each number of a counter once, and may fail before or after it has taken a batch. */
function createScene(intervalMs = NEVER_MS) {
  const counts: UsageCount[] = []
  const taken = new Map<string, number>()
  const troubles: unknown[] = []
  const scene = {
    counts,
    troubles,
    fails: 'never' as 'never' | 'before' | 'after',
    now: new Date('2026-11-30T23:59:59Z'),
  }
  const store = {
    async addUsage({ counterId, sequence, counts: added }: UsageBatch) {
      if (scene.fails === 'before') throw new Error('no database')
      if ((taken.get(counterId) ?? 0) < sequence) counts.push(...added)
      taken.set(counterId, sequence)
      if (scene.fails === 'after') throw new Error('the answer was lost')
    },
    listUsage: async ({ month, appid }: { readonly month: string; readonly appid?: string }) =>
      counts.filter((count) => count.day.startsWith(month) && count.appid === appid),
  }
  const onTrouble = (error: unknown) => troubles.push(error)
  const meter = new UsageMeter({ store, onTrouble, intervalMs, now: () => scene.now })
  meters.push(meter)
  return { scene, meter }
}

const sum = (counts: readonly UsageCount[]) => counts.reduce((total, { calls }) => total + calls, 0)

describe('UsageMeter', () => {
  it.each(['before', 'after'] as const)(
    'counts nothing twice and loses nothing when writing fails %s it is done',
    async (when) => {
      const { scene, meter } = createScene()
      meter.count('1', 0)
      scene.fails = when
      await expect(meter.flush()).rejects.toThrow()
      meter.count('1', 0)
      await expect(meter.flush()).rejects.toThrow()
      scene.fails = 'never'
      await meter.close()
      expect(sum(scene.counts)).toBe(2)
    },
  )

  it('tells of trouble once, and goes on by itself', async () => {
    const { scene, meter } = createScene(5)
    scene.fails = 'before'
    meter.count('1', 0)
    await expect.poll(() => scene.troubles.length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(scene.troubles).toHaveLength(1)
    scene.fails = 'never'
    await expect.poll(() => sum(scene.counts)).toBe(1)
    scene.fails = 'before'
    meter.count('1', 0)
    await expect.poll(() => scene.troubles.length).toBe(2)
  })

  it('counts by app, code and day of UTC', async () => {
    const { scene, meter } = createScene()
    for (const [appid, code] of [
      ['1', 0],
      ['1', 0],
      ['1', -1101],
      ['2', 0],
    ] as const)
      meter.count(appid, code)
    scene.now = new Date('2026-12-01T00:00:00Z')
    meter.count('1', 0)
    await meter.flush()
    expect(scene.counts).toEqual([
      { appid: '1', day: '2026-11-30', code: 0, calls: 2 },
      { appid: '1', day: '2026-11-30', code: -1101, calls: 1 },
      { appid: '2', day: '2026-11-30', code: 0, calls: 1 },
      { appid: '1', day: '2026-12-01', code: 0, calls: 1 },
    ])
  })

  it('knows the successful calls of this month, written or not, of this process or of another', async () => {
    const { scene, meter } = createScene()
    scene.counts.push(
      { appid: '1', day: '2026-11-01', code: 0, calls: 5 },
      { appid: '1', day: '2026-11-01', code: 15, calls: 100 },
      { appid: '1', day: '2026-10-31', code: 0, calls: 100 },
      { appid: '2', day: '2026-11-01', code: 0, calls: 100 },
    )
    meter.count('1', 0)
    meter.count('1', -1101)
    expect(await meter.countSuccesses('1')).toBe(6)
    scene.fails = 'before'
    await expect(meter.flush()).rejects.toThrow()
    meter.count('1', 0)
    expect(await meter.countSuccesses('1')).toBe(7)
    scene.fails = 'never'
    await meter.flush()
    await meter.flush()
    expect(await meter.countSuccesses('1')).toBe(7)
    scene.now = new Date('2026-12-01T00:00:00Z')
    expect(await meter.countSuccesses('1')).toBe(0)
    meter.count('1', 0)
    expect(await meter.countSuccesses('1')).toBe(1)
  })

  it('hears of what others have counted', async () => {
    const { scene, meter } = createScene(5)
    expect(await meter.countSuccesses('1')).toBe(0)
    scene.counts.push({ appid: '1', day: '2026-11-30', code: 0, calls: 3 })
    await expect.poll(() => meter.countSuccesses('1')).toBe(3)
  })
})
