import { setTimeout as sleep } from 'node:timers/promises'

export interface ReachabilityOptions {
  /** How long a database may be away until that is a failure: as long as calls can go on without it. */
  readonly graceMs: number
  /** How long an answer is waited for within that time. */
  readonly patienceMs: number
  /** Milliseconds; the monotonic clock when absent. */
  readonly now?: () => number
}

/**
 * Asks whether calls can be answered, as far as the database goes. Rejects when it has not answered for longer than the
 * time of grace: replicas that can bridge an outage must not all be taken out of service by it.
 */
export function createReachability(ping: () => Promise<void>, options: ReachabilityOptions): () => Promise<void> {
  const { graceMs, patienceMs, now = () => performance.now() } = options
  let answeredAt = now()
  const ask = async (): Promise<void> => {
    await ping()
    answeredAt = now()
  }
  return async () => {
    const asked = ask()
    if (now() - answeredAt > graceMs) return asked
    await Promise.race([asked.catch(() => {}), sleep(patienceMs, undefined, { ref: false })])
  }
}
