import { describe, expect, it } from 'vitest'
import { createLossGate } from '../../src/auth/loss-gate.js'

const SECOND = 1000
const MINUTE = 60 * SECOND

function gateWithClock() {
  const clock = { ms: 5 }
  const gate = createLossGate(() => clock.ms)
  const lose = (appid: string, times: number) => {
    for (let i = 0; i < times; i++) gate.note(appid)
  }
  /** Seconds that the app is told to wait; 0 when it may call. */
  const wait = (appid: string): number => {
    try {
      gate.requirePeace(appid)
      return 0
    } catch (error) {
      expect(error).toMatchObject({ kind: 'TOO_MANY_REQUESTS', code: 15 })
      return Number((error as { retryAfterSeconds: number }).retryAfterSeconds)
    }
  }
  return { clock, lose, wait }
}

describe('an app whose images end workers', () => {
  it('may do so twice, and waits a minute after the third time', () => {
    const { clock, lose, wait } = gateWithClock()
    lose('a', 2)
    expect(wait('a')).toBe(0)
    lose('a', 1)
    expect(wait('a')).toBe(60)
    clock.ms += MINUTE - 1
    expect(wait('a')).toBe(1)
    clock.ms += 1
    expect(wait('a')).toBe(0)
  })

  it('slows down nobody else', () => {
    const { lose, wait } = gateWithClock()
    lose('a', 3)
    expect([wait('b'), wait('never seen')]).toEqual([0, 0])
  })

  it('is left alone when it happens now and then', () => {
    const { clock, lose, wait } = gateWithClock()
    for (let i = 0; i < 100; i++) {
      lose('a', 1)
      clock.ms += 31 * SECOND
      expect(wait('a')).toBe(0)
    }
  })

  it('waits twice as long each time, a quarter of an hour at the most; what was under way meanwhile is no new time', () => {
    const { clock, lose, wait } = gateWithClock()
    const waits: number[] = []
    for (let i = 0; i < 6; i++) {
      lose('a', 3)
      lose('a', 20)
      waits.push(wait('a'))
      clock.ms += wait('a') * SECOND
    }
    expect(waits).toEqual([60, 120, 240, 480, 900, 900])
  })

  it('begins anew after a quarter of an hour in peace', () => {
    const { clock, lose, wait } = gateWithClock()
    lose('a', 3)
    clock.ms += 16 * MINUTE
    lose('a', 3)
    expect(wait('a')).toBe(60)
  })
})
