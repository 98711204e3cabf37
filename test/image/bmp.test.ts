import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import { decodeBmp } from '../../src/image/bmp.js'
import { decodeImage } from '../../src/image/decode.js'

interface Parts {
  width: number
  height: number
  bits: number
  /** Rows as they lie in the file, padding included. */
  pixels: number[]
  compression?: number
  /** Bytes between the 40-byte header and the pixels: masks, palette. */
  between?: number[]
  headerBytes?: number
  colours?: number
  gap?: number
}

function bmp({
  width,
  height,
  bits,
  pixels,
  compression = 0,
  between = [],
  headerBytes = 40,
  colours = 0,
  gap = 0,
}: Parts) {
  const at = 14 + headerBytes
  const out = Buffer.alloc(at + between.length + gap + pixels.length)
  out.write('BM')
  out.writeUInt32LE(out.length, 2)
  out.writeUInt32LE(out.length - pixels.length, 10)
  out.writeUInt32LE(headerBytes, 14)
  if (headerBytes === 12) {
    out.writeUInt16LE(width, 18)
    out.writeUInt16LE(height, 20)
    out.writeUInt16LE(1, 22)
    out.writeUInt16LE(bits, 24)
  } else {
    out.writeInt32LE(width, 18)
    out.writeInt32LE(height, 22)
    out.writeUInt16LE(1, 26)
    out.writeUInt16LE(bits, 28)
    out.writeUInt32LE(compression, 30)
    out.writeUInt32LE(colours, 46)
  }
  // Masks of the later headers stand inside them, at the same place.
  Buffer.from(between).copy(out, headerBytes > 40 ? 54 : at)
  Buffer.from(pixels).copy(out, out.length - pixels.length)
  return out
}

const LIMIT = 1_000_000
const pixelsOf = (bytes: Uint8Array): number[] => [...decodeBmp(bytes, LIMIT).data]
const le32 = (...values: number[]): number[] =>
  values.flatMap((v) => [v & 255, (v >>> 8) & 255, (v >>> 16) & 255, (v >>> 24) & 255])

const RED = [255, 0, 0]
const GREEN = [0, 255, 0]
const BLUE = [0, 0, 255]
const WHITE = [255, 255, 255]
const BLACK = [0, 0, 0]
/** Blue, green, red, unused. */
const PALETTE = [...le32(0xff0000), ...le32(0x00ff00), ...le32(0x0000ff), ...le32(0xffffff)]

/** 2 x 2: red, green over blue, white; bottom row first. */
const TRUE_COLOUR = [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0]

describe('decodeBmp refuses', () => {
  const good = { width: 2, height: 2, bits: 24, pixels: TRUE_COLOUR }
  it.each([
    ['a width of zero', bmp({ ...good, width: 0 })],
    ['a height of zero', bmp({ ...good, height: 0 })],
    ['a negative width', bmp({ ...good, width: -2 })],
    ['the smallest height there is', bmp({ ...good, height: -(2 ** 31) })],
    ['the largest size there is', bmp({ ...good, width: 2 ** 31 - 1, height: 2 ** 31 - 1 })],
    ['more rows than there are', bmp({ ...good, height: 3 })],
    ['missing pixels', bmp(good).subarray(0, -3)],
    ['no pixels', bmp({ ...good, pixels: [] })],
    ['2 bits', bmp({ ...good, bits: 2 })],
    ['no bits', bmp({ ...good, bits: 0 })],
    ['65,535 bits', bmp({ ...good, bits: 65_535 })],
    ['masks with 24 bits', bmp({ ...good, compression: 3 })],
    ['an unknown compression', bmp({ ...good, compression: 99 })],
  ])('%s', (_name, bytes) => {
    expect(() => decodeBmp(bytes, LIMIT)).toThrow(expect.objectContaining({ kind: 'IMAGE_UNDECODABLE' }))
  })

  it.each([
    ['run-length coding of 8 bits', bmp({ ...good, bits: 8, compression: 1 })],
    ['run-length coding of 4 bits', bmp({ ...good, bits: 4, compression: 2 })],
    ['a JPEG inside', bmp({ ...good, bits: 0, compression: 4 })],
    ['a PNG inside', bmp({ ...good, bits: 0, compression: 5 })],
  ])('%s as a variant that is not read', (_name, bytes) => {
    expect(() => decodeBmp(bytes, LIMIT)).toThrow(
      expect.objectContaining({ kind: 'IMAGE_FORMAT_UNSUPPORTED', message: expect.stringContaining('compressed BMP') }),
    )
  })

  it('pixels that start outside the file, or inside the header', () => {
    for (const offset of [0xffffffff, 0x7fffffff, 60, 20, 0]) {
      const bytes = bmp(good)
      bytes.writeUInt32LE(offset, 10)
      expect(() => decodeBmp(bytes, LIMIT), String(offset)).toThrow(FaceCompareError)
    }
  })

  it('headers that end nowhere', () => {
    for (const size of [0, 13, 39, 1000, 0xffffffff]) {
      const bytes = bmp(good)
      bytes.writeUInt32LE(size, 14)
      expect(() => decodeBmp(bytes, LIMIT), String(size)).toThrow(FaceCompareError)
    }
    for (let length = 0; length < bmp(good).length - 2; length++) {
      expect(() => decodeBmp(bmp(good).subarray(0, length), LIMIT), String(length)).toThrow(FaceCompareError)
    }
  })

  it('too many pixels by the header, with the size and the limit', () => {
    expect(() => decodeBmp(bmp({ ...good, width: 20_000, height: -20_000 }), LIMIT)).toThrow(
      '20000 x 20000 pixels; at most 1000000 are allowed',
    )
  })

  it('a side that is too long for a picture', () => {
    expect(() => decodeBmp(bmp({ ...good, width: 1, height: 100_001 }), LIMIT)).toThrow(
      'cannot be decoded: it has a side of 100001 pixels; at most 100000 are allowed.',
    )
  })

  it('whatever else a hostile header says, with the same class of error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 40, maxLength: 300 }),
        fc.constantFrom(12, 40, 56, 108, 124),
        (tail, size) => {
          const bytes = Buffer.concat([Buffer.from('BM'), Buffer.from(tail)])
          bytes.writeUInt32LE(size, 14)
          try {
            const image = decodeBmp(bytes, LIMIT)
            expect(image.data.length).toBe(3 * image.width * image.height)
          } catch (error) {
            expect(error).toBeInstanceOf(FaceCompareError)
          }
        },
      ),
      { numRuns: 500, seed: 3 },
    )
  })
})

describe('decodeBmp decodes', () => {
  const expected = [...RED, ...GREEN, ...BLUE, ...WHITE]

  it('24 bits from the bottom up, rows padded to four bytes', () => {
    expect(pixelsOf(bmp({ width: 2, height: 2, bits: 24, pixels: TRUE_COLOUR }))).toEqual(expected)
  })

  it('24 bits from the top down', () => {
    const pixels = [...TRUE_COLOUR.slice(8), ...TRUE_COLOUR.slice(0, 8)]
    expect(pixelsOf(bmp({ width: 2, height: -2, bits: 24, pixels }))).toEqual(expected)
  })

  it('a last row without padding, and pixels after a gap', () => {
    expect(pixelsOf(bmp({ width: 2, height: 2, bits: 24, pixels: TRUE_COLOUR.slice(0, 14), gap: 7 }))).toEqual(expected)
  })

  it('32 bits, whatever the fourth byte says', () => {
    const pixels = [...le32(0x000000ff, 0xffffffff), ...le32(0x80ff0000, 0x0100ff00)]
    expect(pixelsOf(bmp({ width: 2, height: 2, bits: 32, pixels }))).toEqual(expected)
  })

  it.each([
    [40, 3],
    [40, 6],
    [56, 3],
    [108, 3],
    [124, 3],
  ])('32 bits with masks in a header of %i bytes, compression %i', (headerBytes, compression) => {
    const between = le32(0x000000ff, 0x0000ff00, 0x00ff0000, 0xff000000)
    const pixels = [...le32(0xffff0000, 0xffffffff), ...le32(0xff0000ff, 0xff00ff00)]
    const room = headerBytes > 40 ? { between: [] } : { between }
    const bytes = bmp({ width: 2, height: 2, bits: 32, pixels, compression, headerBytes, ...room })
    Buffer.from(between).copy(bytes, 54)
    expect(pixelsOf(bytes)).toEqual(expected)
  })

  it('masks of ten bits, with the highest bit set, stretched to eight', () => {
    const between = le32(0xffc00000, 0x003ff000, 0x00000ffc)
    const pixels = le32(0xffc00000, ((512 << 12) >>> 0) + 0)
    const image = pixelsOf(bmp({ width: 2, height: 1, bits: 32, pixels, compression: 3, between }))
    expect(image).toEqual([255, 0, 0, 0, 128, 0])
  })

  it('16 bits: 5-5-5 by default, 5-6-5 by masks', () => {
    const pixels = [0x1f, 0, 0xff, 0x7f, 0, 0x7c, 0xe0, 0x03]
    expect(pixelsOf(bmp({ width: 2, height: 2, bits: 16, pixels }))).toEqual(expected)
    const between = le32(0xf800, 0x07e0, 0x001f)
    const wide = [0x1f, 0, 0xff, 0xff, 0, 0xf8, 0xe0, 0x07]
    expect(pixelsOf(bmp({ width: 2, height: 2, bits: 16, pixels: wide, compression: 3, between }))).toEqual(expected)
  })

  it('8 bits with a short palette; an index over its end is black', () => {
    const pixels = [2, 3, 0, 0, 0, 1, 0, 0]
    const parts = { width: 2, height: 2, bits: 8, between: PALETTE, colours: 4 }
    expect(pixelsOf(bmp({ ...parts, pixels }))).toEqual(expected)
    expect(pixelsOf(bmp({ ...parts, pixels: [9, 3, 0, 0, 0, 1, 0, 0] })).slice(6, 9)).toEqual(BLACK)
  })

  it('a palette that claims four thousand million colours', () => {
    const pixels = [2, 3, 0, 0, 0, 1, 0, 0]
    const bytes = bmp({ width: 2, height: 2, bits: 8, between: PALETTE, colours: 0xffffffff, pixels })
    expect(pixelsOf(bytes)).toEqual(expected)
  })

  it('4 bits, an odd width', () => {
    const pixels = [0x01, 0x20, 0, 0]
    expect(pixelsOf(bmp({ width: 3, height: 1, bits: 4, between: PALETTE, colours: 4, pixels }))).toEqual([
      ...RED,
      ...GREEN,
      ...BLUE,
    ])
  })

  it('1 bit, more than a byte wide', () => {
    const pixels = [0b01000000, 0b10000000, 0, 0]
    const image = pixelsOf(bmp({ width: 9, height: 1, bits: 1, between: PALETTE.slice(0, 8), pixels }))
    expect(image).toEqual([...RED, ...GREEN, ...Array(6).fill(RED).flat(), ...GREEN])
  })

  it('the header of OS/2: sizes of 16 bits, palette entries of three bytes', () => {
    const between = [0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255]
    const pixels = [2, 3, 0, 0, 0, 1, 0, 0]
    const bytes = bmp({ width: 2, height: 2, bits: 8, headerBytes: 12, between, pixels })
    expect(pixelsOf(bytes)).toEqual(expected)
  })

  it('as decodeImage does, shrinking what is too large', async () => {
    const pixels = Array.from({ length: 60 * 40 }, () => [0, 0, 255]).flat()
    const bytes = bmp({ width: 60, height: 40, bits: 24, pixels })
    const options = { maxPixels: LIMIT, maxSide: 30 }
    const image = await decodeImage(bytes, options)
    expect(image).toMatchObject({ width: 30, height: 20, sourceWidth: 60, sourceHeight: 40, scale: 0.5 })
    expect([...image.data.subarray(0, 3)]).toEqual(RED)
    await expect(decodeImage(bytes.subarray(0, 100), options)).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
  })
})
