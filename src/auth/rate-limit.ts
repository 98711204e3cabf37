import { RateLimiterMemory } from 'rate-limiter-flexible'
import { FaceCompareError } from '../errors.js'

export interface RateLimiter {
  /**
   * Counts one call of the app; throws TOO_MANY_REQUESTS with `retryAfterSeconds` when it has had its share. The limit of
   * an app that has none of its own is the default; 0 is none.
   */
  take(appid: string, callsPerSecond?: number): Promise<void>
}

/** Far more than any limit: the limiter counts, and who has had too much is decided here. */
const COUNTED_POINTS = 1_000_000_000
/** How long a call waits to learn what the others have counted, and how long they are not asked after they did not answer. */
const SHARED_PATIENCE_MS = 250
const SHARED_REST_MS = 1000

/** Limits on the calls of each app within one second, whole numbers. Counted in this process's memory. */
export function createRateLimiter(defaultCallsPerSecond: number): RateLimiter {
  const limiter = new RateLimiterMemory({ points: COUNTED_POINTS, duration: 1 })
  return {
    async take(appid, callsPerSecond = defaultCallsPerSecond) {
      if (callsPerSecond === 0) return
      const { consumedPoints, msBeforeNext } = await limiter.consume(appid)
      if (consumedPoints > callsPerSecond) throw refuse(Math.max(1, Math.ceil(msBeforeNext / 1000)))
    },
  }
}

/**
 * The same limits on the calls of all replicas together. `countShared` counts one call, and tells how many there are of that
 * app in this second. While nobody can tell, each replica limits by itself.
 */
export function createSharedRateLimiter(
  defaultCallsPerSecond: number,
  countShared: (appid: string) => Promise<number>,
): RateLimiter {
  const local = createRateLimiter(defaultCallsPerSecond)
  let restUntil = Number.NEGATIVE_INFINITY
  return {
    async take(appid, callsPerSecond = defaultCallsPerSecond) {
      if (callsPerSecond === 0) return
      // Who has had too much here alone need not be asked about.
      await local.take(appid, callsPerSecond)
      if (performance.now() < restUntil) return
      const calls = await withinPatience(countShared(appid))
      if (calls === undefined) restUntil = performance.now() + SHARED_REST_MS
      else if (calls > callsPerSecond) throw refuse(1)
    },
  }
}

/** Undefined when it fails or takes too long. */
function withinPatience(counted: Promise<number>): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SHARED_PATIENCE_MS, undefined)
    const settle = (calls: number | undefined): void => {
      clearTimeout(timer)
      resolve(calls)
    }
    counted.then(settle, () => settle(undefined))
  })
}

function refuse(retryAfterSeconds: number): FaceCompareError {
  return new FaceCompareError('TOO_MANY_REQUESTS', 'The app has made too many calls; try again later.', {
    retryAfterSeconds,
  })
}
