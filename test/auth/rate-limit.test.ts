import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRateLimiter } from '../../src/auth/rate-limit.js'

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
})
