import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRateLimiter, createSharedRateLimiter } from '../../src/auth/rate-limit.js'

describe('createRateLimiter', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const refused = expect.objectContaining({ kind: 'TOO_MANY_REQUESTS', code: 15, retryAfterSeconds: 1 })

  it('refuses the call after the last one of a second, and says when to come back', async () => {
    const limiter = createRateLimiter(3)
    for (let call = 0; call < 3; call++) await limiter.take('a')
    await expect(limiter.take('a')).rejects.toThrow(refused)
    vi.advanceTimersByTime(999)
    await expect(limiter.take('a')).rejects.toThrow(refused)
    vi.advanceTimersByTime(2)
    await limiter.take('a')
  })

  it('counts each app by itself', async () => {
    const limiter = createRateLimiter(1)
    await limiter.take('a')
    await limiter.take('b')
    await expect(limiter.take('b')).rejects.toThrow(refused)
  })

  it('sets no limit for 0', async () => {
    const limiter = createRateLimiter(0)
    for (let call = 0; call < 1000; call++) await limiter.take('a')
  })

  it("gives an app's own limit the last word, also where there is none by default", async () => {
    const limiter = createRateLimiter(1)
    for (let call = 0; call < 3; call++) await limiter.take('a', 3)
    await expect(limiter.take('a', 3)).rejects.toThrow(refused)
    for (let call = 0; call < 100; call++) await limiter.take('b', 0)
    const unlimited = createRateLimiter(0)
    await unlimited.take('c', 1)
    await expect(unlimited.take('c', 1)).rejects.toThrow(refused)
  })
})

describe('createSharedRateLimiter', () => {
  const refused = expect.objectContaining({ kind: 'TOO_MANY_REQUESTS', retryAfterSeconds: 1 })

  it('refuses what is too much for all together', async () => {
    let others = 0
    const limiter = createSharedRateLimiter(3, async () => ++others)
    await limiter.take('a')
    others = 3
    await expect(limiter.take('a')).rejects.toThrow(refused)
  })

  it('asks nothing about an app without a limit, or one that is over it here', async () => {
    let asked = 0
    const limiter = createSharedRateLimiter(0, async () => ++asked)
    for (let call = 0; call < 10; call++) await limiter.take('a')
    expect(asked).toBe(0)
    for (let call = 0; call < 10; call++) await limiter.take('a', 2).catch(() => {})
    expect(asked).toBe(2)
  })

  it.each([
    ['fails', async () => Promise.reject(new Error('no database'))],
    ['says nothing', () => new Promise<number>(() => {})],
  ])('limits by itself while the database %s', async (_, count) => {
    const limiter = createSharedRateLimiter(3, count)
    for (let call = 0; call < 3; call++) await limiter.take('a')
    await expect(limiter.take('a')).rejects.toThrow(refused)
  })
})
