import type { CredentialSource, SignatureLedger } from '../auth/authenticate.js'
import { createCredentialCache, SHARED_CACHE } from '../auth/credential-cache.js'
import type { Config } from '../config.js'
import { createReachability } from '../store/reachability.js'
import type { Store } from '../store/store.js'

export interface ServiceStore {
  readonly store: CredentialSource & SignatureLedger
  /** Rejects when calls cannot be answered for want of the store. */
  readonly requireStore: () => Promise<void>
}

const READY_PATIENCE_MS = 500

/** The store as calls use it: one on another machine is remembered, so that they can go on for a while without it. */
export function composeServiceStore(store: Store, { databaseUrl }: Pick<Config, 'databaseUrl'>): ServiceStore {
  if (databaseUrl === undefined) return { store, requireStore: () => store.ping() }
  return {
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
