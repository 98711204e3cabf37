import { FaceCompareError } from '../errors.js'

export interface QuotaGate {
  /**
   * Throws TOO_MANY_REQUESTS when the app has had its successful calls of this month, with the time until the next one; and
   * AUTH_UNAVAILABLE when it is not known how many it has had.
   */
  requireQuota(appid: string, monthlyQuota: number | undefined): Promise<void>
}

export const NO_QUOTAS: QuotaGate = { requireQuota: async () => {} }

/** Months are those of UTC. `countSuccesses` tells the successful calls of an app in this month. */
export function createQuotaGate(
  countSuccesses: (appid: string) => Promise<number>,
  now: () => Date = () => new Date(),
): QuotaGate {
  return {
    async requireQuota(appid, monthlyQuota) {
      if (monthlyQuota === undefined) return
      const used = await countSuccesses(appid).catch((cause: unknown) => {
        throw new FaceCompareError('AUTH_UNAVAILABLE', "The app's quota cannot be checked now; try again later.", {
          cause,
        })
      })
      if (used < monthlyQuota) return
      throw new FaceCompareError('TOO_MANY_REQUESTS', 'The app has used up its calls of this month.', {
        retryAfterSeconds: secondsToNextMonth(now()),
      })
    },
  }
}

function secondsToNextMonth(now: Date): number {
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
  return Math.ceil((next - now.getTime()) / 1000)
}
