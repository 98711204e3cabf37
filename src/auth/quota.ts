import { FaceCompareError } from '../errors.js'

export interface QuotaGate {
  /**
   * Throws TOO_MANY_REQUESTS when the app has had its successful calls of this month, with the time until the next one; and
   * AUTH_UNAVAILABLE when it is not known how many it has had.
   */
  requireQuota(appid: string, monthlyQuota: number | undefined): Promise<void>
  /**
   * Sets one call of the quota aside until the returned function is called, once, after the call was counted. Throws as
   * above, also when the last calls are all set aside.
   */
  reserve(appid: string, monthlyQuota: number | undefined): Promise<() => void>
}

export const NO_QUOTAS: QuotaGate = { requireQuota: async () => {}, reserve: async () => () => {} }

/**
 * Months are those of UTC. `countSuccesses` tells the successful calls of an app in this month. What is set aside is known
 * to this process alone.
 */
export function createQuotaGate(
  countSuccesses: (appid: string) => Promise<number>,
  now: () => Date = () => new Date(),
): QuotaGate {
  const reserved = new Map<string, number>()
  const addReserved = (appid: string, calls: number): void => {
    const left = (reserved.get(appid) ?? 0) + calls
    if (left > 0) reserved.set(appid, left)
    else reserved.delete(appid)
  }
  const requireQuota = async (appid: string, monthlyQuota: number): Promise<number> => {
    const used = await countSuccesses(appid).catch((cause: unknown) => {
      throw new FaceCompareError('AUTH_UNAVAILABLE', "The app's quota cannot be checked now; try again later.", {
        cause,
      })
    })
    if (used < monthlyQuota) return monthlyQuota - used
    throw new FaceCompareError('TOO_MANY_REQUESTS', 'The app has used up its calls of this month.', {
      retryAfterSeconds: secondsToNextMonth(now()),
    })
  }
  return {
    async requireQuota(appid, monthlyQuota) {
      if (monthlyQuota !== undefined) await requireQuota(appid, monthlyQuota)
    },
    async reserve(appid, monthlyQuota) {
      if (monthlyQuota === undefined) return () => {}
      const left = await requireQuota(appid, monthlyQuota)
      if ((reserved.get(appid) ?? 0) >= left) {
        throw new FaceCompareError('TOO_MANY_REQUESTS', "The app's last calls of this month are under way.", {
          retryAfterSeconds: 1,
        })
      }
      addReserved(appid, 1)
      // In a later turn, so that nobody holds a count from before the call in hand when it is no longer set aside.
      return () => void setImmediate(() => addReserved(appid, -1))
    },
  }
}

function secondsToNextMonth(now: Date): number {
  const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
  return Math.ceil((next - now.getTime()) / 1000)
}
