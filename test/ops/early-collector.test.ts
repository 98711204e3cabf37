import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { createEarlyCollector } from '../../src/ops/early-collector.js'

const MEBIBYTE = 2 ** 20

it('frees buffers of calls that are over before they pile up', async () => {
  const collect = createEarlyCollector()
  collect()
  const kept = Buffer.alloc(MEBIBYTE, 7)
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (let call = 0; call < 200; call++) {
    Buffer.allocUnsafeSlow(MEBIBYTE / 2).fill(call)
    await setImmediate()
    collect()
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
  }
  expect(most).toBeLessThan(12 * MEBIBYTE)
  expect(kept.every((byte) => byte === 7)).toBe(true)
  expect('gc' in globalThis).toBe(false)
})
