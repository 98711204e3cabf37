import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { FaceCompareError } from '../errors.js'

export interface AddressLimiter {
  /** Counts one call of the network; throws TOO_MANY_REQUESTS with `retryAfterSeconds` when it has had its share. */
  take(network: string): Promise<void>
}

const UNLIMITED: AddressLimiter = { take: async () => {} }

/**
 * A limit on the calls from each address within one second, signed well or not; 0 sets none. Counted in this process's
 * memory, and asked before anything else is: guessing keys must not cost more than a look into a table.
 */
export function createAddressLimiter(callsPerSecond: number, onRefused?: () => void): AddressLimiter {
  if (callsPerSecond === 0) return UNLIMITED
  const limiter = new RateLimiterMemory({ points: callsPerSecond, duration: 1 })
  return {
    async take(network) {
      try {
        await limiter.consume(network)
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        onRefused?.()
        throw new FaceCompareError('TOO_MANY_REQUESTS', 'Too many calls come from this address; try again later.', {
          retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)),
        })
      }
    },
  }
}
