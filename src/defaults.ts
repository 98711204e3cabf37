/** Pictures with more pixels are refused unless told. */
export const DEFAULT_MAX_PIXELS = 40_000_000

/** An image that takes longer than this in a worker process is given up. */
export const ENGINE_TIMEOUT_MS = 10_000

/**
 * Images that may wait for so many worker processes: few enough that an accepted call is answered within ten times what it takes
 * alone (`npm run bench:http`). For a single process more: four clients at once are not to be too many for it.
 */
export function queueSizeFor(workers: number): number {
  return workers === 1 ? 7 : 3 * workers
}
