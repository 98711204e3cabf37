import { describe, expect, it } from 'vitest'
import { PART_NAMES } from '../../src/engine/face.js'
import { alignChip } from '../../src/pipeline/align.js'
import { poolParts } from '../../src/pipeline/parts.js'

/** 68 landmarks of a symmetric made-up face in a chip of 128 pixels: brows on top, mouth below. */
function madeUpLandmarks(): Float32Array {
  const points = new Float32Array(136).fill(64)
  const place = (first: number, last: number, x0: number, x1: number, y0: number, y1: number) => {
    for (let i = first; i <= last; i++) {
      const share = (i - first) / (last - first)
      points[2 * i] = x0 + share * (x1 - x0)
      points[2 * i + 1] = i % 2 === 0 ? y0 : y1
    }
  }
  place(17, 26, 16, 112, 16, 32)
  place(36, 47, 16, 112, 32, 48)
  place(27, 35, 48, 80, 48, 80)
  place(48, 67, 32, 96, 96, 112)
  return points
}

const identity = { a: 1, b: 0, tx: 0, ty: 0 }

describe('poolParts', () => {
  it('reads each part where its landmarks are', () => {
    // One channel whose value is the row of the cell.
    const values = Float32Array.from({ length: 64 }, (_, i) => Math.floor(i / 8))
    const pooled = poolParts({ values, side: 8, origin: 0, stride: 16 }, madeUpLandmarks(), identity)
    const mean = (v: Float32Array) => v.reduce((sum, x) => sum + x, 0) / v.length
    expect(PART_NAMES.map((part) => mean(pooled[part]))).toEqual([1, 2, 3.5, 6].map((v) => expect.closeTo(v, 3)))
    for (const part of PART_NAMES) expect(pooled[part]).toHaveLength(6)
  })

  it('does not see a change outside of the part', () => {
    const before = new Float32Array(64).fill(1)
    const after = before.slice()
    for (let i = 6 * 8; i < 64; i++) after[i] = 9
    const map = { side: 8, origin: 0, stride: 16 }
    const a = poolParts({ values: before, ...map }, madeUpLandmarks(), identity)
    const b = poolParts({ values: after, ...map }, madeUpLandmarks(), identity)
    expect(b.eye).toEqual(a.eye)
    expect(b.nose).toEqual(a.nose)
    expect(b.mouth).not.toEqual(a.mouth)
  })

  it('keeps finite when a part lies outside of the chip or is flat', () => {
    const values = new Float32Array(64).fill(1)
    const flat = poolParts({ values, side: 8, origin: 0, stride: 16 }, new Float32Array(136).fill(500), identity)
    for (const part of PART_NAMES) for (const value of flat[part]) expect(value).toBeCloseTo(1, 3)
  })
})

describe('alignChip', () => {
  it('follows the landmarks when they are scaled and moved', () => {
    const chip = alignChip(madeUpLandmarks(), 150, 0.25)
    expect(chip.a).toBeGreaterThan(0)
    const moved = alignChip(
      madeUpLandmarks().map((v, i) => (i % 2 === 0 ? 2 * v + 10 : 2 * v - 5)),
      150,
      0.25,
    )
    expect(moved.a).toBeCloseTo(2 * chip.a, 5)
    expect(moved.tx).toBeCloseTo(2 * chip.tx + 10, 3)
    expect(moved.ty).toBeCloseTo(2 * chip.ty - 5, 3)
  })
})
