import { describe, expect, it } from 'vitest'
import type { AppRecord, KeyRecord } from '../../src/auth/authenticate.js'
import { createCredentialCache, SHARED_CACHE } from '../../src/auth/credential-cache.js'

const OPTIONS = { freshMs: 2000, staleMs: 300_000, patienceMs: 20, restMs: 1000, maxEntries: 100 }

/** A source that a test switches off, with a clock that it turns. */
function createScene(options: Partial<typeof OPTIONS> = {}) {
  const apps = new Map<string, AppRecord>([['1', { appid: '1', enabled: true }]])
  const keys = new Map<string, KeyRecord>([['k', { secretId: 'k', appid: '1', secretKey: 's', revoked: false }]])
  const scene = {
    state: 'up' as 'up' | 'down' | 'silent',
    asked: 0,
    nowMs: 0,
    apps,
    keys,
  }
  const answer = async <Value>(found: Value): Promise<Value> => {
    scene.asked++
    if (scene.state === 'down') throw new Error('no database')
    if (scene.state === 'silent') await new Promise(() => {})
    return found
  }
  const source = { findApp: (id: string) => answer(apps.get(id)), findKey: (id: string) => answer(keys.get(id)) }
  return { scene, cache: createCredentialCache(source, { ...OPTIONS, ...options, now: () => scene.nowMs }) }
}

describe('createCredentialCache', () => {
  it('has nothing to fall back on for what it has not seen', async () => {
    const { scene, cache } = createScene()
    scene.state = 'down'
    await expect(cache.findApp('1')).rejects.toThrow('no database')
    await expect(cache.findKey('k')).rejects.toThrow('no database')
    scene.state = 'up'
    expect(await cache.findApp('1')).toEqual({ appid: '1', enabled: true })
  })

  it('asks again after its time, and tells what has changed', async () => {
    const { scene, cache } = createScene()
    expect(await cache.findKey('k')).toMatchObject({ revoked: false })
    scene.keys.set('k', { secretId: 'k', appid: '1', secretKey: 's', revoked: true })
    scene.nowMs = 1999
    expect(await cache.findKey('k')).toMatchObject({ revoked: false })
    expect(scene.asked).toBe(1)
    scene.nowMs = 2000
    expect(await cache.findKey('k')).toMatchObject({ revoked: true })
    scene.keys.delete('k')
    scene.nowMs = 4000
    expect(await cache.findKey('k')).toBeUndefined()
  })

  it('remembers nothing that does not exist', async () => {
    const { scene, cache } = createScene()
    expect(await cache.findApp('2')).toBeUndefined()
    scene.apps.set('2', { appid: '2', enabled: true })
    expect(await cache.findApp('2')).toEqual({ appid: '2', enabled: true })
  })

  it('goes on without its source until the time is up, and recovers by itself', async () => {
    const { scene, cache } = createScene()
    await cache.findApp('1')
    scene.state = 'down'
    scene.nowMs = 299_999
    expect(await cache.findApp('1')).toEqual({ appid: '1', enabled: true })
    scene.nowMs = 300_000
    await expect(cache.findApp('1')).rejects.toThrow('no database')
    scene.state = 'up'
    expect(await cache.findApp('1')).toEqual({ appid: '1', enabled: true })
  })

  it('does not ask a source that failed for each call', async () => {
    const { scene, cache } = createScene()
    await cache.findApp('1')
    scene.state = 'down'
    scene.nowMs = 2000
    for (let call = 0; call < 10; call++) await cache.findApp('1')
    expect(scene.asked).toBe(2)
    scene.nowMs = 3000
    await cache.findApp('1')
    expect(scene.asked).toBe(3)
  })

  it('waits little for a source that says nothing', async () => {
    const { scene, cache } = createScene()
    await cache.findApp('1')
    scene.state = 'silent'
    scene.nowMs = 2000
    const late = new Promise((resolve) => setTimeout(resolve, 5000, 'late').unref())
    expect(await Promise.race([cache.findApp('1'), late])).toEqual({ appid: '1', enabled: true })
  })

  it('asks once for many calls at once', async () => {
    const { scene, cache } = createScene()
    await Promise.all(Array.from({ length: 20 }, () => cache.findApp('1')))
    expect(scene.asked).toBe(1)
  })

  it('forgets the oldest when there are too many', async () => {
    const { scene, cache } = createScene({ maxEntries: 2 })
    for (const appid of ['2', '3']) scene.apps.set(appid, { appid, enabled: true })
    for (const appid of ['1', '2', '3']) await cache.findApp(appid)
    scene.state = 'down'
    for (const appid of ['2', '3']) expect(await cache.findApp(appid)).toBeDefined()
    await expect(cache.findApp('1')).rejects.toThrow('no database')
  })

  it('survives a source that throws', async () => {
    const { cache } = createScene()
    const broken = createCredentialCache(
      {
        findApp() {
          throw new Error('broken')
        },
        findKey: cache.findKey,
      },
      OPTIONS,
    )
    for (let call = 0; call < 2; call++) await expect(broken.findApp('1')).rejects.toThrow('broken')
  })
})

describe('SHARED_CACHE', () => {
  it('lets a revoked key work for less than 5 seconds, also when the database is slow', () => {
    expect(SHARED_CACHE.freshMs + SHARED_CACHE.patienceMs + SHARED_CACHE.restMs).toBeLessThan(5000)
  })
})
