import type { CredentialSource, SignatureLedger } from '../auth/authenticate.js'
import { createCredentialCache, SHARED_CACHE } from '../auth/credential-cache.js'
import { createRateLimiter, createSharedRateLimiter, type RateLimiter } from '../auth/rate-limit.js'
import type { Config } from '../config.js'
import { createReachability } from '../store/reachability.js'
import type { SharedStore, Store } from '../store/store.js'

export interface ServiceStore {
  readonly store: CredentialSource & SignatureLedger
  readonly rateLimiter: RateLimiter
  /** Rejects when calls cannot be answered for want of the store. */
  readonly requireStore: () => Promise<void>
}

const READY_PATIENCE_MS = 500

/** The store as calls use it: one on another machine is remembered, so that they can go on for a while without it. */
export function composeServiceStore(store: Store, { rateLimit }: Pick<Config, 'rateLimit'>): ServiceStore {
  if (!isShared(store)) {
    return { store, rateLimiter: createRateLimiter(rateLimit), requireStore: () => store.ping() }
  }
  return {
    rateLimiter: createSharedRateLimiter(rateLimit, (appid) => store.countCall(appid)),
    store: {
      ...createCredentialCache(store, SHARED_CACHE),
      // Nothing stands in for the database here: a signature that works once must not work once a replica.
      claimSignature: (id, forgetAtSeconds) => store.claimSignature(id, forgetAtSeconds),
    },
    requireStore: createReachability(() => store.ping(), {
      graceMs: SHARED_CACHE.staleMs,
      patienceMs: READY_PATIENCE_MS,
    }),
  }
}

function isShared(store: Store): store is SharedStore {
  return 'countCall' in store
}
