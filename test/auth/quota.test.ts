import { describe, expect, it } from 'vitest'
import { createQuotaGate } from '../../src/auth/quota.js'

const now = () => new Date('2026-12-31T23:00:00Z')

describe('a call that is set aside', () => {
  it('is not given to others, and counts until it is given back', async () => {
    let used = 8
    const gate = createQuotaGate(async () => used, now)
    const first = await gate.reserve('1', 10)
    const second = await gate.reserve('1', 10)
    await expect(gate.reserve('1', 10)).rejects.toMatchObject({ code: 15, retryAfterSeconds: 1 })
    await gate.reserve('2', 10)
    await gate.requireQuota('1', 10)
    first()
    await new Promise((resolve) => setImmediate(resolve))
    await gate.reserve('1', 10)
    used = 10
    second()
    await new Promise((resolve) => setImmediate(resolve))
    await expect(gate.reserve('1', 10)).rejects.toMatchObject({ code: 15, retryAfterSeconds: 3600 })
  })

  it('costs nothing without a quota', async () => {
    const gate = createQuotaGate(async () => Promise.reject(new Error('not asked')), now)
    for (let calls = 0; calls < 3; calls++) await gate.reserve('1', undefined)
  })
})

describe('createQuotaGate', () => {
  it('refuses an app that has had its calls, until the next month', async () => {
    const gate = createQuotaGate(async () => 10, now)
    await gate.requireQuota('1', 11)
    for (const quota of [10, 9]) {
      await expect(gate.requireQuota('1', quota)).rejects.toMatchObject({ code: 15, retryAfterSeconds: 3600 })
    }
  })

  it('refuses when it cannot know, and asks nothing for an app without a quota', async () => {
    const gate = createQuotaGate(async () => Promise.reject(new Error('no database')), now)
    await expect(gate.requireQuota('1', 1)).rejects.toMatchObject({ code: 107 })
    await gate.requireQuota('1', undefined)
  })
})
