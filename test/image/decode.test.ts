import fc from 'fast-check'
import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import { decodeDraft, decodeImage, decodeRegion } from '../../src/image/decode.js'
import { headerBomb, noise, quarters, quartersError, storeTurned } from './pictures.js'

const OPTIONS = { maxPixels: 20_000_000, maxSide: 512 }
const decode = (bytes: Uint8Array) => decodeImage(bytes, OPTIONS)

const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff'] as const

describe('decodeImage refuses', () => {
  it('no bytes', async () => {
    await expect(decode(new Uint8Array())).rejects.toMatchObject({ kind: 'IMAGE_EMPTY' })
  })

  it.each([
    ['text', 'hello, world'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'],
    ['PDF', '%PDF-1.7\n1 0 obj'],
    ['two bytes of a JPEG', '\xff\xd8'],
  ])('%s as no supported format', async (_name, text) => {
    await expect(decode(Buffer.from(text, 'latin1'))).rejects.toMatchObject({ kind: 'IMAGE_FORMAT_UNSUPPORTED' })
  })

  it('an SVG that begins like a GIF', async () => {
    const svg = 'GIF89a<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    await expect(decode(Buffer.from(svg))).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
  })

  it.each(FORMATS)('a truncated %s', async (format) => {
    const options = format === 'tiff' ? { compression: 'lzw' as const } : {}
    const whole = await noise(300, 200)[format](options).toBuffer()
    for (const share of [0.05, 0.3, 0.6, 0.9, 0.98]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share))
      await expect(decode(cut), `${share} of ${format}`).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    }
  })

  it('a truncated JPEG that would be shrunk while it is loaded, and a truncated progressive one', async () => {
    for (const progressive of [false, true]) {
      const whole = await noise(2100, 1500).jpeg({ progressive }).toBuffer()
      const cut = whole.subarray(0, Math.floor(whole.length * 0.9))
      await expect(decode(cut)).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    }
  })

  it('a truncated JPEG inside a TIFF', async () => {
    const whole = await noise(300, 200).tiff({ compression: 'jpeg' }).toBuffer()
    await expect(decode(whole.subarray(0, whole.length - 20))).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
  })

  it.each(['png', 'jpeg', 'gif', 'tiff', 'avif'] as const)(
    'a %s whose header asks for 20,000 x 20,000',
    async (name) => {
      const bomb = await headerBomb(name)
      await decode(await quarters(16, 16).png().toBuffer())
      const before = process.memoryUsage().rss
      await expect(decode(bomb)).rejects.toMatchObject({
        kind: 'IMAGE_UNDECODABLE',
        message: 'The image has 20000 x 20000 pixels; at most 20000000 are allowed.',
      })
      expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20)
    },
  )

  it('one pixel over the limit, and takes the limit itself', async () => {
    const bytes = await quarters(40, 30).png().toBuffer()
    await expect(decodeImage(bytes, { maxPixels: 1199, maxSide: 512 })).rejects.toThrow('40 x 30')
    await expect(decodeImage(bytes, { maxPixels: 1200, maxSide: 512 })).resolves.toMatchObject({ width: 40 })
  })

  it('random bytes behind a true beginning, always with the same class of error', async () => {
    const headers = await Promise.all(
      FORMATS.map(async (f) => (await quarters(24, 16)[f]().toBuffer()).subarray(0, 60)),
    )
    const bmp = Buffer.concat([Buffer.from('BM'), Buffer.alloc(12), Buffer.from([40, 0, 0, 0])])
    const anyHeader = fc.constantFrom(...headers, bmp)
    await fc.assert(
      fc.asyncProperty(
        anyHeader,
        fc.nat({ max: 60 }),
        fc.uint8Array({ maxLength: 400 }),
        async (header, keep, tail) => {
          const bytes = Buffer.concat([header.subarray(0, Math.max(18, keep)), tail])
          try {
            const image = await decode(bytes)
            expect(image.data.length).toBe(3 * image.width * image.height)
          } catch (error) {
            expect(error).toBeInstanceOf(FaceCompareError)
          }
        },
      ),
      { numRuns: 300, seed: 7 },
    )
  })

  it('flipped bytes in true files, or decodes them, but never fails otherwise', async () => {
    const files = await Promise.all(FORMATS.map((format) => noise(24, 16)[format]().toBuffer()))
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), flips, async (file, changes) => {
        const bytes = Buffer.from(file)
        for (const [at, xor] of changes) bytes[at % bytes.length]! ^= xor
        try {
          const image = await decode(bytes)
          expect(image.data.length).toBe(3 * image.width * image.height)
        } catch (error) {
          expect(error).toBeInstanceOf(FaceCompareError)
        }
      }),
      { numRuns: 300, seed: 8 },
    )
  })
})

describe('decodeImage decodes to upright sRGB', () => {
  const plain = () => quarters(64, 48)
  it.each([
    ['JPEG', plain().jpeg({ quality: 95 })],
    ['progressive JPEG', plain().jpeg({ quality: 95, progressive: true })],
    ['PNG', plain().png()],
    ['interlaced PNG', plain().png({ progressive: true })],
    ['PNG with a palette', plain().png({ palette: true })],
    ['PNG of 16 bits', plain().toColourspace('rgb16').png()],
    ['PNG with alpha', plain().ensureAlpha().png()],
    ['WebP', plain().webp({ quality: 95 })],
    ['lossless WebP', plain().webp({ lossless: true })],
    ['AVIF', plain().avif({ quality: 90 })],
    ['GIF', plain().gif()],
    ['TIFF of JPEG tiles in a pyramid', plain().tiff({ tile: true, pyramid: true, quality: 95 })],
    ['TIFF with LZW', plain().tiff({ compression: 'lzw' })],
    ['TIFF of 16 bits', plain().toColourspace('rgb16').tiff({ compression: 'lzw' })],
    ['BigTIFF', plain().tiff({ bigtiff: true, compression: 'none' })],
  ])('%s', async (_name, picture) => {
    const image = await decode(await picture.toBuffer())
    expect(image).toMatchObject({ width: 64, height: 48, sourceWidth: 64, sourceHeight: 48, scale: 1 })
    expect(image.data.length).toBe(64 * 48 * 3)
    expect(quartersError(image)).toBeLessThan(16)
  })

  it.each(['jpeg', 'tiff'] as const)('CMYK %s, as near as its inks allow', async (format) => {
    const bytes = await quarters(64, 48).toColourspace('cmyk')[format]({ quality: 95 }).toBuffer()
    expect((await sharp(bytes).metadata()).space).toBe('cmyk')
    expect(quartersError(await decode(bytes))).toBeLessThan(80)
  })

  it('a wide-gamut picture by its profile', async () => {
    const bytes = await quarters(64, 48).withIccProfile('p3').png().toBuffer()
    expect((await sharp(bytes).metadata()).hasProfile).toBe(true)
    expect(quartersError(await decode(bytes))).toBeLessThan(8)
  })

  it.each([
    ['JPEG', (p: Sharp) => p.greyscale().jpeg()],
    ['PNG of 16 bits', (p: Sharp) => p.toColourspace('grey16').png()],
    ['PNG with alpha', (p: Sharp) => p.ensureAlpha().greyscale().png()],
  ])('grey %s as three equal channels', async (_name, encode) => {
    const grey = sharp(await encode(quarters(64, 48)).toBuffer())
    const { data, width, height } = await decode(await grey.toBuffer())
    expect([width, height, data.length]).toEqual([64, 48, 64 * 48 * 3])
    for (let i = 0; i < data.length; i += 3) expect(data[i] === data[i + 1] && data[i] === data[i + 2]).toBe(true)
  })

  it('transparent parts as white, half transparent ones as half white', async () => {
    const rgba = Buffer.from([255, 0, 0, 0, 255, 0, 0, 255, 0, 0, 0, 128])
    const { data } = await decode(
      await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
        .png()
        .toBuffer(),
    )
    expect([...data.subarray(0, 6)]).toEqual([255, 255, 255, 255, 0, 0])
    expect(Math.abs(data[6]! - 127)).toBeLessThan(3)
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    const upright = await quarters(64, 48).raw().toBuffer()
    const stored = storeTurned(sharp(upright, { raw: { width: 64, height: 48, channels: 3 } }), orientation)
    const { data, info } = await stored.raw().toBuffer({ resolveWithObject: true })
    const raw = { width: info.width, height: info.height, channels: 3 } as const
    const bytes = await sharp(data, { raw }).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
    const image = await decode(bytes)
    expect(image).toMatchObject({ width: 64, height: 48, sourceWidth: 64, sourceHeight: 48 })
    expect(quartersError(image)).toBeLessThan(16)

    const shrunk = await decodeImage(bytes, { ...OPTIONS, maxSide: 32 })
    expect(shrunk).toMatchObject({ width: 32, height: 24, sourceWidth: 64, sourceHeight: 48, scale: 0.5 })
    expect(quartersError(shrunk)).toBeLessThan(16)
  })

  it.each(['gif', 'webp', 'tiff'] as const)('the first frame alone of a %s of several', async (format) => {
    const second = sharp({ create: { width: 64, height: 48, channels: 3, background: 'black' } })
    const frames = [await quarters(64, 48).png().toBuffer(), await second.png().toBuffer()]
    const bytes = await sharp(frames, { join: { animated: true } })
      [format]({ quality: 95 })
      .toBuffer()
    expect((await sharp(bytes).metadata()).pages).toBe(2)
    const image = await decode(bytes)
    expect(image).toMatchObject({ width: 64, height: 48, sourceHeight: 48 })
    expect(quartersError(image)).toBeLessThan(16)
  })

  it('JPEGs with harmless flaws: stray bytes between segments, bytes behind the end', async () => {
    const bytes = await quarters(64, 48).jpeg({ quality: 95 }).toBuffer()
    const table = bytes.indexOf(Buffer.from([0xff, 0xc4]))
    const stray = Buffer.concat([bytes.subarray(0, table), Buffer.alloc(3), bytes.subarray(table)])
    expect(quartersError(await decode(stray))).toBeLessThan(16)
    expect(quartersError(await decode(Buffer.concat([bytes, Buffer.alloc(99, 'x')])))).toBeLessThan(16)
  })
})

it('reads a view into a larger memory, as uploads are', async () => {
  const file = await quarters(64, 48).png().toBuffer()
  const memory = new Uint8Array(file.length + 20).fill(7)
  memory.set(file, 10)
  expect(quartersError(await decode(memory.subarray(10, 10 + file.length)))).toBeLessThan(2)
})

describe('decodeImage shrinks', () => {
  it.each(['jpeg', 'webp', 'png'] as const)('a large %s to the longer side', async (format) => {
    const image = await decode(await quarters(1500, 1000)[format]().toBuffer())
    expect(image).toMatchObject({ width: 512, height: 341, sourceWidth: 1500, sourceHeight: 1000 })
    expect(image.scale).toBeCloseTo(512 / 1500, 10)
    expect(quartersError(image)).toBeLessThan(16)
  })

  it('nothing that fits exactly, and enlarges nothing', async () => {
    expect(await decode(await quarters(300, 512).png().toBuffer())).toMatchObject({ width: 300, height: 512, scale: 1 })
    expect(await decode(await quarters(2, 3).png().toBuffer())).toMatchObject({ width: 2, height: 3, scale: 1 })
  })

  it('a line of one pixel to a line of one pixel', async () => {
    const image = await decode(await quarters(1, 2000).png().toBuffer())
    expect(image).toMatchObject({ width: 1, height: 512, sourceHeight: 2000 })
  })
})

it('owns the memory of its pixels, so that they can be transferred', async () => {
  for (const maxSide of [20, 512]) {
    const { data } = await decodeImage(await quarters(64, 48).png().toBuffer(), { ...OPTIONS, maxSide })
    expect(Object.getPrototypeOf(data)).toBe(Uint8Array.prototype)
    expect([data.byteOffset, data.buffer.byteLength]).toEqual([0, data.length])
    if (!(data.buffer instanceof ArrayBuffer)) throw new Error('Expected memory of its own.')
    const length = data.length
    const moved = structuredClone(data, { transfer: [data.buffer] })
    expect([moved.length, data.length]).toEqual([length, 0])
  }
})

it('gives the memory of its pixels back', async () => {
  const plain = { width: 1000, height: 1000, channels: 3, background: 'red' } as const
  const picture = await sharp({ create: plain }).png().toBuffer()
  const decodeMany = async (times: number) => {
    for (let i = 0; i < times; i++) await decodeImage(picture, { ...OPTIONS, maxSide: 1000 })
  }
  await decodeMany(20)
  const before = process.memoryUsage().rss
  await decodeMany(150)
  // Pictures of 3 MB each; without a collection some of them wait to be freed.
  expect((process.memoryUsage().rss - before) / (1024 * 1024)).toBeLessThan(225)
})

describe('decodeDraft', () => {
  const draft = (bytes: Uint8Array) => decodeDraft(bytes, { maxPixels: 20_000_000, maxArea: 360_000 })

  it('gives a small version of a large JPEG, upright, with its real size', async () => {
    const bytes = await storeTurned(noise(3600, 2400), 6).jpeg().toBuffer()
    const whole = await decodeImage(bytes, { maxPixels: 20_000_000, maxSide: 450 })
    const image = await draft(bytes)
    expect(image).toEqual(whole)
    expect([image?.width, image?.height]).toEqual([300, 450])
    expect([image?.sourceWidth, image?.sourceHeight]).toEqual([2400, 3600])
  })

  it.each([
    ['a PNG', () => noise(900, 700).png().toBuffer()],
    ['a JPEG that would hardly be shrunk', () => noise(600, 600).jpeg({ quality: 100 }).toBuffer()],
    ['a JPEG of few bytes', () => quarters(900, 700).jpeg().toBuffer()],
    ['no bytes', async () => new Uint8Array()],
  ])('leaves %s to decodeImage', async (_name, make) => {
    expect(await draft(await make())).toBeUndefined()
  })

  it('refuses what decodeImage refuses', async () => {
    const bytes = await noise(2400, 1800).jpeg().toBuffer()
    await expect(draft(bytes.subarray(0, bytes.length - 5000))).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    const noJpeg = new Uint8Array(100_000).fill(0xff).fill(0xd8, 1, 2)
    await expect(draft(noJpeg)).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    const tooLarge = decodeDraft(bytes, { maxPixels: 10_000, maxArea: 360_000 })
    await expect(tooLarge).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
  })
})

describe('decodeRegion', () => {
  const REGION = { left: 30, top: 50, width: 60, height: 40 }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('cuts a part of the upright picture, orientation %i', async (orientation) => {
    const bytes = await storeTurned(noise(200, 150), orientation).png().toBuffer()
    const whole = await decodeImage(bytes, { maxPixels: 1_000_000 })
    const region = await decodeRegion(bytes, REGION, { maxPixels: 1_000_000 })
    expect([region.width, region.height]).toEqual([60, 40])
    for (let row = 0; row < 40; row++) {
      const at = 3 * ((50 + row) * whole.width + 30)
      expect(region.data.subarray(180 * row, 180 * (row + 1))).toEqual(whole.data.subarray(at, at + 180))
    }
  })

  it('refuses what is not whole, and what has too many pixels', async () => {
    const bytes = await noise(200, 150).jpeg().toBuffer()
    const refusal = { kind: 'IMAGE_UNDECODABLE' }
    await expect(decodeRegion(bytes, REGION, { maxPixels: 10_000 })).rejects.toMatchObject(refusal)
    await expect(decodeRegion(bytes.subarray(0, 200), REGION, { maxPixels: 1e6 })).rejects.toMatchObject(refusal)
  })
})
