import type { Quality } from '../pipeline/quality.js'
import type { CohortScale } from '../score/cohort.js'

/** What is kept of one face while a call lasts: everything that comparing needs, and nothing that shows the person. */
export interface Face {
  /** The id of the model pack that made it; faces of two packs cannot be compared. */
  readonly packId: string
  /** Unit-length fused embedding. */
  readonly embedding: Float32Array
  /** How similarities to this face are read. */
  readonly cohort: CohortScale
  /** Unit-length descriptors of the four facial parts. */
  readonly parts: Readonly<Record<PartName, Float32Array>>
  /** Where the face is, in pixels of the upright image. */
  readonly box: Box
  /** 68 points in pixels of the upright image, x and y in turn (iBUG 300-W order). */
  readonly landmarks: Float32Array
  /** 0..1 */
  readonly detectionScore: number
  /** Degrees, clockwise positive: how far the head is turned in the image plane. */
  readonly rollDegrees: number
  /** How well it can be told by what the picture shows of it; undefined where the pack has no measure of that. */
  readonly quality: Quality | undefined
  /** How many faces were seen in the image. */
  readonly faceCount: number
  /** The upright image that all coordinates refer to. */
  readonly imageWidth: number
  readonly imageHeight: number
  /** Milliseconds spent in each stage. */
  readonly stages: Stages
}

/** A rectangle in pixels. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const PART_NAMES = ['eyebrow', 'eye', 'nose', 'mouth'] as const
export type PartName = (typeof PART_NAMES)[number]

/** Milliseconds spent in each stage of analysing one image. */
export interface Stages {
  readonly decodeMs: number
  readonly detectMs: number
  readonly alignMs: number
  readonly embedMs: number
}

/** One value for each part. */
export function mapParts<T>(map: (part: PartName) => T): Record<PartName, T> {
  return { eyebrow: map('eyebrow'), eye: map('eye'), nose: map('nose'), mouth: map('mouth') }
}
