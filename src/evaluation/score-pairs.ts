import { setImmediate as nextTurn } from 'node:timers/promises'
import { relativeSimilarity } from '../face/cohort.js'
import { dotProduct } from '../face/vectors.js'
import type { ComparedPair } from './cross-validate.js'
import type { ListedPair } from './data-set.js'
import { cosineOf, type FaceVectors } from './face-vectors.js'
import { type Hardest, keepHardest, type RankedPair } from './hardest.js'
import { addPair, createTally, type Tally } from './tally.js'

/** All pairs of a data set after comparison. */
export interface ScoredPairs {
  readonly tally: Tally
  /** By the names of the facial parts. Of very many pairs a sample: see {@link LARGEST_PART_SAMPLE}. */
  readonly parts: ReadonlyMap<string, Tally>
  readonly hardest: { readonly genuine: readonly RankedPair[]; readonly impostor: readonly RankedPair[] }
  /** The pairs of a list, in its order; absent where all pictures are compared. */
  readonly listed?: readonly ComparedPair[]
}

export interface ScoreOptions {
  /** How many of the hardest pairs of either kind are kept. */
  readonly hardest: number
  /** Told the share of the work that is done, 0 to 1, several times a second. */
  readonly onProgress?: (share: number) => void
  readonly signal?: AbortSignal
}

/** One face, or `undefined` where a picture has none. */
export type FoundFaces = readonly (FaceVectors | undefined)[]

/** Parts are compared for about so many pairs of a kind: enough for the third decimal of an area under the curve. */
const LARGEST_PART_SAMPLE = 50_000

/** So long is compared before the process looks after signals and the progress bar. */
const TURN_MS = 50

/** Compares the pairs of a list. */
export async function scoreListedPairs(
  faces: FoundFaces,
  pairs: readonly ListedPair[],
  options: ScoreOptions,
): Promise<ScoredPairs> {
  const genuine = pairs.filter((pair) => pair.genuine).length
  const book = openBook(faces, { genuine, impostor: pairs.length - genuine }, options.hardest)
  const turn = createTurns(options)
  const listed: ComparedPair[] = []
  for (const [i, { a, b, genuine }] of pairs.entries()) {
    const [p, q] = [faces[a], faces[b]]
    const similarity = p && q ? book.enter(a, b, genuine, dotProduct(p.embedding, q.embedding)) : undefined
    if (similarity === undefined) addPair(book.tally, genuine, undefined)
    listed.push({ genuine, similarity })
    if (i % 64 === 0) await turn(i / pairs.length)
  }
  return { ...book.close(), listed }
}

/** Compares every picture with every other one: genuine are pairs of one person, impostors all others. */
export async function scoreAllPairs(
  faces: FoundFaces,
  personOf: Int32Array,
  options: ScoreOptions,
): Promise<ScoredPairs> {
  const found = [...faces.keys()].filter((i) => faces[i])
  const [all, compared] = [countPairs(personOf), countPairs(Int32Array.from(found, (i) => personOf[i] ?? -1))]
  const book = openBook(faces, compared, options.hardest)
  book.tally.failed.genuine = all.genuine - compared.genuine
  book.tally.failed.impostor = all.impostor - compared.impostor
  const turn = createTurns(options)
  const matrix = stackEmbeddings(found.flatMap((i) => faces[i] ?? []))
  const enter = (p: number, q: number, cosine: number): void => {
    const [a, b] = [found[p] ?? 0, found[q] ?? 0]
    book.enter(a, b, personOf[a] === personOf[b], cosine)
  }
  const total = found.length * found.length
  // Rows of one block stay in the processor's cache while all rows above them pass by.
  for (let block = 0; block < found.length; block += BLOCK_ROWS) {
    const end = Math.min(found.length, block + BLOCK_ROWS)
    for (let row = 0; row < end; row += 2) {
      compareRows(matrix, row, Math.max(block, row + 1), end, enter)
      if (row % 32 === 0) await turn((block * block + (row * (end * end - block * block)) / end) / total)
    }
  }
  return book.close()
}

function countPairs(personOf: Int32Array): { readonly genuine: number; readonly impostor: number } {
  const counts = new Map<number, number>()
  for (const person of personOf) counts.set(person, (counts.get(person) ?? 0) + 1)
  let genuine = 0
  for (const count of counts.values()) genuine += (count * (count - 1)) / 2
  return { genuine, impostor: (personOf.length * (personOf.length - 1)) / 2 - genuine }
}

/** Collects the results of comparisons. */
function openBook(
  faces: FoundFaces,
  pairs: { readonly genuine: number; readonly impostor: number },
  hardestLimit: number,
) {
  const tally = createTally()
  const parts = new Map(Object.keys(faces.find((face) => face)?.parts ?? {}).map((part) => [part, createTally()]))
  const genuineShare = LARGEST_PART_SAMPLE / pairs.genuine
  const impostorShare = LARGEST_PART_SAMPLE / pairs.impostor
  const hardest: Record<'genuine' | 'impostor', Hardest> = {
    genuine: keepHardest(hardestLimit, 'lowest'),
    impostor: keepHardest(hardestLimit, 'highest'),
  }
  return {
    tally,
    /** Gives the relative similarity. */
    enter(a: number, b: number, genuine: boolean, cosine: number): number {
      const [faceA, faceB] = [faces[a], faces[b]]
      if (!faceA || !faceB) throw new Error('Expected two faces')
      const similarity = relativeSimilarity(cosine, faceA.cohort, faceB.cohort)
      addPair(tally, genuine, similarity)
      hardest[genuine ? 'genuine' : 'impostor'].offer(a, b, similarity)
      if (scatter(a, b) >= (genuine ? genuineShare : impostorShare)) return similarity
      for (const [part, counted] of parts) {
        const p = faceA.parts[part]
        const q = faceB.parts[part]
        if (p && q) addPair(counted, genuine, cosineOf(p, q))
      }
      return similarity
    },
    close: (): ScoredPairs => ({
      tally,
      parts,
      hardest: { genuine: hardest.genuine.list(), impostor: hardest.impostor.list() },
    }),
  }
}

/** A number from 0 to 1 that looks random and is the same in every run: it draws the sample of pairs. */
function scatter(a: number, b: number): number {
  let mixed = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/** Lets the process breathe, and ends with the signal's reason when it is aborted. */
function createTurns({ onProgress, signal }: ScoreOptions): (share: number) => Promise<void> {
  let startMs = performance.now()
  return async (share) => {
    if (performance.now() - startMs < TURN_MS) return
    onProgress?.(share)
    await nextTurn()
    signal?.throwIfAborted()
    startMs = performance.now()
  }
}

/** So many rows are compared with two others at once. */
const TILE_ROWS = 4

/** Embeddings one below the other; double precision, because converting each number at each use takes longer. */
interface Matrix {
  readonly values: Float64Array
  readonly columns: number
}

/** With 1,152 columns a block takes 300 KB. */
const BLOCK_ROWS = 32

function stackEmbeddings(faces: readonly FaceVectors[]): Matrix {
  const columns = faces[0]?.embedding.length ?? 0
  // Rows of zeros at the end: a tile may reach past the last face.
  const values = new Float64Array((faces.length + TILE_ROWS) * columns)
  for (const [i, { embedding }] of faces.entries()) values.set(embedding, i * columns)
  return { values, columns }
}

/** Compares two neighbouring rows, `row` and the next, with the rows from `start` to `end` that lie below them. */
function compareRows(
  matrix: Matrix,
  row: number,
  start: number,
  end: number,
  enter: (p: number, q: number, cosine: number) => void,
): void {
  const sums = new Float64Array(8)
  for (let q = start; q < end; q += TILE_ROWS) {
    multiplyTile(matrix, row, q, sums)
    for (let i = 0; i < 8; i++) {
      const upper = row + (i >> 2)
      const lower = q + (i & 3)
      if (lower < end && lower > upper) enter(upper, lower, sums[i] ?? 0)
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
