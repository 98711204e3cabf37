import { describe, expect, it } from 'vitest'
import { createReachability } from '../../src/store/reachability.js'

const fail = async () => Promise.reject(new Error('no database'))
const hang = () => new Promise<void>(() => {})

describe('createReachability', () => {
  it('rejects when the time of grace is over, which begins with each answer', async () => {
    let nowMs = 0
    let ping: () => Promise<void> = fail
    const requireStore = createReachability(() => ping(), { graceMs: 1000, patienceMs: 10_000, now: () => nowMs })
    nowMs = 1000
    await requireStore()
    nowMs = 1001
    await expect(requireStore()).rejects.toThrow('no database')
    ping = async () => {}
    await requireStore()
    ping = fail
    nowMs = 2001
    await requireStore()
    nowMs = 2002
    await expect(requireStore()).rejects.toThrow('no database')
  })

  it('does not wait for a database that says nothing', async () => {
    await createReachability(hang, { graceMs: 60_000, patienceMs: 1 })()
  })
})
