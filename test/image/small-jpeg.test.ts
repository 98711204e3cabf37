import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../src/image/decode.js'
import { decodeSmallJpeg } from '../../src/image/small-jpeg.js'
import { noise, quarters } from './pictures.js'

const LIMITS = { maxPixels: 20_000_000, maxSide: 512 }
const decode = (bytes: Uint8Array) =>
  decodeSmallJpeg(bytes, (width, height) => Math.max(width, height) <= LIMITS.maxSide)

describe('a small plain JPEG', () => {
  it('has the pixels that the general way gives it', async () => {
    const side = fc.integer({ min: 1, max: 120 })
    const quality = fc.integer({ min: 1, max: 100 })
    const chromaSubsampling = fc.constantFrom('4:4:4', '4:2:0')
    await fc.assert(
      fc.asyncProperty(side, side, quality, chromaSubsampling, async (width, height, quality, chromaSubsampling) => {
        const bytes = await noise(width, height).jpeg({ quality, chromaSubsampling, optimiseCoding: false }).toBuffer()
        const decoded = await decode(bytes)
        expect(decoded).toMatchObject({ width, height })
        // Not by toEqual, which looks at each number by itself.
        expect((await sharp(bytes).raw().toBuffer()).equals(decoded?.data ?? new Uint8Array())).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is decoded again after one that could not be', async () => {
    const whole = await noise(90, 60).jpeg().toBuffer()
    const first = await decode(whole)
    expect(await decode(whole.subarray(0, whole.length / 2))).toBeUndefined()
    expect(await decode(whole)).toEqual(first)
  })
})

describe('left to the general way is', () => {
  const plain = noise(100, 80)

  it.each([
    ['a progressive JPEG', () => plain.clone().jpeg({ progressive: true }).toBuffer()],
    ['one that is turned', () => plain.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer()],
    ['one with a colour profile', () => plain.clone().jpeg().withIccProfile('p3').toBuffer()],
    ['one without colours', () => plain.clone().toColourspace('b-w').jpeg().toBuffer()],
    ['one for print', () => plain.clone().toColourspace('cmyk').jpeg().toBuffer()],
    ['one that is shrunk', () => noise(600, 20).jpeg().toBuffer()],
    ['a large file', () => noise(500, 500).jpeg({ quality: 100 }).toBuffer()],
    ['a PNG', () => plain.clone().png().toBuffer()],
    ['two bytes', async () => Buffer.of(0xff, 0xd8)],
  ])('%s', async (_, make) => {
    expect(await decode(await make())).toBeUndefined()
  })

  it('what has more pixels than allowed', async () => {
    const bytes = await quarters(40, 30).jpeg().toBuffer()
    expect(await decodeSmallJpeg(bytes, (width, height) => width * height <= 1199)).toBeUndefined()
    expect(await decodeSmallJpeg(bytes, (width, height) => width * height <= 1200)).toBeDefined()
    await expect(decodeImage(bytes, { ...LIMITS, maxPixels: 1199 })).rejects.toMatchObject({
      kind: 'IMAGE_UNDECODABLE',
    })
  })

  it('every beginning of a file', async () => {
    const whole = await noise(40, 30).jpeg().toBuffer()
    for (let length = 0; length < whole.length - 2; length += 7) {
      expect(await decode(whole.subarray(0, length)), `${length} bytes`).toBeUndefined()
    }
  })
})
