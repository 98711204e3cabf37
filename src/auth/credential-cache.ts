import type { AppRecord, CredentialSource, KeyRecord } from './authenticate.js'

export interface CredentialCacheOptions {
  /** How long an answer is taken for true without asking again: as long as a revoked key may go on working. */
  readonly freshMs: number
  /** How long an answer is still taken for true when the source does not answer. */
  readonly staleMs: number
  /** How long a call waits for the source when there is an answer to fall back on. */
  readonly patienceMs: number
  /** How long a source that failed is not asked again by those that have an answer to fall back on. */
  readonly restMs: number
  readonly maxEntries: number
  /** Milliseconds; the monotonic clock when absent. */
  readonly now?: () => number
}

interface Entry<Value> {
  readonly value: Value
  /** When the source was asked. */
  readonly askedAt: number
}

/** Replicas that share a database: a revoked key stops working within 4 s everywhere, an outage of 5 minutes is bridged. */
export const SHARED_CACHE: CredentialCacheOptions = {
  freshMs: 2000,
  staleMs: 300_000,
  patienceMs: 1000,
  restMs: 1000,
  maxEntries: 10_000,
}

/**
 * Apps and keys of a source that is far away or may be absent for a while. Only what exists is remembered, so that a new app
 * works at once, and inventing ids fills no memory. Rejects when the source does and there is nothing to fall back on.
 */
export function createCredentialCache(source: CredentialSource, options: CredentialCacheOptions): CredentialSource {
  const rest: Rest = { until: Number.NEGATIVE_INFINITY }
  return {
    findApp: createLookup<AppRecord>((appid) => source.findApp(appid), options, rest),
    findKey: createLookup<KeyRecord>((secretId) => source.findKey(secretId), options, rest),
  }
}

interface Rest {
  until: number
}

function createLookup<Value>(
  ask: (id: string) => Promise<Value | undefined>,
  options: CredentialCacheOptions,
  rest: Rest,
): (id: string) => Promise<Value | undefined> {
  const { freshMs, staleMs, patienceMs, restMs, maxEntries, now = () => performance.now() } = options
  const entries = new Map<string, Entry<Value>>()
  const pending = new Map<string, Promise<Value | undefined>>()

  const refresh = async (id: string): Promise<Value | undefined> => {
    const askedAt = now()
    try {
      const value = await ask(id)
      entries.delete(id)
      if (value !== undefined) entries.set(id, { value, askedAt })
      // The first of a map is the one that was asked for the longest time ago.
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break
        entries.delete(oldest)
      }
      rest.until = Number.NEGATIVE_INFINITY
      return value
    } catch (error) {
      rest.until = now() + restMs
      throw error
    }
  }

  /** Those that ask for the same at once share one answer. */
  const share = (id: string): Promise<Value | undefined> => {
    const shared = pending.get(id) ?? refresh(id).finally(() => pending.delete(id))
    pending.set(id, shared)
    return shared
  }

  return async (id) => {
    const known = entries.get(id)
    const ageMs = known ? now() - known.askedAt : Number.POSITIVE_INFINITY
    if (!known || ageMs >= staleMs) return share(id)
    if (ageMs < freshMs) return known.value
    if (now() < rest.until) return known.value
    return firstOf(share(id), patienceMs, () => {
      rest.until = now() + restMs
      return known.value
    })
  }
}

/** What is promised, or the fallback when that fails or takes too long. */
function firstOf<Value>(promised: Promise<Value>, waitMs: number, fallBack: () => Value): Promise<Value> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(fallBack()), waitMs)
    const settle = (value: Value): void => {
      clearTimeout(timer)
      resolve(value)
    }
    promised.then(settle, () => settle(fallBack()))
  })
}
