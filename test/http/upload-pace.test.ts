import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PaceWatch } from '../../src/http/upload-pace.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A watch of 30 s of standing still, 16 KiB/s, after 10 s; and when it told that the upload is late. */
function watch(minRate = 16_384) {
  const startMs = performance.now()
  const late: number[] = []
  const pace = new PaceWatch({ stallMs: 30_000, minRate, graceMs: 10_000 }, () =>
    late.push(Math.round((performance.now() - startMs) / 1000)),
  )
  return { pace, late }
}

it('gives the beginning its time, and each byte what the least rate gives it', () => {
  const { pace, late } = watch()
  pace.note(5 * 16_384)
  vi.advanceTimersByTime(14_000)
  expect(late).toEqual([])
  vi.advanceTimersByTime(2000)
  expect(late).toEqual([15])
})

it('lets no fast beginning pay for a trickle', () => {
  const { pace, late } = watch()
  pace.note(20_000_000)
  for (let second = 0; second < 40; second++) {
    vi.advanceTimersByTime(1000)
    pace.note(1)
  }
  expect(late[0]).toBe(30)
})

it('asks for no rate when there is none, but never for less than a byte in the longest stall', () => {
  const { pace, late } = watch(0)
  for (let times = 0; times < 10; times++) {
    vi.advanceTimersByTime(29_000)
    pace.note(1)
  }
  expect(late).toEqual([])
  vi.advanceTimersByTime(31_000)
  expect(late).toHaveLength(1)
})

it('says nothing after the end', () => {
  const { pace, late } = watch()
  pace.stop()
  vi.advanceTimersByTime(60_000)
  expect(late).toEqual([])
})
