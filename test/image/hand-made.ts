import { crc32, deflateSync } from 'node:zlib'

/** A segment of a JPEG: its marker (the second byte), its length, its content. */
export function jpegSegment(marker: number, content: readonly number[]): Buffer {
  const length = content.length + 2
  return Buffer.from([0xff, marker, length >> 8, length & 0xff, ...content])
}

/**
 * A grey progressive JPEG: a scan of the first coefficients, and so many that say in few bytes, for the whole picture, that all others
 * are zero.
 */
export function jpegOfScans(width: number, height: number, scans: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8)
  const size = [height >> 8, height & 0xff, width >> 8, width & 0xff]
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xdb, [0, ...Array.from({ length: 64 }, () => 1)]),
    jpegSegment(0xc2, [8, ...size, 1, 1, 0x11, 0]),
    // Codes of the first coefficients: "0" for no change. Of the others: "0" for the end of a block, "10" for a run of such ends.
    jpegSegment(0xc4, [0x00, 1, ...Array.from({ length: 15 }, () => 0), 0]),
    jpegSegment(0xc4, [0x10, 1, 1, ...Array.from({ length: 14 }, () => 0), 0, 0xe0]),
    jpegSegment(0xda, [1, 1, 0, 0, 0, 0]),
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...Array.from({ length: scans - 1 }, () =>
      Buffer.concat([jpegSegment(0xda, [1, 1, 0, 1, 63, 0]), runsOfEnds(blocks)]),
    ),
    Buffer.from([0xff, 0xd9]),
  ])
}

const SHORTEST_RUN = 2 ** 14

function runsOfEnds(blocks: number): Buffer {
  const runs = Array.from({ length: Math.floor(blocks / SHORTEST_RUN) }, () => `10${'0'.repeat(14)}`).join('')
  const bits = runs + '0'.repeat(blocks % SHORTEST_RUN)
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8))
  for (const [i, bit] of [...bits].entries()) bytes[i >> 3]! |= Number(bit) << (7 - (i & 7))
  return bytes
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length)
  chunk.writeUInt32BE(data.length)
  chunk.write(type, 4, 'latin1')
  chunk.set(data, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** Puts chunks behind the header of a PNG. */
export function withChunks(png: Uint8Array, chunks: readonly Uint8Array[]): Buffer {
  return Buffer.concat([png.subarray(0, 33), ...chunks, png.subarray(33)])
}

/** A text of so many zeros, packed. */
export function packedText(type: 'zTXt' | 'iTXt', length: number): Buffer {
  const head = type === 'zTXt' ? 'key\0\0' : 'key\0\x01\0\0\0'
  return pngChunk(type, Buffer.concat([Buffer.from(head, 'latin1'), deflateSync(Buffer.alloc(length))]))
}

/** An animation whose one frame comes so many times. */
export function webpOfFrames(animation: Uint8Array, frames: number): Buffer {
  const bytes = Buffer.from(animation)
  const at = bytes.indexOf('ANMF')
  const frame = bytes.subarray(at, at + 8 + bytes.readUInt32LE(at + 4))
  const file = Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: frames }, () => frame)])
  file.writeUInt32LE(file.length - 8, 4)
  return file
}

export type TiffEntry = readonly [tag: number, type: 3 | 4, count: number, value: number]

/** A little-endian TIFF of so many directories, all alike, and what stands behind them. */
export function tiffOf(entries: readonly TiffEntry[], { directories = 1, behind = Buffer.alloc(0) } = {}): Buffer {
  const length = tiffDirectoryBytes(entries)
  const all = Array.from({ length: directories }, (_, index) => {
    const directory = Buffer.alloc(length)
    directory.writeUInt16LE(entries.length)
    for (const [i, [tag, type, count, value]] of entries.entries()) {
      directory.writeUInt16LE(tag, 2 + 12 * i)
      directory.writeUInt16LE(type, 4 + 12 * i)
      directory.writeUInt32LE(count, 6 + 12 * i)
      directory.writeUInt32LE(value, 10 + 12 * i)
    }
    directory.writeUInt32LE(index === directories - 1 ? 0 : 8 + (index + 1) * length, length - 4)
    return directory
  })
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), ...all, behind])
}

export function tiffDirectoryBytes(entries: readonly TiffEntry[]): number {
  return 2 + 12 * entries.length + 4
}

/** A grey picture of one strip in the last bytes of the header's place; other tags can be said differently. */
export function greyTiff(changes: Readonly<Record<number, number>> = {}): readonly TiffEntry[] {
  const tags: Readonly<Record<number, number>> = {
    256: 1,
    257: 1,
    258: 8,
    259: 1,
    262: 1,
    273: 8,
    277: 1,
    278: 1,
    279: 1,
    ...changes,
  }
  return Object.entries(tags).map(([tag, value]) => [Number(tag), 4, 1, value])
}
