import { type QualityFit, rateLength } from '../src/score/quality.js'
import { separate } from './discriminant.js'
import type { FittedFace } from './fit-faces.js'

/** A pack with this fit rates a face by ten times the length of its embedding: how {@link lengthOfFace} knows that. */
export const LENGTHS_ALONE: QualityFit = { lengths: Array.from({ length: 101 }, (_, i) => 0.0001 + i / 10), least: 0 }

/** The length of the embedding before it was scaled, of a face that was made with {@link LENGTHS_ALONE}. */
export function lengthOfFace({ face }: FittedFace): number {
  return (face.quality?.score ?? 0) / 10
}

const COVERED: readonly string[] = ['mask', 'sunglasses', 'mask and sunglasses', 'half covered']
/** Lengths of embeddings differ by some units, their directions by some tenths. */
const LENGTH_SCALE = 0.1
/** Of faces that are not covered so many may be called so. */
const WRONGLY_COVERED = 0.01
const STEPS = 100

/** What the lengths of embeddings say of a picture. Comparisons are to be refused where one is shorter than `leastLength`. */
export function fitQuality(plain: readonly FittedFace[], poor: readonly FittedFace[], leastLength: number): QualityFit {
  const sorted = plain.map(lengthOfFace).sort((p, q) => p - q)
  const lengths = Array.from(
    { length: STEPS + 1 },
    (_, i) => Math.round(1e4 * sorted[Math.round((i / STEPS) * (sorted.length - 1))]!) / 1e4,
  )
  return { lengths, least: rateLength({ lengths }, leastLength), covered: fitCovered(plain, poor) }
}

/** Of the faces that are refused so many would have been known again: where it were more, refusing would cost too much. */
const KNOWN_OF_REFUSED = 0.005

/**
 * The length below which next to no face is known again, not even beside the very picture that it was made poor from: there a score
 * of strangers and one of the same person are the same. `isKnown` tells of a poor face whether it is.
 */
export function findLeastLength(poor: readonly FittedFace[], isKnown: (face: FittedFace) => boolean): number {
  const rising = poor.toSorted((p, q) => lengthOfFace(p) - lengthOfFace(q))
  let known = 0
  let least = 0
  for (const [i, face] of rising.entries()) {
    if (isKnown(face)) known++
    if (known <= KNOWN_OF_REFUSED * (i + 1)) least = lengthOfFace(face)
  }
  console.log(`quality: refused below a length of ${least.toFixed(3)}`)
  return least
}

function fitCovered(plain: readonly FittedFace[], poor: readonly FittedFace[]): QualityFit['covered'] {
  const covered = poor.filter(({ kind }) => COVERED.includes(kind)).map(toRow)
  const open = [...plain, ...poor.filter(({ kind }) => !COVERED.includes(kind))].map(toRow)
  const { direction } = separate(covered, open)
  const measure = (row: Float32Array): number => row.reduce((sum, value, i) => sum + value * direction[i]!, 0)
  const measured = open.map(measure).sort((p, q) => q - p)
  const bound = measured[Math.floor(WRONGLY_COVERED * measured.length)]!
  const told = covered.filter((row) => measure(row) > bound).length
  console.log(`covered: ${told} of ${covered.length} covered faces are called so, and ${WRONGLY_COVERED} of others`)
  return {
    direction: Float32Array.from(direction.subarray(0, -1)),
    perLength: LENGTH_SCALE * (direction.at(-1) ?? 0),
    offset: -bound,
  }
}

function toRow(fitted: FittedFace): Float32Array {
  return Float32Array.of(...fitted.face.embedding, LENGTH_SCALE * lengthOfFace(fitted))
}
