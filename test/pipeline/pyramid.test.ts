import { describe, expect, it } from 'vitest'
import type { Image } from '../../src/image/image.js'
import { mirrorChip, Pyramid } from '../../src/pipeline/pyramid.js'

function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Image {
  const data = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 3)
  }
  return { width, height, data }
}

function warp(image: Image, t: { a: number; b: number; tx: number; ty: number }, size: number): Float32Array {
  const out = new Float32Array(3 * size * size)
  new Pyramid(image).warp(t, size, out)
  return out
}

describe('Pyramid.warp', () => {
  it('copies pixels, plane by plane, under the identity', () => {
    const image = paint(4, 4, (x, y) => [x * 10, y * 10, x + y])
    const chip = warp(image, { a: 1, b: 0, tx: 0, ty: 0 }, 4)
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        expect([chip[y * 4 + x], chip[16 + y * 4 + x], chip[32 + y * 4 + x]]).toEqual([x * 10, y * 10, x + y])
      }
    }
  })

  it('interpolates between pixels and is black outside', () => {
    const image = paint(3, 3, (x) => [x * 100, 0, 0])
    const half = warp(image, { a: 1, b: 0, tx: 0.5, ty: 1 }, 1)
    expect(half[0]).toBeCloseTo(50, 4)
    const edge = warp(image, { a: 1, b: 0, tx: 2.5, ty: 1 }, 1)
    expect(edge[0]).toBeCloseTo(100, 4)
    expect(warp(image, { a: 1, b: 0, tx: 9, ty: 9 }, 1)[0]).toBe(0)
    expect(warp(image, { a: 1, b: 0, tx: -3, ty: 1 }, 1)[0]).toBe(0)
  })

  it('turns the picture with the transform', () => {
    const image = paint(5, 5, (x, y) => [x === 4 && y === 2 ? 200 : 0, 0, 0])
    // Chip x runs down the image, chip y to the left.
    const chip = warp(image, { a: 0, b: 1, tx: 4, ty: 0 }, 5)
    expect(chip[0 * 5 + 2]).toBeCloseTo(200, 3)
  })

  it('keeps a fine checkerboard grey when it shrinks, instead of aliasing', () => {
    const image = paint(256, 256, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]))
    const chip = warp(image, { a: 8, b: 0, tx: 3.5, ty: 3.5 }, 32)
    for (const value of chip) expect(Math.abs(value - 128)).toBeLessThan(2)
  })

  it('keeps positions when it reads a halved level', () => {
    const image = paint(256, 256, (x) => [x < 128 ? 0 : 255, 0, 0])
    const chip = warp(image, { a: 4, b: 0, tx: 1.5, ty: 1.5 }, 64)
    expect(chip[31]).toBe(0)
    expect(chip[32]).toBe(255)
  })

  it('copes with pictures of one pixel', () => {
    const chip = warp(
      paint(1, 1, () => [9, 9, 9]),
      { a: 100, b: 0, tx: 0, ty: 0 },
      2,
    )
    expect(chip[0]).toBeCloseTo(9, 5)
  })
})

describe('mirrorChip', () => {
  it('reverses every row', () => {
    const chip = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
    mirrorChip(chip, 2)
    expect([...chip]).toEqual([2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11])
  })
})

describe('Pyramid.level', () => {
  it('halves pictures of every small size to the rounded means of four pixels', () => {
    const at = ({ width, height, data }: Image, x: number, y: number, channel: number) =>
      data[3 * (Math.min(y, height - 1) * width + Math.min(x, width - 1)) + channel]!
    for (let width = 1; width <= 21; width++) {
      for (let height = 1; height <= 6; height++) {
        const image = paint(width, height, (x, y) => [(x * 97 + y * 31) % 256, (x * 13 + y * 201) % 256, 255 - x - y])
        const half = new Pyramid(image).level(1)
        expect([half.width, half.height]).toEqual([Math.max(1, width >> 1), Math.max(1, height >> 1)])
        const expected = paint(half.width, half.height, (x, y) => {
          const mean = (channel: number) =>
            (at(image, 2 * x, 2 * y, channel) +
              at(image, 2 * x + 1, 2 * y, channel) +
              at(image, 2 * x, 2 * y + 1, channel) +
              at(image, 2 * x + 1, 2 * y + 1, channel) +
              2) >>
            2
          return [mean(0), mean(1), mean(2)]
        })
        expect(half.data).toEqual(expected.data)
      }
    }
  })
})
