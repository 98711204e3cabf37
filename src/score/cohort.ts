import { type ByteRows, Matrix } from '../pipeline/matrix.js'

/**
 * How the cosine similarities of one face are read: `gain * cosine + offset`. A face that resembles many others must
 * resemble a second one more to count as the same person (adaptive symmetric score normalisation, known from speaker
 * recognition: Matějka et al., Interspeech 2017), and one that is seen less well a little less than one that is seen very well.
 */
export interface CohortScale {
  readonly gain: number
  readonly offset: number
  /** Mean similarity of an average face to its likes: one number for all faces of a pack. */
  readonly centre: number
}

/** For packs without a cohort: similarities stay as they are. */
export const NO_COHORT: CohortScale = { gain: 1, offset: 0, centre: 0 }

/** Faces of nobody, made up from many, that a face is compared with. */
export interface Cohort {
  /** Unit-length embeddings. */
  readonly members: ByteRows
  /** Only the members most like a face say how it stands among its likes: this share of them, 0 to 1. */
  readonly nearestShare: number
  /** Mean and standard deviation of an average face's similarities to the members that are most like it. */
  readonly mean: number
  readonly deviation: number
  /** Length of an average face's embedding before it is scaled to 1. */
  readonly length: number
}

/**
 * The less a network sees of a face, the shorter its embedding comes out (see `QualityFit`), and the smaller are its similarities: those to
 * the same person more than those to others. So they are divided by this power of the length.
 */
const LENGTH_POWER = 0.4
/**
 * The lengths that count as themselves, as shares of the average one. What is seen worse would be read as more than it can tell; and no
 * portrait of DevTrain is seen so much better.
 */
const SHARES_OF_LENGTH = { least: 0.86, most: 1.5 } as const

/** How the similarities of a face are to be read. `length` is that of its embedding before it was scaled to 1. */
export function scaleByCohort(cohort: Cohort, embedding: Float32Array, length: number): CohortScale {
  const { mean, deviation } = measureNearest(cohort, embedding)
  const perCosine = cohort.deviation / deviation
  const share = Math.min(SHARES_OF_LENGTH.most, Math.max(SHARES_OF_LENGTH.least, length / cohort.length))
  const factor = share ** -LENGTH_POWER
  return { gain: factor * perCosine, offset: factor * (cohort.mean - perCosine * mean), centre: cohort.mean }
}

/** Mean and standard deviation of a face's cosine similarities to the members that are most like it. */
export function measureNearest(
  { members, nearestShare }: Pick<Cohort, 'members' | 'nearestShare'>,
  embedding: Float32Array,
): { readonly mean: number; readonly deviation: number } {
  const similarities = multiply(members, embedding)
  const nearest = largestOf(similarities, Math.max(1, Math.round(nearestShare * similarities.length)))
  let sum = 0
  let squares = 0
  for (const similarity of nearest) {
    sum += similarity
    squares += similarity * similarity
  }
  const mean = sum / nearest.length
  return { mean, deviation: Math.sqrt(Math.max(1e-12, squares / nearest.length - mean * mean)) }
}

/** A cohort is compared with every face: its numbers stay where the kernel multiplies them. */
const matrices = new WeakMap<ByteRows, Matrix>()

/** A matrix, row by row, times a vector. The rows stay as they are. Throws RangeError when the vector has another length. */
function multiply(rows: ByteRows, vector: Float32Array): Float32Array {
  const known = matrices.get(rows)
  const matrix = known ?? new Matrix(rows)
  if (!known) matrices.set(rows, matrix)
  return matrix.times(vector)
}

/** The largest `count` numbers, in any order; reorders `values`. Hoare's selection: sorting all takes ten times as long. */
function largestOf(values: Float32Array, count: number): Float32Array {
  const cut = values.length - count
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1]!
    let i = low
    let j = high
    while (i <= j) {
      while (values[i]! < pivot) i++
      while (values[j]! > pivot) j--
      if (i > j) break
      const value = values[i]!
      values[i++] = values[j]!
      values[j--] = value
    }
    if (cut <= j) high = j
    else if (cut >= i) low = i
    else break
  }
  return values.subarray(cut)
}

/**
 * From this share of the way between the centre and the reading of equal embeddings on, readings are bent so that equal
 * embeddings come to exactly 1 whatever their scales: above the thresholds that matter.
 */
const BEND_FROM = 0.7

/**
 * The similarity of two faces among their likes, from the cosine similarity of their embeddings: the mean of both readings,
 * at most 1, which equal embeddings reach. For an average face it is the cosine. Symmetric, never falling with rising cosine.
 */
export function relativeSimilarity(cosine: number, a: CohortScale, b: CohortScale): number {
  return readCosine(cosine, (a.gain + b.gain) / 2, (a.offset + b.offset) / 2, (a.centre + b.centre) / 2)
}

/** {@link relativeSimilarity}, of the means of both scales: for loops over a million faces, which make no objects. */
export function readCosine(cosine: number, gain: number, offset: number, centre: number): number {
  const reading = gain * cosine + offset
  const most = gain + offset
  const knee = centre + BEND_FROM * (most - centre)
  const relative = reading <= knee ? reading : knee + ((1 - knee) * (reading - knee)) / (most - knee)
  return Math.min(1, Math.max(-1, relative))
}
