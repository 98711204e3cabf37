import { availableParallelism } from 'node:os'
import type { EngineOptions } from '../src/engine/options.js'
import { type EnginePool, startEnginePool } from '../src/worker/pool.js'

/** So many pictures are best handed over at a time: one more than there are workers, so that none waits for the next. */
export const LANES = availableParallelism() + 1

/** The engine of the last build, in a process for each core, ready; for benchmarks and tools, which wait as long as it takes. */
export async function startBuiltEngine({ calibration }: Pick<EngineOptions, 'calibration'> = {}): Promise<EnginePool> {
  const workers = availableParallelism()
  const pool = await startEnginePool({
    maxPixels: 40_000_000,
    workers,
    queueSize: 2 * workers,
    timeoutMs: 120_000,
    ...(calibration && { calibration }),
  })
  try {
    await pool.ready
    return pool
  } catch (error) {
    await pool.close()
    throw error
  }
}
