import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../src/image/decode.js'
import { greyTiff, pngChunk, tiffOf, withChunks } from './hand-made.js'
import { noise, quarters, quartersError } from './pictures.js'
import { rarePicture } from './rare-pictures.js'

const decode = (bytes: Uint8Array) => decodeImage(bytes, { maxPixels: 20_000_000 })

const plainJpeg = (options = {}) =>
  quarters(64, 48)
    .jpeg({ quality: 95, ...options })
    .toBuffer()
const plainPng = () => quarters(64, 48).png().toBuffer()

/** The frame's header said differently: its marker (the second byte), and the bits of a sample. */
async function jpegWithFrame({ marker = 0xc0, bits = 8 }): Promise<Buffer> {
  const bytes = await plainJpeg()
  const at = bytes.indexOf(Buffer.of(0xff, 0xc0))
  bytes[at + 1] = marker
  bytes[at + 4] = bits
  return bytes
}

/** With another major brand; `brands` says which it is compatible with. */
async function avifCalled(major: string): Promise<Buffer> {
  const bytes = await quarters(64, 48).avif({ quality: 90 }).toBuffer()
  bytes.write(major, 8, 'latin1')
  return bytes
}

/** An animation (APNG) whose second frame is black. */
async function animatedPng(): Promise<Buffer> {
  const png = await plainPng()
  const control = (sequence: number) => {
    const data = Buffer.alloc(26)
    for (const [i, value] of [sequence, 64, 48].entries()) data.writeUInt32BE(value, 4 * i)
    return pngChunk('fcTL', data)
  }
  const first = withChunks(png, [pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])), control(0)])
  const black = await quarters(64, 48).linear(0, 0).png().toBuffer()
  const data = black.subarray(black.indexOf('IDAT') + 4, black.indexOf('IEND') - 8)
  const second = pngChunk('fdAT', Buffer.concat([Buffer.of(0, 0, 0, 2), data]))
  return Buffer.concat([first.subarray(0, -12), control(1), second, first.subarray(-12)])
}

describe('what another decoder reads is read:', () => {
  it.each<readonly [string, () => Buffer | Promise<Buffer>]>([
    ['a JPEG with arithmetic coding', () => rarePicture('arithmeticJpeg')],
    ['a progressive JPEG with arithmetic coding', () => rarePicture('progressiveArithmeticJpeg')],
    ['a lossless JPEG of 8 bits', () => rarePicture('losslessJpeg')],
    ['a JPEG that is stored as RGB', () => plainJpeg({ chromaSubsampling: '4:4:4' })],
    ['a JPEG with restarts and trellis', () => plainJpeg({ mozjpeg: true })],
    ['several JPEGs in one file (MPO)', async () => Buffer.concat([await plainJpeg(), await plainJpeg()])],
    [
      'fillers before a marker',
      async () => Buffer.concat([Buffer.of(0xff, 0xd8, 0xff), (await plainJpeg()).subarray(2)]),
    ],
    ['an animated PNG', animatedPng],
    ['an AVIF of 10 bits', () => rarePicture('avifOf10Bits')],
    ['an AVIF of 12 bits', () => rarePicture('avifOf12Bits')],
    ['a lossless AVIF', () => quarters(64, 48).avif({ lossless: true }).toBuffer()],
    [
      'an AVIF without subsampling',
      () => quarters(64, 48).avif({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer(),
    ],
    ['the first frame of an animated AVIF', () => rarePicture('animatedAvif')],
    ...['mif1', 'miaf', 'MA1B', 'msf1', 'mif2'].map(
      (brand) => [`an AVIF called ${brand}`, () => avifCalled(brand)] as const,
    ),
    ['a TIFF with WebP', () => quarters(64, 48).tiff({ compression: 'webp', quality: 95 }).toBuffer()],
    ['a TIFF with PackBits', () => quarters(64, 48).tiff({ compression: 'packbits' }).toBuffer()],
    [
      'a TIFF with Deflate and a predictor',
      () => quarters(64, 48).tiff({ compression: 'deflate', predictor: 'horizontal' }).toBuffer(),
    ],
    ['a TIFF of L*a*b* colours', () => quarters(64, 48).toColourspace('lab').tiff({ compression: 'none' }).toBuffer()],
    [
      'a TIFF of floating-point numbers',
      () => quarters(64, 48).toColourspace('scrgb').tiff({ compression: 'none' }).toBuffer(),
    ],
  ])('%s', async (_name, make) => {
    expect(quartersError(await decode(await make()))).toBeLessThan(16)
  })

  it.each([
    ['a TIFF of one bit', () => quarters(64, 48).threshold(128).toColourspace('b-w').tiff({ bitdepth: 1 }).toBuffer()],
    [
      'a facsimile',
      () =>
        quarters(64, 48).threshold(128).toColourspace('b-w').tiff({ compression: 'ccittfax4', bitdepth: 1 }).toBuffer(),
    ],
    ['a PNG of one bit', () => quarters(64, 48).threshold(128).png({ palette: true, colours: 2 }).toBuffer()],
  ])('%s, in black and white', async (_name, make) => {
    const { width, height, data } = await decode(await make())
    expect([width, height]).toEqual([64, 48])
    expect(new Set(data)).toEqual(new Set([0, 255]))
  })
})

describe('what cannot be read is named, with what to do:', () => {
  const heic = (major: string) => Buffer.from(`\0\0\0\x18ftyp${major}\0\0\0\0mif1heic`, 'latin1')
  it.each([
    ['a JPEG of 12 bits', () => jpegWithFrame({ marker: 0xc1, bits: 12 }), 'A JPEG of 12 bits a sample'],
    ['a lossless JPEG of 16 bits', () => jpegWithFrame({ marker: 0xc3, bits: 16 }), 'A lossless JPEG of 16 bits'],
    ['a hierarchical JPEG', () => jpegWithFrame({ marker: 0xc5 }), 'A hierarchical JPEG'],
    ['a lossless JPEG with arithmetic coding', () => jpegWithFrame({ marker: 0xcb }), 'with arithmetic coding'],
    ['JPEG-LS', () => rarePicture('jpegLs'), 'JPEG-LS'],
    ["a PNG of Apple's", async () => withCgbi(await plainPng()), 'CgBI'],
    ['HEIC', () => heic('heic'), 'received HEIC: convert it to JPEG'],
    ['HEIC with a general brand', () => heic('mif1'), 'received HEIC: convert it to JPEG'],
    ['JPEG XL', () => Buffer.of(0xff, 0x0a, 1, 2, 3), 'received JPEG XL'],
    ['JPEG XL in boxes', () => Buffer.from('\0\0\0\x0cJXL \r\n\x87\n', 'latin1'), 'received JPEG XL'],
    ['JPEG 2000', () => Buffer.from('\0\0\0\x0cjP  \r\n\x87\n', 'latin1'), 'received JPEG 2000'],
    ['PDF', () => Buffer.from('%PDF-1.7'), 'received PDF'],
    ['text', () => Buffer.from('hello'), 'received something else'],
    ['a TIFF with Zstandard', () => tiffOf(greyTiff({ 259: 50_000 })), 'compression 50000'],
    ['a TIFF with JPEG 2000', () => tiffOf(greyTiff({ 259: 34_712 })), 'compression 34712'],
    ['a TIFF of 12 bits', () => tiffOf(greyTiff({ 258: 12 })), '12 bits a sample'],
    ['a TIFF of 32 bits', () => tiffOf(greyTiff({ 258: 32 })), '32 bits a sample'],
    ['a TIFF of signed numbers', () => tiffOf(greyTiff({ 339: 2 })), 'signed numbers'],
    ['a TIFF of doubles', () => tiffOf(greyTiff({ 258: 64, 339: 3 })), 'floating-point numbers of 64 bits'],
    ['a TIFF of small L*a*b*', () => tiffOf(greyTiff({ 262: 8 })), 'L*a*b* colours of 8 bits'],
  ])('%s', async (_name, make, part) => {
    await expect(decode(await make())).rejects.toMatchObject({
      kind: 'IMAGE_FORMAT_UNSUPPORTED',
      message: expect.stringContaining(part),
    })
  })

  function withCgbi(png: Buffer): Buffer {
    return Buffer.concat([png.subarray(0, 8), pngChunk('CgBI', Buffer.of(0x50, 0, 0x20, 2)), png.subarray(8)])
  }
})

describe('a JPEG that lacks its end marker', () => {
  const KINDS: readonly (readonly [string, () => Promise<Buffer>])[] = [
    ['small', () => noise(64, 48).jpeg().toBuffer()],
    ['large', () => noise(800, 700).jpeg({ quality: 90 }).toBuffer()],
    ['progressive', () => noise(64, 48).jpeg({ progressive: true }).toBuffer()],
    ['of four inks', () => noise(64, 48).toColourspace('cmyk').jpeg().toBuffer()],
    ['grey', () => noise(64, 48).toColourspace('b-w').jpeg().toBuffer()],
    ['turned', () => noise(64, 48).jpeg().withMetadata({ orientation: 6 }).toBuffer()],
  ]

  // Of pictures for print nobody tells whether they are whole but for that: they are refused.
  it.each(KINDS.filter(([name]) => name !== 'of four inks'))(
    'is decoded like the whole one, be it both bytes or one: %s',
    async (_name, make) => {
      const whole = await make()
      expect([...whole.subarray(-2)]).toEqual([0xff, 0xd9])
      const image = await decode(whole)
      for (const lacking of [1, 2]) {
        const { data, width, height } = await decode(whole.subarray(0, -lacking))
        expect([width, height, Buffer.compare(data, image.data)]).toEqual([image.width, image.height, 0])
      }
    },
  )

  it.each(KINDS)('and more is refused: %s', async (_name, make) => {
    const whole = await make()
    for (const lacking of [4, 5, 8, 20, 300]) {
      const cut = whole.subarray(0, -lacking)
      await expect(decode(cut), `${lacking} bytes`).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    }
  })

  it('and whole scans is refused', async () => {
    const whole = await noise(64, 48).jpeg({ progressive: true }).toBuffer()
    const scan = Buffer.of(0xff, 0xda)
    for (let at = whole.lastIndexOf(scan); at > 0; at = whole.lastIndexOf(scan, at - 1)) {
      // Its tables stand before the scan.
      const table = whole.lastIndexOf(Buffer.of(0xff, 0xc4), at)
      await expect(decode(whole.subarray(0, table))).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    }
  })
})
