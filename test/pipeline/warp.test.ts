import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Image } from '../../src/image/image.js'
import { warpBilinear } from '../../src/pipeline/warp.js'

interface Transform {
  readonly a: number
  readonly b: number
  readonly tx: number
  readonly ty: number
}

function paintNoise(width: number, height: number, seed: number): Image {
  let state = seed
  const data = Uint8Array.from({ length: 3 * width * height }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return state >>> 24
  })
  return { width, height, data }
}

/** The definition: each point on its own, in double precision, on an image that is 0 outside. */
function warpPointwise({ width, height, data }: Image, t: Transform, size: number): Float32Array {
  const out = new Float32Array(3 * size * size)
  const pixel = (x: number, y: number, c: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : data[(y * width + x) * 3 + c]!
  for (let v = 0; v < size; v++) {
    for (let u = 0; u < size; u++) {
      const x = t.a * u - t.b * v + t.tx
      const y = t.b * u + t.a * v + t.ty
      const [x0, y0] = [Math.floor(x), Math.floor(y)]
      const [fx, fy] = [x - x0, y - y0]
      for (let c = 0; c < 3; c++) {
        const upper = (1 - fx) * pixel(x0, y0, c) + fx * pixel(x0 + 1, y0, c)
        const lower = (1 - fx) * pixel(x0, y0 + 1, c) + fx * pixel(x0 + 1, y0 + 1, c)
        out[(c * size + v) * size + u] = (1 - fy) * upper + fy * lower
      }
    }
  }
  return out
}

function warp(image: Image, t: Transform, size: number): Float32Array {
  // Filled with what must be overwritten, zeros included.
  const out = new Float32Array(3 * size * size + 2).fill(-1)
  warpBilinear(image, t, { width: size, height: size }, out, 1)
  expect([out[0], out.at(-1)], 'nothing is written around the chip').toEqual([-1, -1])
  return out.subarray(1, -1)
}

/** Written so that what is no number counts as different. */
function countDifferent(p: Float32Array, q: Float32Array): number {
  return p.reduce((count, value, i) => (Math.abs(value - q[i]!) < 0.1 ? count : count + 1), 0)
}

const sides = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 90 }))
const scene = fc.record({
  width: sides,
  height: sides,
  seed: fc.integer(),
  size: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 64 })),
  scale: fc.oneof(fc.double({ min: 0.02, max: 3, noNaN: true }), fc.constant(0), fc.constant(1)),
  turn: fc.oneof(fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }), fc.constantFrom(0, Math.PI / 2, Math.PI)),
  /** Where the chip's middle lies, in sides of the image. */
  middleX: fc.oneof(fc.double({ min: -0.5, max: 1.5, noNaN: true }), fc.constantFrom(0, 0.5, 1)),
  middleY: fc.oneof(fc.double({ min: -0.5, max: 1.5, noNaN: true }), fc.constantFrom(0, 0.5, 1)),
})

describe('warpBilinear', () => {
  it('gives what the definition gives, whatever the image, the transform and the border', () => {
    fc.assert(
      fc.property(scene, ({ width, height, seed, size, scale, turn, middleX, middleY }) => {
        const image = paintNoise(width, height, seed)
        const [a, b] = [scale * Math.cos(turn), scale * Math.sin(turn)]
        const half = (size - 1) / 2
        const tx = middleX * (width - 1) - (a - b) * half
        const ty = middleY * (height - 1) - (a + b) * half
        const t = { a, b, tx, ty }
        expect(countDifferent(warp(image, t, size), warpPointwise(image, t, size))).toBe(0)
      }),
      { numRuns: 600, seed: 7 },
    )
  })

  it.each([
    ['a face in a large picture, of which only a window is needed', 900, 700, 224, 0.9, 0.2, 300, 180],
    ['whole rows of a picture', 250, 250, 150, 1.2, -0.1, 30, 40],
    ['a square around a wide picture', 400, 60, 128, 3.1, 0, 0, -170],
    ['a picture of one row', 300, 1, 64, 4, 0, 1, -100],
    ['a picture of one column, lying', 1, 300, 64, 0, 4, 100, 1],
    ['a picture that is wider than the kernel can count', 3000, 4, 64, 46, 0, 3, -1440],
  ])('samples %s', (_, width, height, size, a, b, tx, ty) => {
    const image = paintNoise(width, height, 3)
    const t = { a, b, tx, ty }
    expect(countDifferent(warp(image, t, size), warpPointwise(image, t, size))).toBe(0)
  })

  it('gives black for transforms that show nothing, or are no numbers', () => {
    const image = paintNoise(20, 20, 1)
    for (const tx of [1e9, -1e9, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(new Set(warp(image, { a: 1, b: 0, tx, ty: 0 }, 8))).toEqual(new Set([0]))
    }
  })

  it('does not depend on what was warped before', () => {
    const t = { a: 1.7, b: 0.3, tx: -4, ty: -5 }
    const fresh = warp(paintNoise(40, 40, 5), t, 32)
    warp({ width: 300, height: 300, data: new Uint8Array(270_000).fill(255) }, { a: 1, b: 0, tx: 1, ty: 1 }, 224)
    expect(warp(paintNoise(40, 40, 5), t, 32)).toEqual(fresh)
  })
})
