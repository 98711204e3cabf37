import sharp from 'sharp'

/** Data that any decoder reads on where it lacks some: all bits 0, and all bits 1 (each 0xff of data is followed by 0x00). */
const PADDINGS = [new Uint8Array(16), Uint8Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0xff : 0))]
const END_BYTES = 2
/** More than the rows of blocks that the last bits can be of. */
const LAST_ROWS = 64

/**
 * Whether a JPEG of four inks with its end marker has all of its last scan: then it looks the same whatever stands between that and the
 * marker. The decoder that tells it of other pictures has no colours for these. Takes as long as decoding it twice.
 */
export async function isWholeInInks(
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<boolean> {
  const rows = Math.min(height, LAST_ROWS)
  const last = { left: 0, top: height - rows, width, height: rows }
  const looks = PADDINGS.map((padding) => {
    const padded = Buffer.concat([bytes.subarray(0, -END_BYTES), padding, bytes.subarray(-END_BYTES)])
    return sharp(padded, { failOn: 'error', limitInputPixels: false, sequentialRead: true })
      .extract(last)
      .raw()
      .toBuffer()
  })
  try {
    const [zeros, ones] = await Promise.all(looks)
    return zeros !== undefined && ones !== undefined && zeros.equals(ones)
  } catch {
    return false
  }
}
