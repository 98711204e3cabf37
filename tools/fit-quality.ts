import type { PartsMeasure } from '../src/score/parts-measure.js'
import { type QualityFit, rateLength } from '../src/score/quality.js'
import { joinParts, splitByPart } from './fit-face-likeness.js'
import type { FittedFace } from './fit-faces.js'
import { regress } from './regression.js'

/** A pack with this fit rates a face by ten times the length of its embedding: how {@link lengthOfFace} knows that. */
export const LENGTHS_ALONE: QualityFit = { lengths: Array.from({ length: 101 }, (_, i) => 0.0001 + i / 10), least: 0 }

/** The length of the embedding before it was scaled, of a face that was made with {@link LENGTHS_ALONE}. */
export function lengthOfFace({ face }: FittedFace): number {
  return (face.quality?.score ?? 0) / 10
}

const COVERED: readonly string[] = ['mask', 'sunglasses', 'mask and sunglasses', 'half covered']
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

/** Fitted on every second person; where the border is, the others say. */
function fitCovered(plain: readonly FittedFace[], poor: readonly FittedFace[]): PartsMeasure {
  const people = [...new Set(plain.map(({ person }) => person))]
  const fitted = new Set(people.filter((_, i) => i % 2 === 0))
  const isCovered = ({ kind }: FittedFace): boolean => COVERED.includes(kind)
  const all = [...plain, ...poor]
  const used = all.filter(({ person }) => fitted.has(person))
  const { direction } = regress(used.filter(isCovered).map(toRow), used.filter((face) => !isCovered(face)).map(toRow))
  const others = all.filter(({ person }) => !fitted.has(person))
  const measure = (face: FittedFace): number => toRow(face).reduce((sum, value, i) => sum + value * direction[i]!, 0)
  const open = others
    .filter((face) => !isCovered(face))
    .map(measure)
    .sort((p, q) => q - p)
  const border = open[Math.floor(WRONGLY_COVERED * open.length)]!
  for (const kind of COVERED) {
    const covered = others.filter((face) => face.kind === kind)
    const told = covered.filter((face) => measure(face) > border).length
    console.log(`covered: ${told} of ${covered.length} with ${kind}, and ${WRONGLY_COVERED} of those that are not`)
  }
  return splitByPart(direction, -border)
}

function toRow({ face }: FittedFace): Float32Array {
  return joinParts(face.parts)
}
