import { coveredShare, type Detection, overlap } from './detect.js'

// The numbers of this file were chosen on DevTrain.

/** What a closer look sees counts as the face itself when the boxes overlap as much as this. */
const SAME_FACE = 0.3
/** What lies in the box of a surer face with more than this share of its own is a part of that: a mouth, seen upside down, say. */
const PART_OF_FACE = 0.5

/** Those of both, each face once, as the surer one saw it. */
export function merge(p: readonly Detection[], q: readonly Detection[]): readonly Detection[] {
  const kept: Detection[] = []
  for (const face of [...p, ...q].toSorted((a, b) => b.score - a.score)) {
    if (kept.every((other) => !isSameFace(other, face))) kept.push(face)
  }
  return kept
}

/** Those that were seen, and of the others what is none of them: a face that leans less than the look has too large a box there. */
export function complete(seen: readonly Detection[], others: readonly Detection[]): readonly Detection[] {
  return [...seen, ...others.filter((face) => seen.every((known) => !isSameFace(known, face)))]
}

export function isSameFace(surer: Detection, face: Detection): boolean {
  return isSameBox(surer, face) || coveredShare(face.box, surer.box) > PART_OF_FACE
}

/** Of a face itself it holds whatever its box is: one without an area overlaps nothing. */
export function isSameBox(p: Pick<Detection, 'box'>, q: Pick<Detection, 'box'>): boolean {
  return p === q || overlap(p.box, q.box) > SAME_FACE
}
