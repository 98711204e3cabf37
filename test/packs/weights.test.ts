import { describe, expect, it } from 'vitest'
import { readWeights, weightOf } from '../../src/packs/weights.js'

function manifest(...weights: readonly unknown[]): unknown {
  return [{ paths: ['weights.bin'], weights }]
}

describe('readWeights', () => {
  it.each([
    ['no array', {}],
    ['a group without weights', [{}]],
    ['a weight without a name', manifest({ shape: [1], dtype: 'float32' })],
    ['a shape of words', manifest({ name: 'a', shape: ['1'], dtype: 'float32' })],
    ['an unknown type', manifest({ name: 'a', shape: [1], dtype: 'complex64' })],
    ['a scale of words', manifest({ name: 'a', shape: [4], quantization: { dtype: 'uint8', scale: 'x', min: 0 } })],
  ])('refuses %s', (_, json) => {
    expect(() => readWeights(json, new Uint8Array(4))).toThrow()
  })

  it('refuses too few and too many bytes', () => {
    const json = manifest({ name: 'a', shape: [2], dtype: 'float32' })
    expect(() => readWeights(json, new Uint8Array(7))).toThrow('end before a')
    expect(() => readWeights(json, new Uint8Array(9))).toThrow('Expected 8 bytes')
  })

  it('reads unaligned numbers of every type in turn', () => {
    const json = manifest(
      { name: 'levels', shape: [3], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
      { name: 'single', shape: [2, 1], dtype: 'float32' },
      { name: 'whole', shape: [1], dtype: 'int32' },
    )
    const bytes = Buffer.alloc(15)
    bytes.set([0, 2, 255])
    bytes.writeFloatLE(1.25, 3)
    bytes.writeFloatLE(-2, 7)
    bytes.writeInt32LE(-7, 11)
    const weights = readWeights(json, bytes)
    expect(weightOf(weights, 'levels').values).toEqual(Float32Array.of(-1, 0, 126.5))
    expect(weightOf(weights, 'single')).toEqual({ shape: [2, 1], values: Float32Array.of(1.25, -2) })
    expect(weightOf(weights, 'whole').values).toEqual(Float32Array.of(-7))
    expect(() => weightOf(weights, 'missing')).toThrow('missing')
  })

  it('reads half precision: zero, one, the largest, the smallest, infinity', () => {
    const halves = Uint16Array.of(0x0000, 0x3c00, 0xbc00, 0x7bff, 0x0001, 0x8400, 0x7c00, 0x3555)
    const json = manifest({ name: 'a', shape: [8], dtype: 'float32', quantization: { dtype: 'float16' } })
    const { values } = weightOf(readWeights(json, new Uint8Array(halves.buffer)), 'a')
    const expected = [0, 1, -1, 65504, 2 ** -24, -(2 ** -14), Number.POSITIVE_INFINITY, 0.333251953125]
    expect([...values]).toEqual(expected)
  })
})
