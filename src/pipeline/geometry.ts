/**
 * A similarity transform of the plane (rotation, uniform scale, translation):
 * `x' = a * x - b * y + tx`, `y' = b * x + a * y + ty`. Coordinates are pixels, y down, pixel centres at whole numbers.
 */
export interface Similarity {
  readonly a: number
  readonly b: number
  readonly tx: number
  readonly ty: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export function applySimilarity(t: Similarity, x: number, y: number): Point {
  return { x: t.a * x - t.b * y + t.tx, y: t.b * x + t.a * y + t.ty }
}

/** How many target pixels one source pixel becomes. */
export function scaleOf(t: Similarity): number {
  return Math.hypot(t.a, t.b)
}

/**
 * The similarity transform that takes `from` to `to` with the least squared error (Umeyama 1991, two dimensions, no reflection).
 * Both are x and y in turn, of equal length, at least two different points; throws RangeError otherwise.
 */
export function fitSimilarity(from: ArrayLike<number>, to: ArrayLike<number>): Similarity {
  const count = from.length / 2
  if (from.length !== to.length || count < 2) throw new RangeError('Expected two equally long lists of points')
  let fx = 0
  let fy = 0
  let gx = 0
  let gy = 0
  for (let i = 0; i < from.length; i += 2) {
    fx += from[i]! / count
    fy += from[i + 1]! / count
    gx += to[i]! / count
    gy += to[i + 1]! / count
  }
  let dot = 0
  let cross = 0
  let variance = 0
  for (let i = 0; i < from.length; i += 2) {
    const x = from[i]! - fx
    const y = from[i + 1]! - fy
    const u = to[i]! - gx
    const v = to[i + 1]! - gy
    dot += x * u + y * v
    cross += x * v - y * u
    variance += x * x + y * y
  }
  if (!(variance > 0)) throw new RangeError('Expected at least two different points')
  const a = dot / variance
  const b = cross / variance
  return { a, b, tx: gx - (a * fx - b * fy), ty: gy - (b * fx + a * fy) }
}

/** A square of `side` pixels around (`x`, `y`), turned clockwise by `rollRadians`, as the transform from a chip of `chipSize` pixels to the image. */
export function squareToImage(x: number, y: number, side: number, rollRadians: number, chipSize: number): Similarity {
  const scale = side / chipSize
  const a = Math.cos(rollRadians) * scale
  const b = Math.sin(rollRadians) * scale
  const half = chipSize / 2
  return { a, b, tx: x - (a * half - b * half), ty: y - (b * half + a * half) }
}
