import type { Config } from '../config.js'
import type { FaceEngine } from '../engine/engine.js'
import type { EngineOptions } from '../engine/options.js'
import type { PackNumbers } from '../engine/pack-numbers.js'
import { FaceCompareError } from '../errors.js'
import type { Picture } from '../evaluation/data-set.js'
import { type Analysed, type Embedded, type EmbedOptions, embedPictures } from '../evaluation/embed-pictures.js'
import { openEmbeddingCache } from '../evaluation/embedding-cache.js'
import { quantise } from '../evaluation/face-vectors.js'
import type { Progress } from '../evaluation/progress.js'
import type { EnginePool } from '../worker/pool.js'

/** Nobody waits for one picture here; a machine under load must not turn into wrong figures or a face that is missing. */
const PICTURE_TIMEOUT_MS = 120_000

export interface EmbedRun extends Pick<EmbedOptions, 'signal' | 'onUnreadable'> {
  readonly progress: Progress
  /** File or folder that the embeddings are kept in. */
  readonly cache?: string | undefined
  /** `required` when absent. */
  readonly calibration?: EngineOptions['calibration']
}

/** Embeds pictures in worker processes, and gives the numbers that turn their similarities into scores. */
export async function embedInProcesses(
  pictures: readonly Picture[],
  config: Config,
  run: EmbedRun,
): Promise<{ readonly embedded: Embedded; readonly numbers: PackNumbers }> {
  const { progress, signal, onUnreadable } = run
  const cache = run.cache === undefined ? undefined : await openEmbeddingCache(run.cache)
  try {
    const pool = await openPool(config, run)
    try {
      await pool.ready
      let done = 0
      const embedded = await embedPictures(pictures, {
        analyze: (bytes) => analyzeForGrouping(pool, bytes),
        cache,
        lanes: countLanes(config),
        signal,
        onPicture: () => progress.show(++done),
        ...(onUnreadable ? { onUnreadable } : {}),
      })
      return { embedded, numbers: pool.numbers }
    } finally {
      progress.end()
      await pool.close()
    }
  } finally {
    await cache?.close()
  }
}

/** The engine in as many worker processes as are set, for one picture more than these: none waits for the disk. */
export async function openPool(
  config: Config,
  { calibration = 'required' }: Pick<EmbedRun, 'calibration'> = {},
): Promise<EnginePool> {
  // Loaded when needed: a wrong call need not wait for it.
  const { startEnginePool } = await import('../worker/pool.js')
  return startEnginePool({
    maxPixels: config.maxPixels,
    modelPack: config.modelPack,
    calibration,
    workers: config.workers,
    queueSize: countLanes(config),
    timeoutMs: PICTURE_TIMEOUT_MS,
    onWarning: (sentence) => process.stderr.write(`facecompare: ${sentence}\n`),
  })
}

/** Pictures that should be under way at once. */
export function countLanes({ workers }: Config): number {
  return workers + 1
}

/** What is kept of the most prominent face of a picture, or why there is none. */
export async function analyzeForGrouping(engine: FaceEngine, bytes: Uint8Array): Promise<Analysed> {
  try {
    const { packId, embedding, cohort, parts, box, quality } = await engine.analyze(bytes)
    const quantised = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, quantise(part)]))
    return { packId, outcome: { face: { embedding, cohort, parts: quantised, box, quality } }, lasting: true }
  } catch (error) {
    if (!(error instanceof FaceCompareError)) throw error
    const { kind, message } = error
    return { outcome: { failure: { kind, sentence: message } }, lasting: kind !== 'INTERNAL' }
  }
}
