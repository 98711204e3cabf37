import { crc32 } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'

/** Four quarters of plain colours: what is upright, what is mirrored and what is sRGB shows at once. */
export const QUARTERS = {
  topLeft: [220, 40, 40],
  topRight: [40, 200, 60],
  bottomLeft: [40, 60, 210],
  bottomRight: [230, 220, 70],
}

type Rgb = readonly number[]

export function quarters(width: number, height: number): Sharp {
  const data = Buffer.alloc(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(quarterAt(x < width / 2, y < height / 2), 3 * (y * width + x))
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

function quarterAt(left: boolean, top: boolean): Rgb {
  if (top) return left ? QUARTERS.topLeft : QUARTERS.topRight
  return left ? QUARTERS.bottomLeft : QUARTERS.bottomRight
}

/** A picture that does not compress away, so that cutting its file cuts its pixels. */
export function noise(width: number, height: number): Sharp {
  const data = Buffer.alloc(3 * width * height)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[i] = state >>> 24
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** The largest distance of the centres of the four quarters from their colours, 0..255. */
export function quartersError(image: { width: number; height: number; data: Uint8Array }): number {
  const { width, height, data } = image
  let worst = 0
  for (const [fx, fy] of [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ] as const) {
    const at = 3 * (Math.floor(fy * height) * width + Math.floor(fx * width))
    quarterAt(fx < 0.5, fy < 0.5).forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - data[at + i]!))
    })
  }
  return worst
}

/** The inverse of what a viewer does for an orientation: the stored pixels whose upright picture is the given one. */
export function storeTurned(upright: Sharp, orientation: number): Sharp {
  switch (orientation) {
    case 2:
      return upright.flop()
    case 3:
      return upright.rotate(180)
    case 4:
      return upright.flip()
    case 5:
      return transposed(upright, 'main')
    case 6:
      return upright.rotate(270)
    case 7:
      return transposed(upright, 'anti')
    case 8:
      return upright.rotate(90)
    default:
      return upright
  }
}

/** sharp mirrors before it turns: a quarter turn behind a mirror is a mirror over a diagonal. */
function transposed(upright: Sharp, diagonal: 'main' | 'anti'): Sharp {
  return upright.affine(diagonal === 'main' ? [0, 1, 1, 0] : [0, -1, -1, 0], { interpolator: 'nearest' })
}

/** A small true file whose header claims 20,000 x 20,000 pixels. */
export async function headerBomb(format: 'png' | 'jpeg' | 'gif' | 'tiff' | 'avif'): Promise<Buffer> {
  const options = format === 'tiff' ? { compression: 'lzw' as const } : {}
  const bytes = await quarters(64, 48)[format](options).toBuffer()
  if (format === 'png') {
    bytes.writeUInt32BE(20_000, 16)
    bytes.writeUInt32BE(20_000, 20)
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29)
  } else if (format === 'jpeg') {
    const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]))
    bytes.writeUInt16BE(20_000, frame + 5)
    bytes.writeUInt16BE(20_000, frame + 7)
  } else if (format === 'gif') {
    // The size of the screen, and of the one frame: its descriptor is 0x2c, x, y, width, height.
    const frame = bytes.indexOf(Buffer.from([0x2c, 0, 0, 0, 0, 64, 0, 48, 0]))
    for (const at of [6, 8, frame + 5, frame + 7]) bytes.writeUInt16LE(20_000, at)
  } else if (format === 'avif') {
    const size = bytes.indexOf('ispe')
    bytes.writeUInt32BE(20_000, size + 8)
    bytes.writeUInt32BE(20_000, size + 12)
  } else {
    const directory = bytes.readUInt32LE(4)
    const entries = Array.from({ length: bytes.readUInt16LE(directory) }, (_, i) => directory + 2 + 12 * i)
    for (const at of entries.filter((entry) => [256, 257].includes(bytes.readUInt16LE(entry)))) {
      bytes.writeUInt32LE(20_000, at + 8)
      bytes.writeUInt16LE(4, at + 2)
    }
  }
  return bytes
}
