import type { Appearance } from '../pipeline/appearance.js'
import type { Pose } from '../pipeline/pose.js'
import type { Quality } from '../pipeline/quality.js'
import type { CohortScale } from '../score/cohort.js'

/** Where a face is in a picture, and how it is shown. */
export interface SeenFace {
  /** In pixels of the upright image. */
  readonly box: Box
  /** 68 points in pixels of the upright image, x and y in turn (iBUG 300-W order). */
  readonly landmarks: Float32Array
  /** 0..1 */
  readonly detectionScore: number
  /** Degrees, clockwise positive: how far the head is turned in the image plane. */
  readonly rollDegrees: number
  /** How well it can be told by what the picture shows of it; undefined where the pack has no measure of that. */
  readonly quality: Quality | undefined
}

/** What a face is compared by: everything that comparing needs, and nothing that shows the person. */
export interface Template {
  /** The id of the model pack that made it; faces of two packs cannot be compared. */
  readonly packId: string
  /** Unit-length fused embedding. */
  readonly embedding: Float32Array
  /** How similarities to this face are read. */
  readonly cohort: CohortScale
  /** Unit-length descriptors of the four facial parts. */
  readonly parts: Readonly<Record<PartName, Float32Array>>
}

/** What a picture was found to be. */
interface AnalysedImage {
  /** How many faces were seen in the image before they were looked at closer. */
  readonly faceCount: number
  /** The upright image that all coordinates refer to. */
  readonly imageWidth: number
  readonly imageHeight: number
  /** Milliseconds spent in each stage. */
  readonly stages: Stages
}

/** The most prominent face of a picture: what is kept of it while a call lasts. */
export interface Face extends SeenFace, Template, AnalysedImage {}

/** What a face looks like, and how its head is turned. */
export interface FaceAttributes extends Appearance, Pose {}

/** One of several faces of a picture, with what was asked for. */
export interface FoundFace extends SeenFace {
  readonly template?: Template | undefined
  readonly attributes?: FaceAttributes | undefined
}

/** The faces of a picture, the most prominent one first, then from large to small. */
export interface FacesInPicture extends AnalysedImage {
  readonly faces: readonly FoundFace[]
}

/** What is to be found in a picture. */
export interface FindOptions {
  /** The most prominent face alone, which is the quickest, or up to {@link MOST_FACES}. */
  readonly which: 'largest' | 'all'
  /** Whether to tell {@link FaceAttributes}. */
  readonly attributes: boolean
  /** Whether to give what faces are compared by. */
  readonly templates: boolean
}

/** Of more faces in a picture the largest are taken. */
export const MOST_FACES = 100

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
