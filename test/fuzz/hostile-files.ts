/** Files that were made to do harm: small files of large pictures, files of two kinds, sizes that are lies. */
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { headerBomb, noise } from '../image/pictures.js'

export const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif', 'tiff', 'bmp'] as const
export type Format = (typeof FORMATS)[number]

/** A small valid picture without a face. */
export async function smallPicture(format: Format, width = 48, height = 32): Promise<Buffer> {
  if (format === 'bmp') return bitmap(width, height, await noise(width, height).raw().toBuffer())
  return noise(width, height)
    [format](format === 'tiff' ? { compression: 'lzw' } : {})
    .toBuffer()
}

/** An uncompressed Windows bitmap of 24 bits; `pixels` may be fewer than its header promises. */
export function bitmap(width: number, height: number, pixels: Uint8Array): Buffer {
  const header = Buffer.alloc(54)
  header.write('BM')
  header.writeUInt32LE(54, 10)
  header.writeUInt32LE(40, 14)
  header.writeInt32LE(width, 18)
  header.writeInt32LE(height, 22)
  header.writeUInt16LE(1, 26)
  header.writeUInt16LE(24, 28)
  return Buffer.concat([header, pixels])
}

export interface HostileFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** One colour, so that a few kilobytes are megapixels. */
export async function pictureBombs(side: number): Promise<readonly HostileFile[]> {
  const create = { width: side, height: side, channels: 3, background: 'red' } as const
  const plain = () => sharp({ create, limitInputPixels: false })
  const pictures = {
    jpeg: plain().jpeg({ quality: 1 }),
    'progressive jpeg': plain().jpeg({ quality: 1, progressive: true }),
    png: plain().png(),
    'interlaced png': plain().png({ progressive: true }),
    'png of 16 bits': plain().toColourspace('rgb16').ensureAlpha().png({ progressive: true }),
    webp: plain().webp({ lossless: true, effort: 0 }),
    avif: plain().avif({ effort: 0 }),
    gif: plain().gif({ effort: 1 }),
    tiff: plain().tiff({ compression: 'deflate' }),
  }
  const files: HostileFile[] = []
  for (const [name, picture] of Object.entries(pictures)) {
    files.push({ name: `a plain ${name} of ${side} x ${side}`, bytes: await picture.toBuffer() })
  }
  return files
}

/** Headers that promise far more pixels than may be. */
export async function lyingHeaders(): Promise<readonly HostileFile[]> {
  const formats = ['png', 'jpeg', 'gif', 'tiff', 'avif'] as const
  const files = await Promise.all(formats.map(async (name) => ({ name, bytes: await headerBomb(name) })))
  const webp = Buffer.from(await noise(48, 32).webp({ lossless: true }).toBuffer())
  // VP8L: fourteen bits of width and of height behind the signature byte.
  webp.writeUInt32LE(0x0fffffff, webp.indexOf('VP8L') + 9)
  const bmp = bitmap(20_000, 20_000, Buffer.alloc(99))
  const wide = bitmap(2 ** 31 - 1, -(2 ** 31), Buffer.alloc(99))
  return [...files, { name: 'webp', bytes: webp }, { name: 'bmp', bytes: bmp }, { name: 'wide bmp', bytes: wide }].map(
    ({ name, bytes }) => ({ name: `a ${name} with a lying header`, bytes }),
  )
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** A picture whose harm is in what goes with it. */
export async function metadataBombs(): Promise<readonly HostileFile[]> {
  const png = await smallPicture('png')
  // Signature and IHDR.
  const insert = (chunk: Buffer) => Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)])
  const zeros = deflateSync(Buffer.alloc(256 * 2 ** 20))
  const name = Buffer.from('bomb\0\0')
  const gif = await smallPicture('gif')
  const frames = gif.subarray(gif.indexOf(0x2c), -1)
  const tiff = Buffer.from(await smallPicture('tiff'))
  const loop = Buffer.from(tiff)
  const directory = loop.readUInt32LE(4)
  // The next directory is this one again, without end.
  loop.writeUInt32LE(directory, directory + 2 + 12 * loop.readUInt16LE(directory))
  return [
    { name: 'a png with 256 MiB of colour profile', bytes: insert(pngChunk('iCCP', Buffer.concat([name, zeros]))) },
    { name: 'a png with 256 MiB of text', bytes: insert(pngChunk('zTXt', Buffer.concat([name, zeros]))) },
    {
      name: 'a png with 50,000 texts',
      bytes: insert(Buffer.concat(Array.from({ length: 50_000 }, (_, i) => pngChunk('tEXt', Buffer.from(`k${i}\0v`))))),
    },
    {
      name: 'a gif of 1,000 frames',
      bytes: Buffer.concat([gif.subarray(0, -1), ...Array.from({ length: 999 }, () => frames), Buffer.from(';')]),
    },
    { name: 'a tiff whose directories go in a circle', bytes: loop },
  ]
}

/** Files that are one thing to one reader and another to the next. */
export async function polyglots(): Promise<readonly HostileFile[]> {
  const [jpeg, png, gif] = await Promise.all([smallPicture('jpeg'), smallPicture('png'), smallPicture('gif')])
  const zip = Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1')
  const script = Buffer.from('<script>alert(1)</script>')
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
  const pdf = Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF')
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic')])
  const avifBrand = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypavif\0\0\0\0mif1heic'), svg])
  const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), script])
  const files: Readonly<Record<string, readonly Uint8Array[]>> = {
    'a jpeg that is a zip': [jpeg, zip],
    'a jpeg with a script in its comment': [jpeg.subarray(0, 2), comment, jpeg.subarray(2)],
    'a jpeg behind a png signature': [png.subarray(0, 8), jpeg],
    'a png with a jpeg behind it': [png, jpeg],
    'a png header on a gif': [png.subarray(0, 33), gif],
    'a gif that is a script': [Buffer.from('GIF89a/*'), gif.subarray(8), Buffer.from('*/=1;alert(1)')],
    'an svg behind a jpeg marker': [Buffer.from([0xff, 0xd8, 0xff]), svg],
    'an svg in an avif': [avifBrand],
    'a tiff that is a pdf': [Buffer.from('II*\0\x08\0\0\0'), pdf],
    'a pdf with a jpeg in it': [pdf, jpeg],
    'a bitmap that is a text': [Buffer.from('BM is short for bitmap, and this is none.   ')],
    'a heic': [heic],
    'a webp that is a wave': [Buffer.from('RIFF\x24\0\0\0WEBPfmt ')],
    'an svg': [svg],
    'a zip': [zip],
  }
  return Object.entries(files).map(([name, chunks]) => ({ name, bytes: Buffer.concat(chunks) }))
}
