import { type ByteRows, Matrix } from '../pipeline/matrix.js'

/**
 * How the cosine similarities of one face are read: `gain * cosine + offset`. A face that resembles many others must
 * resemble a second one more to count as the same person (adaptive symmetric score normalisation, known from speaker
 * recognition: Matějka et al., Interspeech 2017), and one that is seen less well a little less than one that is seen very well.
 */
export interface CohortScale {
  readonly gain: number
  readonly offset: number
  /** What one in a hundred of all reach with an average face: one number for all faces of a pack. */
  readonly centre: number
}

/** For packs without a cohort: similarities stay as they are. */
export const NO_COHORT: CohortScale = { gain: 1, offset: 0, centre: 0 }

/** Everybody that a face may be compared with, as a mixture of normal distributions: no face is in it, only how those of a class are spread. */
export interface Cohort {
  readonly classes: readonly CohortClass[]
  /** Of each class its mean, then its directions. */
  readonly rows: ByteRows
  /** Of an average face. */
  readonly likes: Likes
  /** Length of an average face's embedding before it is scaled to 1. */
  readonly length: number
}

/** The unit-length embeddings of a group of people, or of faces that are shown poorly in one way, as a normal distribution. */
export interface CohortClass {
  /** Of all that a face is compared with; those of all classes add up to 1. */
  readonly share: number
  /** So many directions have a variance of their own; the sum of their outer products is the covariance, but for `evenVariance`. */
  readonly directions: number
  /** The variance that all directions have besides. */
  readonly evenVariance: number
}

/** The cosine similarities that so many of those that a face may be compared with reach: those who are most like it. */
export interface Likes {
  readonly hundredth: number
  readonly tenThousandth: number
}

/**
 * The less a network sees of a face, the shorter its embedding comes out (see `QualityFit`), and the smaller are its similarities: those to
 * the same person more than those to others. So they are divided by this power of the length.
 */
const LENGTH_POWER = 0.6
/**
 * The lengths that count as themselves, as shares of the average one. What is seen worse would be read as more than it can tell; and no
 * portrait of DevTrain is seen so much better.
 */
const SHARES_OF_LENGTH = { least: 0.86, most: 1.5 } as const

/** How the similarities of a face are to be read. `length` is that of its embedding before it was scaled to 1. */
export function scaleByCohort(cohort: Cohort, embedding: Float32Array, length: number): CohortScale {
  const { hundredth, tenThousandth } = measureLikes(cohort, embedding)
  const { likes } = cohort
  const perCosine = (likes.tenThousandth - likes.hundredth) / (tenThousandth - hundredth)
  const share = Math.min(SHARES_OF_LENGTH.most, Math.max(SHARES_OF_LENGTH.least, length / cohort.length))
  const factor = share ** -LENGTH_POWER
  return {
    gain: factor * perCosine,
    offset: factor * (likes.hundredth - perCosine * hundredth),
    centre: likes.hundredth,
  }
}

/** How like a face those are that are most like it. Throws RangeError when the embedding has another length than those of the cohort. */
export function measureLikes({ classes, rows }: Pick<Cohort, 'classes' | 'rows'>, embedding: Float32Array): Likes {
  const products = multiply(rows, embedding)
  let row = 0
  const similarities = classes.map(({ share, directions, evenVariance }): Normal => {
    const mean = products[row++]!
    let variance = evenVariance
    for (const end = row + directions; row < end; row++) variance += products[row]! ** 2
    return { share, mean, deviation: Math.sqrt(variance) }
  })
  return { hundredth: reachedBy(1e-2, similarities), tenThousandth: reachedBy(1e-4, similarities) }
}

/** The similarities to a class. */
interface Normal {
  readonly share: number
  readonly mean: number
  readonly deviation: number
}

/** A share of a normal distribution so small that no similarity is looked for among it, in deviations from the mean. */
const FARTHEST = 6
/** Halvings of a range of similarities: what is left of it is far below the steps of the rows. */
const HALVINGS = 30

function reachedBy(rate: number, classes: readonly Normal[]): number {
  let low = Math.min(...classes.map(({ mean }) => mean))
  let high = Math.max(...classes.map(({ mean, deviation }) => mean + FARTHEST * deviation))
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    let beyond = 0
    for (const { share, mean, deviation } of classes) beyond += share * upperTail((middle - mean) / deviation)
    if (beyond > rate) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The share of the normal distribution beyond `z` deviations, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series
  return z < 0 ? 1 - tail : tail
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
