import { Matrix } from '../pipeline/matrix.js'
import { normalise } from './vectors.js'

/**
 * How the cosine similarities of one face are read: `gain * cosine + offset`. A face that resembles many others must
 * resemble a second one more to count as the same person (adaptive symmetric score normalisation, known from speaker
 * recognition: Matějka et al., Interspeech 2017).
 */
export interface CohortScale {
  readonly gain: number
  readonly offset: number
  /** Mean similarity of an average face to its likes: one number for all faces of a pack. */
  readonly centre: number
}

/** For packs without a cohort: similarities stay as they are. */
export const NO_COHORT: CohortScale = { gain: 1, offset: 0, centre: 0 }

/**
 * Faces of nobody, made up from many, that a face is compared with. An embedding is `head` numbers that are taken as they
 * are and others that are projected onto `axes` first: along these the cohort differs, and it takes a sixth of the time.
 */
export interface Cohort {
  /** How many numbers at the beginning of an embedding are not projected. */
  readonly head: number
  /** Unit vectors one after the other, each as long as the rest of an embedding. */
  readonly axes: Float32Array
  /** Projected embeddings one after the other: `head` numbers and one for each axis. */
  readonly members: Float32Array
  /** Mean and standard deviation of an average face's similarities to the members that are most like it. */
  readonly mean: number
  readonly deviation: number
}

/** Only the members most like a face say how it stands among its likes. This share of them; chosen on DevTrain. */
const NEAREST_SHARE = 0.15

/**
 * The full corrections of speaker recognition (1 and 1) are too much for faces: a quarter of the shift of the mean and the
 * root of the deviations' ratio accept most on DevTrain.
 */
const SHIFT = 0.25
const POWER = 0.5

/** How the similarities of a face are to be read. */
export function scaleByCohort(cohort: Cohort, embedding: Float32Array): CohortScale {
  const { mean, deviation } = measureNearest(cohort, embedding)
  const gain = (cohort.deviation / deviation) ** POWER
  const centre = cohort.mean
  return { gain, offset: centre - gain * (SHIFT * mean + (1 - SHIFT) * centre), centre }
}

/** Mean and standard deviation of a face's cosine similarities to the members that are most like it. */
export function measureNearest(
  cohort: Pick<Cohort, 'head' | 'axes' | 'members'>,
  embedding: Float32Array,
): { readonly mean: number; readonly deviation: number } {
  const similarities = multiply(cohort.members, projectOnto(cohort, embedding))
  const nearest = largestOf(similarities, Math.round(NEAREST_SHARE * similarities.length))
  let sum = 0
  let squares = 0
  for (const similarity of nearest) {
    sum += similarity
    squares += similarity * similarity
  }
  const mean = sum / nearest.length
  return { mean, deviation: Math.sqrt(Math.max(1e-12, squares / nearest.length - mean * mean)) }
}

/** An embedding as the members of a cohort are written; as it is where there are no axes. */
export function projectOnto({ head, axes }: Pick<Cohort, 'head' | 'axes'>, embedding: Float32Array): Float32Array {
  if (axes.length === 0) return embedding
  const projected = multiply(axes, embedding.subarray(head))
  const out = new Float32Array(head + projected.length)
  out.set(embedding.subarray(0, head))
  out.set(projected, head)
  return out
}

/** A cohort is compared with every face: its numbers stay where the kernel multiplies them. */
const matrices = new WeakMap<Float32Array, Matrix>()

/** A matrix, row by row, times a vector. The rows stay as they are. */
function multiply(rows: Float32Array, vector: Float32Array): Float32Array {
  const known = matrices.get(rows)
  const matrix = known ?? new Matrix(rows, vector.length)
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

/** The cohort of embeddings that are the head alone. */
export function headOfCohort({ head, axes, members }: Pick<Cohort, 'head' | 'axes' | 'members'>, restLength: number) {
  const width = head + axes.length / restLength
  const heads = new Float32Array((members.length / width) * head)
  for (let row = 0; row * width < members.length; row++) {
    heads.set(normalise(members.slice(row * width, row * width + head)), row * head)
  }
  return { head, axes: new Float32Array(0), members: heads }
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
  const gain = (a.gain + b.gain) / 2
  const offset = (a.offset + b.offset) / 2
  const centre = (a.centre + b.centre) / 2
  const reading = gain * cosine + offset
  const most = gain + offset
  const knee = centre + BEND_FROM * (most - centre)
  const relative = reading <= knee ? reading : knee + ((1 - knee) * (reading - knee)) / (most - knee)
  return Math.min(1, Math.max(-1, relative))
}
