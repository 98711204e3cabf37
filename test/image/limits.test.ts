import sharp, { type Sharp } from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeDraft, decodeImage, decodeRegion } from '../../src/image/decode.js'
import {
  type AvifChanges,
  type AvifItem,
  avifOfParts,
  box,
  gridOfOneTile,
  obuOf,
  sequenceOf,
  TILE,
} from './avif-of-parts.js'
import {
  greyTiff,
  jpegOfScans,
  packedText,
  pngChunk,
  type TiffEntry,
  tiffDirectoryBytes,
  tiffOf,
  webpOfFrames,
  withChunks,
} from './hand-made.js'
import { noise, quarters } from './pictures.js'

const OPTIONS = { maxPixels: 40_000_000, maxArea: 1_600_000 }
const decode = (bytes: Uint8Array) => decodeImage(bytes, OPTIONS)

const refusal = (part: string) => ({ kind: 'IMAGE_UNDECODABLE', message: expect.stringContaining(part) })

/** An animation of 16 x 12 pixels. */
async function animation(): Promise<Buffer> {
  const frames = [await quarters(16, 12).png().toBuffer(), await quarters(16, 12).negate().png().toBuffer()]
  return sharp(frames, { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer()
}

function tileOf(side: number): AvifItem {
  return { type: 'av01', size: [side, side] }
}

function withByte(box: Buffer, at: number, value: number): Buffer {
  const bytes = Buffer.from(box)
  bytes.writeUInt8(value, at)
  return bytes
}

/** The first item in pieces that take no byte of the table. */
function ofPieces(iloc: Buffer): Buffer {
  const bytes = withByte(iloc, 12, 0)
  bytes.writeUInt16BE(2000, 22)
  return bytes
}

/** A reference that is two bytes longer than it says. */
function withSlack(iref: Buffer): Buffer {
  const bytes = withUint32(iref, 12, iref.readUInt32BE(12) + 2)
  return Buffer.concat([withUint32(bytes, 0, iref.length + 2), Buffer.alloc(2)])
}

function withUint32(box: Buffer, at: number, value: number): Buffer {
  const bytes = Buffer.from(box)
  bytes.writeUInt32BE(value, at)
  return bytes
}

function stripOf(width: number, height: number): Sharp {
  return sharp(Buffer.alloc(width * height), { raw: { width, height, channels: 1 } })
}

/** A picture of so many rows, each a strip of its own, all with the same bytes. */
function sharedStrips(rows: number, stripBytes: number): Buffer {
  const tables = (at: number): readonly TiffEntry[] => [
    ...greyTiff({ 257: rows, 259: 32773 }).filter(([tag]) => tag < 273 || tag === 277 || tag === 278),
    [273, 4, rows, at],
    [279, 4, rows, at + 4 * rows],
  ]
  const at = 8 + tiffDirectoryBytes(tables(0))
  const values = Buffer.alloc(8 * rows)
  for (let i = 0; i < rows; i++) {
    values.writeUInt32LE(at, 4 * i)
    values.writeUInt32LE(stripBytes, 4 * (rows + i))
  }
  const entries = [...tables(at)].sort(([a], [b]) => a - b)
  return tiffOf(entries, { behind: Buffer.concat([values, Buffer.alloc(stripBytes)]) })
}

describe('refused before it is decoded is', () => {
  it('a JPEG of thousands of scans, whoever looks at it', async () => {
    const bytes = jpegOfScans(4096, 2048, 5000)
    expect(bytes.length).toBeLessThan(300_000)
    const many = refusal('stored in more than 100 scans')
    await expect(decode(bytes)).rejects.toMatchObject(many)
    await expect(decodeDraft(bytes, OPTIONS)).rejects.toMatchObject(many)
    const region = { left: 0, top: 0, width: 8, height: 8 }
    await expect(decodeRegion(bytes, region, OPTIONS)).rejects.toMatchObject(many)
  })

  it('a large JPEG of fewer scans, by the work that they are', async () => {
    const sentence = 'stored in 31 scans; at most 30 are allowed for its size'
    await expect(decode(jpegOfScans(8000, 5000, 31))).rejects.toMatchObject(refusal(sentence))
  })

  it.each(['zTXt', 'iTXt'] as const)('a PNG of many packed texts (%s)', async (type) => {
    const bytes = withChunks(
      await quarters(16, 12).png().toBuffer(),
      Array.from({ length: 17 }, () => packedText(type, 1000)),
    )
    await expect(decode(bytes)).rejects.toMatchObject(refusal('17 compressed texts; at most 16'))
  })

  it('a WebP of many frames', async () => {
    const bytes = webpOfFrames(await animation(), 5001)
    await expect(decode(bytes)).rejects.toMatchObject(refusal('5001 frames; at most 5000'))
  })

  it('a TIFF of many directories, or of directories in a circle', async () => {
    const sentence = refusal('more than 1000 directories')
    await expect(decode(tiffOf(greyTiff(), { directories: 1001 }))).rejects.toMatchObject(sentence)
    const circle = tiffOf(greyTiff())
    circle.writeUInt32LE(8, circle.length - 4)
    await expect(decode(circle)).rejects.toMatchObject(sentence)
  })

  it('a TIFF whose strips share their bytes', async () => {
    await expect(decode(sharedStrips(10_000, 100_000))).rejects.toMatchObject(refusal('strips or tiles'))
  })

  it.each([
    ['PNG', (strip: Sharp) => strip.png()],
    ['TIFF', (strip: Sharp) => strip.tiff({ compression: 'deflate' })],
  ])('a %s that is longer than any picture, lying and standing', async (_, encode) => {
    for (const [width, height] of [[100_001, 1] as const, [1, 100_001] as const]) {
      const strip = await encode(stripOf(width, height)).toBuffer()
      await expect(decode(strip), `${width} x ${height}`).rejects.toMatchObject(
        refusal('The image has a side of 100001 pixels; at most 100000 are allowed.'),
      )
    }
  })

  it('a small AVIF that is cut out of a large picture, and the large one', async () => {
    const large = [16_000, 16_000] as const
    const sentence = (of: string) => refusal(`The ${of} 16000 x 16000 pixels; at most 40000000 are allowed.`)
    await expect(decode(await gridOfOneTile([1, 1], { size: [100, 100], tile: large }))).rejects.toMatchObject(
      sentence('AVIF image has a part of'),
    )
    const one = await avifOfParts([{ type: 'av01', size: large }], [])
    await expect(decode(one)).rejects.toMatchObject(sentence('image has'))
  })

  it('an AVIF that decodes one picture again and again', async () => {
    const tiles = await gridOfOneTile([16, 16], { size: [6000, 6000], tile: [1000, 1000] })
    expect(tiles.length).toBeLessThan(2000)
    await expect(decode(tiles)).rejects.toMatchObject(refusal('put together from 256000000 pixels'))
    const size = [6000, 6000] as const
    const transparent = await avifOfParts(
      Array.from({ length: 4 }, () => ({ type: 'av01', size })),
      [2, 3, 4].map((item) => ['auxl', item, [1]]),
    )
    await expect(decode(transparent)).rejects.toMatchObject(refusal('put together from 144000000 pixels'))
  })

  it('an AVIF of thousands of frames, wherever they are, or of frames that may be larger than it', async () => {
    const size = [1000, 1000] as const
    const many = (stream: Buffer) => Buffer.concat(Array(150).fill(stream))
    const frames = await avifOfParts([{ type: 'av01', size }], [], { recode: many })
    await expect(decode(frames)).rejects.toMatchObject(refusal('put together from 150000000 pixels'))
    const alsoMadeOf = await avifOfParts([tileOf(1000), tileOf(TILE)], [['dimg', 1, [2]]], { recode: many })
    await expect(decode(alsoMadeOf)).rejects.toMatchObject(refusal('put together from'))
    const withZeros = { recode: (stream: Buffer) => many(Buffer.concat([stream, Buffer.alloc(1)])) }
    await expect(decode(await avifOfParts([tileOf(1000)], [], withZeros))).rejects.toMatchObject(
      refusal('put together'),
    )
    const large = { recode: (stream: Buffer) => Buffer.concat([sequenceOf(16_000), stream]) }
    await expect(decode(await avifOfParts([tileOf(TILE)], [], large))).rejects.toMatchObject(
      refusal('256000000 pixels'),
    )
    const configured = { configure: (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4), sequenceOf(16_000)]) }
    await expect(decode(await avifOfParts([tileOf(TILE)], [], configured))).rejects.toMatchObject(
      refusal('256000000 pixels'),
    )
    const outside = { configure: (bytes: Buffer) => Buffer.concat([bytes, obuOf(6, ['1'])]) }
    await expect(decode(await avifOfParts([tileOf(TILE)], [], outside))).rejects.toMatchObject(
      refusal('has frames outside'),
    )
  })

  it('an AVIF of layers one over the other, whose size is hidden', async () => {
    const layers = await avifOfParts([{ type: 'iovl', size: [64, 64] }, tileOf(TILE)], [['dimg', 1, [2]]])
    await expect(decode(layers)).rejects.toMatchObject(refusal('put together from layers'))
  })

  it('an AVIF that is the thumbnail of a picture in the same file, which is shown in its place', async () => {
    const thumbnail = await avifOfParts([tileOf(TILE), tileOf(1000)], [['thmb', 1, [2]]])
    await expect(decode(thumbnail)).rejects.toMatchObject(refusal('belongs to another'))
  })

  it.each<[string, AvifChanges['edit'], string]>([
    // 16 bytes of each item: its number, how and where it is placed, how many pieces, and of each where it begins and how long it is.
    ['without a length', { iloc: (box) => withUint32(box, box.length - 4, 0) }, 'an item without a length'],
    ['in two places', { iloc: (box) => withByte(box, 33, 1) }, 'an item in two places'],
    ['whose place is said in two bytes', { iloc: (box) => withByte(box, 13, 0x20) }, 'in an unknown way'],
    ['inside of another', { iloc: (box) => withByte(box, 19, 2) }, 'a part of another'],
    ['of thousands of pieces', { iloc: (box) => ofPieces(box) }, 'more than 1000 pieces'],
    ['with a hidden reference', { iref: (box) => withSlack(box) }, 'another length'],
    ['that is twice said to be something', { iinf: (box) => withByte(box, 48, 1) }, 'twice what an item is'],
  ])('an AVIF of an item %s', async (_, edit = {}, part) => {
    const bytes = await avifOfParts([tileOf(TILE), tileOf(TILE)], [['auxl', 2, [1]]], { edit })
    await expect(decode(bytes)).rejects.toMatchObject(refusal(part))
  })

  it('an AVIF of grids in grids, also in a circle', async () => {
    const grid = { type: 'grid', size: [64, 64], cells: [1, 1] } as const
    const chain = await avifOfParts(
      [grid, grid, grid, grid, grid, grid, { type: 'av01', size: [64, 64] }],
      [1, 2, 3, 4, 5, 6].map((item) => ['dimg', item, [item + 1]]),
    )
    await expect(decode(chain)).rejects.toMatchObject(refusal('parts of parts on more than 4 levels'))
    await expect(decode(await avifOfParts([grid], [['dimg', 1, [1]]]))).rejects.toMatchObject(refusal('parts of parts'))
  })

  it('an AVIF of too many boxes, items or references, or with a second box where readers take either', async () => {
    const one = tileOf(TILE)
    const refused = async (bytes: Buffer, part: string) => {
      await expect(decode(bytes)).rejects.toMatchObject(refusal(part))
    }
    const frees = Array.from({ length: 1001 }, () => box('free'))
    await refused(await avifOfParts([one], [], { more: frees }), 'more than 1000 boxes')
    await refused(await avifOfParts(Array(257).fill(one), []), 'more than 256 items')
    await refused(await avifOfParts([one], [['dimg', 1, Array(1001).fill(1)]]), 'more than 1000 references')
    await refused(await avifOfParts([one], [], { more: [box('iprp')] }), 'more than one box iprp')
    const whole = await avifOfParts([one], [])
    await refused(Buffer.concat([whole, box('meta', Buffer.alloc(4))]), 'more than one box meta')
  })
})

describe('let pass is', () => {
  it('a PNG as long as a picture may be', async () => {
    const { width, height } = await decode(await stripOf(1, 100_000).png().toBuffer())
    expect([width, height]).toEqual([1, 100_000])
  })

  it('a JPEG of a hundred scans, and one of 40 megapixels with as many as encoders write', async () => {
    expect(await decode(jpegOfScans(400, 250, 100))).toMatchObject({ width: 400 })
    expect(await decode(jpegOfScans(8000, 5000, 30))).toMatchObject({ sourceWidth: 8000 })
  })

  it('a PNG of many plain texts and of a few packed ones', async () => {
    const plain = Array.from({ length: 500 }, () => pngChunk('tEXt', Buffer.from('key\0text')))
    const open = Array.from({ length: 50 }, () => pngChunk('iTXt', Buffer.from('key\0\0\0\0\0text')))
    const packed = Array.from({ length: 16 }, () => packedText('zTXt', 1000))
    const bytes = withChunks(await quarters(16, 12).png().toBuffer(), [...plain, ...open, ...packed])
    expect(await decode(bytes)).toMatchObject({ width: 16, height: 12 })
  })

  it('an AVIF with a piece of a box behind it', async () => {
    const bytes = Buffer.concat([await avifOfParts([tileOf(TILE)], []), Buffer.from('\0\0\0\x01free', 'latin1')])
    expect(await decode(bytes)).toMatchObject({ width: TILE, height: TILE })
  })

  it('an AVIF of a few frames', async () => {
    const tile = { type: 'av01', size: [TILE, TILE] } as const
    const frames = await avifOfParts([tile], [], { recode: (stream) => Buffer.concat(Array(4).fill(stream)) })
    expect(await decode(frames)).toMatchObject({ width: TILE, height: TILE })
  })

  it('an AVIF of a hundred tiles that stand out over its edges', async () => {
    const bytes = await gridOfOneTile([10, 10], { size: [600, 590] })
    expect(await decode(bytes)).toMatchObject({ width: 600, height: 590 })
  })

  it('an animation of some thousand frames', async () => {
    expect(await decode(webpOfFrames(await animation(), 5000))).toMatchObject({ width: 16, height: 12 })
  })

  it('a TIFF of a thousand pictures', async () => {
    expect(await decode(tiffOf(greyTiff(), { directories: 1000 }))).toMatchObject({ width: 1, height: 1 })
  })

  it('a TIFF of many strips and one of many tiles', async () => {
    const strips = await noise(300, 2000).tiff({ compression: 'lzw' }).toBuffer()
    const tiles = await noise(300, 2000)
      .tiff({ compression: 'lzw', tile: true, tileWidth: 16, tileHeight: 16 })
      .toBuffer()
    for (const bytes of [strips, tiles]) expect(await decode(bytes)).toMatchObject({ width: 300, height: 2000 })
  })
})

describe('the walk over a file takes time in proportion to it', () => {
  const FILLERS: readonly (readonly [string, (n: number) => Buffer])[] = [
    ['a JPEG of fillers', (n) => Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(n, 0xff)])],
    ['a JPEG of restarts', (n) => Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(n, Buffer.of(0xff, 0xd0))])],
    ['a JPEG of comments', (n) => Buffer.concat([Buffer.of(0xff, 0xd8), Buffer.alloc(n, Buffer.of(0xff, 0xfe, 0, 2))])],
    ['a PNG of empty chunks', (n) => Buffer.concat([PNG, Buffer.alloc(n, Buffer.from('\0\0\0\0teXt\0\0\0\0'))])],
    ['a WebP of empty chunks', (n) => Buffer.concat([WEBP, Buffer.alloc(n, Buffer.from('junk\0\0\0\0'))])],
    ['a TIFF of directories', (n) => Buffer.concat([Buffer.from('II*\0\x08\0\0\0'), Buffer.alloc(n)])],
  ]

  it.each(FILLERS)('%s', async (_name, make) => {
    const bytes = make(8_000_000)
    const startMs = performance.now()
    await expect(decode(bytes)).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
    // Milliseconds on a machine with time; a walk that begins anew at every chunk would take hours.
    expect(performance.now() - startMs).toBeLessThan(10_000)
  })
})

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
const WEBP = Buffer.from('RIFF\xff\xff\xff\x00WEBP', 'latin1')
