import { DEFAULT_EFFORT, type Effort } from '../pipeline/effort.js'
import { compareFaces } from '../score/compare.js'
import type { Fit } from '../score/fit.js'
import type { FaceEngine } from './engine.js'
import type { PackOptions } from './pack-numbers.js'

export interface EngineOptions {
  /** Where converted networks are kept between starts. */
  readonly cacheDir: string
  /** Pictures with more pixels are refused before they are decoded. */
  readonly maxPixels: number
  /** A folder with a manifest (`pack.json`); absent for the default pack. */
  readonly modelPack?: string | undefined
  /** Takes a pack without calibration too, whose scores then mean nothing. */
  readonly uncalibrated?: boolean
  /** How much work goes into one face. */
  readonly effort?: Effort
  /** Threads of one network run; parallelism over images is better where there are several. */
  readonly intraOpThreads?: number
  readonly onWarning?: (sentence: string) => void
}

/** What of the engine's options is the pack's business. */
export function packOptionsOf({ maxPixels: _, ...options }: EngineOptions): PackOptions {
  return { ...options, effort: options.effort ?? DEFAULT_EFFORT }
}

/** The cheap half of the engine, for a process that has no networks. */
export function createComparer(fit: Fit): FaceEngine['compare'] {
  return (a, b) => compareFaces(a, b, fit)
}
