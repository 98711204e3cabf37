import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { FaceCompareError } from '../errors.js'

export interface RateLimiter {
  /** Counts one call of the app; throws TOO_MANY_REQUESTS with `retryAfterSeconds` when it has had its share. */
  take(appid: string): Promise<void>
}

const UNLIMITED: RateLimiter = { take: async () => {} }

/** A limit on the calls of each app within one second, a whole number; 0 sets none. Counted in this process's memory. */
export function createRateLimiter(callsPerSecond: number): RateLimiter {
  if (callsPerSecond === 0) return UNLIMITED
  const limiter = new RateLimiterMemory({ points: callsPerSecond, duration: 1 })
  return {
    async take(appid) {
      try {
        await limiter.consume(appid)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        throw new FaceCompareError('TOO_MANY_REQUESTS', 'The app has made too many calls; try again later.', {
          retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
        })
      }
    },
  }
}
