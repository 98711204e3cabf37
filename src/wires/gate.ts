import type { CredentialSource, Identity } from '../auth/authenticate.js'
import { createLossGate, type LossGate } from '../auth/loss-gate.js'
import { NO_QUOTAS, type QuotaGate } from '../auth/quota.js'
import type { RateLimiter } from '../auth/rate-limit.js'

/** The limits of apps, which hold on all wires together. */
export interface AppGate {
  readonly rateLimiter: RateLimiter
  readonly quotas: QuotaGate
  /** Slows down apps whose images end worker processes. */
  readonly losses: LossGate
}

/** Those limits, and what signatures are checked against. */
export interface SignatureGate extends AppGate {
  readonly credentials: CredentialSource
  readonly now: () => Date
}

/** What a wire is given to know who calls. */
export interface GateOptions {
  /** Where keys are looked up. */
  readonly store: CredentialSource
  readonly rateLimiter: RateLimiter
  /** None when absent. */
  readonly quotas?: QuotaGate
  /** To be one for all wires; one with a clock of its own when absent. */
  readonly losses?: LossGate
  /** The clock that signatures are checked against; the system's when absent. */
  readonly now?: () => Date
}

export function createGate({
  store,
  rateLimiter,
  quotas = NO_QUOTAS,
  losses = createLossGate(),
  now = () => new Date(),
}: GateOptions): SignatureGate {
  return { credentials: store, rateLimiter, quotas, losses, now }
}

/** Whether an app may call now; counts the call. To be asked once it is proven who calls. Throws TOO_MANY_REQUESTS, AUTH_UNAVAILABLE. */
export async function admitApp({ appid, limits }: Identity, gate: AppGate): Promise<void> {
  gate.losses.requirePeace(appid)
  await gate.rateLimiter.take(appid, limits?.callsPerSecond)
  await gate.quotas.requireQuota(appid, limits?.monthlyQuota)
}
