import type { Image } from './image.js'

/** From this orientation on width and height change places. */
export const FIRST_LYING = 5

/** Whether what is stored at the left is seen at the right, or (lying) at the bottom. */
export function isMirrored(orientation: number): boolean {
  return [2, 3, 7, 8].includes(orientation)
}

/** Whether what is stored at the top is seen at the bottom, or (lying) at the right. */
export function isFlipped(orientation: number): boolean {
  return [3, 4, 6, 7].includes(orientation)
}

/**
 * The picture as it is to be seen, from how it is stored: the orientation that Exif notes (1 to 8; CIPA DC-008, 4.6.4, tag 274).
 * Other numbers count as 1.
 */
export function turnUpright(image: Image, orientation: number): Image {
  if (!(orientation >= 2 && orientation <= 8)) return image
  const { width, height, data } = image
  const isLying = orientation >= FIRST_LYING
  const [mirrored, flipped] = [isMirrored(orientation), isFlipped(orientation)]
  const [w, h] = isLying ? [height, width] : [width, height]
  const out = new Uint8Array(data.length)
  for (let y = 0, to = 0; y < h; y++) {
    for (let x = 0; x < w; x++, to += 3) {
      const [u, v] = isLying ? [y, x] : [x, y]
      const from = 3 * ((flipped ? height - 1 - v : v) * width + (mirrored ? width - 1 - u : u))
      out[to] = data[from] ?? 0
      out[to + 1] = data[from + 1] ?? 0
      out[to + 2] = data[from + 2] ?? 0
    }
  }
  return { width: w, height: h, data: out }
}
