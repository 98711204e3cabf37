import type { Identity } from '../auth/authenticate.js'
import type { LossGate } from '../auth/loss-gate.js'
import type { QuotaGate } from '../auth/quota.js'
import type { RateLimiter } from '../auth/rate-limit.js'

/** The limits of apps, which hold on all wires together. */
export interface AppGate {
  readonly rateLimiter: RateLimiter
  readonly quotas: QuotaGate
  /** Slows down apps whose images end worker processes. */
  readonly losses: LossGate
}

/** Whether an app may call now; counts the call. To be asked once it is proven who calls. Throws TOO_MANY_REQUESTS, AUTH_UNAVAILABLE. */
export async function admitApp({ appid, limits }: Identity, gate: AppGate): Promise<void> {
  gate.losses.requirePeace(appid)
  await gate.rateLimiter.take(appid, limits?.callsPerSecond)
  await gate.quotas.requireQuota(appid, limits?.monthlyQuota)
}
