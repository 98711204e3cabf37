/**
 * Decoders take time for each row beside that for its pixels: a PNG of 1 x 20 million, 39 kB, takes a hundred times as long as one of as
 * many pixels in a square. A JPEG has at most 65,535 a side, and with 40 megapixels a longer side than this shows a strip of 400.
 */
const MOST_SIDE = 100_000

/** What an image of this size has too much of, as the rest of a sentence; undefined where it may be decoded. */
export function nameExcess(width: number, height: number, maxPixels: number): string | undefined {
  if (width * height > maxPixels) return `has ${width} x ${height} pixels; at most ${maxPixels} are allowed`
  const side = Math.max(width, height)
  return side > MOST_SIDE ? `has a side of ${side} pixels; at most ${MOST_SIDE} are allowed` : undefined
}
