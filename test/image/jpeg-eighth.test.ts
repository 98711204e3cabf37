import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeDraft, decodeImage } from '../../src/image/decode.js'
import { decodeEighth } from '../../src/image/jpeg-eighth.js'
import { type DcJpeg, encodeDcJpeg, STEP, segment } from './dc-jpeg.js'
import { noise, quarters, storeTurned } from './pictures.js'

const decode = (bytes: Uint8Array) => decodeEighth(bytes, () => true)?.image

/** A smooth picture with some noise, as photographs are. */
function photograph(width: number, height: number): Sharp {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < data.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    const wave = Math.sin(x / 23 + (i % 3)) + Math.cos(y / 31 - (i % 3))
    data[i] = 128 + 50 * wave + ((i * 7919) % 13)
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

function meanDifference(p: Uint8Array, q: Uint8Array): number {
  expect(p.length).toBe(q.length)
  return p.reduce((sum, value, i) => sum + Math.abs(value - (q[i] ?? 0)), 0) / p.length
}

/** Grey levels of blocks whose colours stay in the middle. */
function expectedLevels({ width, height, mean }: DcJpeg): Uint8Array {
  const [columns, rows] = [Math.ceil(width / 8), Math.ceil(height / 8)]
  return Uint8Array.from({ length: 3 * columns * rows }, (_, i) => {
    const at = Math.floor(i / 3)
    const level = ((mean(0, at % columns, Math.floor(at / columns)) * STEP + 4) >> 3) + 128
    return Math.min(255, Math.max(0, level))
  })
}

describe('an eighth of a JPEG', () => {
  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
  ] as const)(
    'has the means of its blocks, %i x %i of brightness to one of colour, with and without restarts',
    (across, down) => {
      const sizes = fc.tuple(
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 0, max: 9 }),
      )
      fc.assert(
        fc.property(sizes, fc.integer({ min: 1, max: 1000 }), ([width, height, restart], seed) => {
          const picture: DcJpeg = {
            width,
            height,
            across,
            down,
            restart,
            mean: (component, x, y) => (component > 0 ? 0 : (((x * 37 + y * 101) * seed) % 300) - 150),
            isFull: (x, y) => (x + y * 3 + seed) % 4 === 0,
          }
          const image = decode(encodeDcJpeg(picture))
          expect([image?.width, image?.height]).toEqual([Math.ceil(width / 8), Math.ceil(height / 8)])
          expect(image?.data).toEqual(expectedLevels(picture))
        }),
        { numRuns: 60 },
      )
    },
  )

  it.each(['4:4:4', '4:2:0'])('looks as libjpeg makes it, %s', async (chromaSubsampling) => {
    for (const quality of [60, 92, 100]) {
      for (const optimiseCoding of [true, false]) {
        const bytes = await photograph(800, 520).jpeg({ quality, chromaSubsampling, optimiseCoding }).toBuffer()
        const expected = await sharp(bytes).resize({ width: 100, height: 65 }).raw().toBuffer()
        const image = decode(bytes)
        expect([image?.width, image?.height]).toEqual([100, 65])
        expect(meanDifference(image?.data ?? new Uint8Array(), expected)).toBeLessThan(2)
      }
    }
  })

  it('has its colours', async () => {
    for (const background of ['#ff0000', '#00ff00', '#0000ff', '#ffffff', '#000000', '#c08060'] as const) {
      const plain = sharp({ create: { width: 64, height: 64, channels: 3, background } })
      const image = decode(await plain.jpeg({ quality: 95 }).toBuffer())
      const wanted = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16))
      for (const [i, value] of (image?.data ?? []).entries())
        expect(Math.abs(value - (wanted[i % 3] ?? 0))).toBeLessThan(4)
    }
  })

  it('is decoded again after one that could not be', async () => {
    const whole = await photograph(400, 300).jpeg().toBuffer()
    const first = decode(whole)
    expect(first).toBeDefined()
    expect(decode(whole.subarray(0, whole.length / 2))).toBeUndefined()
    expect(decode(whole)).toEqual(first)
  })
})

describe('left to the general way is', () => {
  const plain = photograph(160, 120)

  it.each([
    ['a progressive JPEG', () => plain.clone().jpeg({ progressive: true }).toBuffer()],
    ['a grey one', () => plain.clone().toColourspace('b-w').jpeg().toBuffer()],
    ['one with a colour profile', () => plain.clone().withIccProfile('p3').jpeg().toBuffer()],
    ['one in CMYK', () => plain.clone().toColourspace('cmyk').jpeg().toBuffer()],
    ['a PNG', () => plain.clone().png().toBuffer()],
    ['no bytes', async () => Buffer.alloc(0)],
  ])('%s', async (_name, make) => {
    expect(decode(await make())).toBeUndefined()
  })

  it('one that is cut off, anywhere', async () => {
    const whole = await plain.clone().jpeg().toBuffer()
    for (let length = 0; length < whole.length; length += 97) expect(decode(whole.subarray(0, length))).toBeUndefined()
    expect(decode(whole.subarray(0, whole.length - 1))).toBeUndefined()
  })

  it('one whose restarts are not where they belong', () => {
    const picture: DcJpeg = {
      width: 400,
      height: 40,
      across: 1,
      down: 1,
      restart: 7,
      mean: (_component, x, y) => x - y,
    }
    const bytes = encodeDcJpeg(picture)
    const first = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xd0)
    expect(decode(bytes)).toBeDefined()
    expect(decode(Uint8Array.from([...bytes.slice(0, first), ...bytes.slice(first + 2)]))).toBeUndefined()
    const moved = [...bytes.slice(0, first - 1), 0xff, 0xd0, bytes[first - 1] ?? 0, ...bytes.slice(first + 2)]
    expect(decode(Uint8Array.from(moved))).toBeUndefined()
    const wrong = Uint8Array.from(bytes)
    wrong[first + 1] = 0xd1
    expect(decode(wrong)).toBeUndefined()
  })

  it('one with an Exif block that cannot be read', async () => {
    const whole = [...(await plain.clone().jpeg().toBuffer())]
    const withExif = (content: readonly number[]) =>
      Uint8Array.from([...whole.slice(0, 2), ...segment(0xe1, content), ...whole.slice(2)])
    const exif = [...Buffer.from('Exif\0\0')]
    expect(decode(withExif([...exif, ...Buffer.from('MM\0*\0\0\0\x08\0\0')]))).toBeDefined()
    expect(decode(withExif([...Buffer.from('http://ns.adobe.com/xap/1.0/\0')]))).toBeDefined()
    expect(decode(withExif(exif))).toBeUndefined()
    expect(decode(withExif([...exif, ...Buffer.from('XX\0*\0\0\0\x08\0\0')]))).toBeUndefined()
    expect(decode(withExif([...exif, ...Buffer.from('II*\0\xff\xff\xff\xff', 'latin1')]))).toBeUndefined()
    const ninth = [...Buffer.from('II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0', 'latin1')]
    expect(decode(withExif([...exif, ...ninth]))).toBeUndefined()
    const twice = withExif([...exif, ...Buffer.from('MM\0*\0\0\0\x08\0\0')])
    const block = twice.slice(2, 2 + 4 + 6 + 10)
    expect(decode(Uint8Array.from([...twice.slice(0, 2), ...block, ...twice.slice(2)]))).toBeUndefined()
  })

  it('whatever else is wrong: nothing is thrown, and nothing takes long', async () => {
    const whole = await photograph(300, 200).jpeg({ quality: 95 }).toBuffer()
    const restarted = Buffer.from(
      encodeDcJpeg({ width: 300, height: 200, across: 2, down: 2, restart: 3, mean: (c, x, y) => c + x - y }),
    )
    const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), to: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(
        fc.constantFrom(whole, restarted),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        (source, changes) => {
          const bytes = Uint8Array.from(source)
          for (const { at, to } of changes) bytes[Math.floor(at * (bytes.length - 1))] = to
          const size = { most: 0 }
          const eighth = decodeEighth(bytes, ({ width, height }) => {
            size.most = Math.ceil(width / 8) * Math.ceil(height / 8)
            return width * height < 1e6
          })
          if (eighth) expect(eighth.image.data.length).toBe(3 * size.most)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('a draft of an eighth', () => {
  const options = { maxPixels: 20_000_000, maxSide: 100, instead: 600 }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright, with its real size (orientation %i)', async (orientation) => {
    const noisy = await quarters(1000, 840)
      .composite([{ input: await noise(200, 200).png().toBuffer(), left: 0, top: 0 }])
      .png()
      .toBuffer()
    const bytes = await storeTurned(sharp(noisy), orientation)
      .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
      .toBuffer()
    expect(bytes.length).toBeGreaterThan(65_536)
    const draft = await decodeDraft(bytes, options)
    const whole = await decodeImage(bytes, { maxPixels: 20_000_000, maxSide: 125 })
    expect(draft).toMatchObject({ scale: 1 / 8, sourceWidth: whole.sourceWidth, sourceHeight: whole.sourceHeight })
    expect([draft?.width, draft?.height]).toEqual([whole.width, whole.height])
    expect(meanDifference(draft?.data ?? new Uint8Array(), whole.data)).toBeLessThan(3)
  })

  it('is left to the general way where a part of a block would come first', async () => {
    const bytes = await storeTurned(noise(1004, 840), 3).withMetadata({ orientation: 3 }).jpeg().toBuffer()
    const whole = await decodeImage(bytes, { ...options, maxSide: 100 })
    expect(await decodeDraft(bytes, options)).toEqual(whole)
  })

  it('is left to the general way when an eighth is too small, and refused with too many pixels', async () => {
    const bytes = await noise(900, 700).jpeg().toBuffer()
    const draft = await decodeDraft(bytes, { ...options, maxSide: 200 })
    expect(draft?.width).toBe(200)
    await expect(decodeDraft(bytes, { ...options, maxPixels: 10_000 })).rejects.toMatchObject({
      kind: 'IMAGE_UNDECODABLE',
    })
  })
})
