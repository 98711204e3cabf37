import type { InputForm } from '../pipeline/chip.js'
import type { Alignment, PartMap, View } from '../pipeline/embed.js'

/** A file of a pack and what its content must hash to. */
export interface PackFile {
  /** Path below the pack's folder, with `/` between. */
  readonly file: string
  /** Hex. */
  readonly sha256: string
  readonly licence: string
}

export type DetectorEntry =
  | { readonly kind: 'default' }
  | (PackFile & {
      readonly kind: 'rfb' | 'yunet' | 'scrfd'
      /** Side in pixels; needed only where the file leaves it open and wants squares of one size. */
      readonly inputSize: number | undefined
      readonly minScore: number | undefined
    })

/** A network of 68 landmarks (iBUG 300-W order). */
export type LandmarksEntry =
  | { readonly kind: 'default' }
  | (PackFile & {
      readonly kind: '68-points'
      readonly inputForm: InputForm
      readonly input: string | undefined
      readonly output: string | undefined
      /** Side of what it sees, in units of the longer side of the detection's box. */
      readonly cropSide: number
    })

export type EmbedderEntry =
  | { readonly kind: 'default' }
  | (PackFile & {
      readonly kind: 'onnx'
      readonly inputForm: InputForm
      readonly input: string | undefined
      readonly output: string | undefined
      /** Where it differs from the pack's. */
      readonly alignment: Alignment | undefined
      readonly views: readonly View[]
      /** Maps that the facial parts are read from; none where they are left to another embedder, or to the default pack. */
      readonly parts: readonly PartMap[]
    })

/** What `pack.json` says. */
export interface PackManifest {
  readonly name: string
  readonly licence: string
  readonly detector: DetectorEntry
  readonly landmarks: LandmarksEntry
  readonly alignment: Alignment
  readonly embedders: readonly EmbedderEntry[]
  /** One for each embedder; they sum to 1. */
  readonly weights: readonly number[]
  /** The file of the calibration, below the pack's folder. */
  readonly calibration: string
  /** The file of the measures that tell what a face looks like, below the pack's folder. */
  readonly appearance: string | undefined
}
