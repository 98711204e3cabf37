import type { Stages } from '../src/engine/face.js'

/** One way to share the processors. */
export interface SharedFigures {
  readonly workers: number
  readonly intraOpThreads: number
  readonly pairsPerSecond: number
  /** A pair without others, both of its images at once where there are two threads for them. */
  readonly aloneMs: number
  readonly peakMiB: number
}

/** Pairs of one kind in one thread. */
export interface KindFigures {
  readonly name: string
  /** Of both files. */
  readonly kilobytes: number
  /** Seen in A. */
  readonly faces: number
  readonly pairMs: number
  readonly stageMs: Stages
  readonly score: number
  readonly peakMiB: number
}
