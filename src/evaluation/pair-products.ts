/** So many rows are compared with two others at once. */
const TILE_ROWS = 4

/** Vectors one below the other; double precision, because converting each number at each use takes longer. */
interface Matrix {
  readonly values: Float64Array
  readonly columns: number
}

/** With 1,152 columns a block takes 300 KB. */
const BLOCK_ROWS = 32

/** What is told of each pair: the places of both in the list, the first below the second, and their dot product. */
export type TakeProduct = (p: number, q: number, product: number) => void

/**
 * The dot products of all pairs of vectors of one length, in an order of its own that suits the processor's cache. Gives the
 * share of the work that is done, 0 to 1, from time to time, so that the caller may do something else meanwhile.
 */
export function* multiplyAllPairs(vectors: readonly Float32Array[], take: TakeProduct): Generator<number, void> {
  const count = vectors.length
  const matrix = stack(vectors)
  // Rows of one block stay in the processor's cache while all rows above them pass by.
  for (let block = 0; block < count; block += BLOCK_ROWS) {
    const end = Math.min(count, block + BLOCK_ROWS)
    for (let row = 0; row < end; row += 2) {
      multiplyRows(matrix, row, Math.max(block, row + 1), end, take)
      if (row % 32 === 0) yield (block * block + (row * (end * end - block * block)) / end) / (count * count)
    }
  }
}

function stack(vectors: readonly Float32Array[]): Matrix {
  const columns = vectors[0]?.length ?? 0
  // Rows of zeros at the end: a tile may reach past the last vector.
  const values = new Float64Array((vectors.length + TILE_ROWS) * columns)
  for (const [i, vector] of vectors.entries()) values.set(vector, i * columns)
  return { values, columns }
}

/** Multiplies two neighbouring rows, `row` and the next, with the rows from `start` to `end` that lie below them. */
function multiplyRows(matrix: Matrix, row: number, start: number, end: number, take: TakeProduct): void {
  const sums = new Float64Array(8)
  for (let q = start; q < end; q += TILE_ROWS) {
    multiplyTile(matrix, row, q, sums)
    for (let i = 0; i < 8; i++) {
      const upper = row + (i >> 2)
      const lower = q + (i & 3)
      if (lower < end && lower > upper) take(upper, lower, sums[i] ?? 0)
    }
  }
}

/**
 * The dot products of two rows with four: each number that is read is used several times, which makes it five times as
 * fast as one pair at a time. Each sum runs in the order of the columns.
 */
function multiplyTile({ values, columns }: Matrix, row: number, other: number, sums: Float64Array): void {
  let a = row * columns
  let b = other * columns
  const [second, third, fourth] = [columns, 2 * columns, 3 * columns]
  let [s0, s1, s2, s3, t0, t1, t2, t3] = [0, 0, 0, 0, 0, 0, 0, 0]
  for (const end = a + columns; a < end; a++, b++) {
    const p = values[a] ?? 0
    const q = values[a + columns] ?? 0
    const w = values[b] ?? 0
    const x = values[b + second] ?? 0
    const y = values[b + third] ?? 0
    const z = values[b + fourth] ?? 0
    s0 += p * w
    s1 += p * x
    s2 += p * y
    s3 += p * z
    t0 += q * w
    t1 += q * x
    t2 += q * y
    t3 += q * z
  }
  sums.set([s0, s1, s2, s3, t0, t1, t2, t3])
}
