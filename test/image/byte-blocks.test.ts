import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ByteBlocks } from '../../src/image/byte-blocks.js'

it('gives back the bytes that came, in whatever pieces, and however many were expected', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.nat({ max: 3000 }), async (pieces, expectedBytes) => {
      const blocks = new ByteBlocks(expectedBytes)
      for (const piece of pieces) blocks.add(piece)
      expect(blocks.byteCount).toBe(Buffer.concat(pieces).length)
      expect(Buffer.from(await blocks.join()).equals(Buffer.concat(pieces))).toBe(true)
    }),
  )
})

it('joins many blocks, with a pause between', async () => {
  const blocks = new ByteBlocks(5_000_000)
  const all = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251))
  for (let at = 0; at < all.length; at += 70_001) blocks.add(all.subarray(at, at + 70_001))
  let pauses = 0
  const joined = await blocks.join(async () => {
    pauses++
  })
  expect(Buffer.from(joined).equals(all)).toBe(true)
  expect(pauses).toBeGreaterThan(2)
})

it('keeps a byte that comes alone in a byte', () => {
  const before = process.memoryUsage()
  const blocks = new ByteBlocks(28_000_000)
  for (let count = 0; count < 2_000_000; count++) blocks.add(Uint8Array.of(count & 255))
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(100_000_000)
  expect(blocks.byteCount).toBe(2_000_000)
})
