/**
 * Where the master keys of a store come from. All but `read` are called by whoever holds the write lock of the database, so
 * that two processes never change the keys at the same time.
 */
export interface MasterKeySource {
  /** The keys that the store may be under, as they are now; the one that it is meant to be under comes first. */
  read(): readonly string[]
  /** The key of a store that never had one. */
  first(): string
  /** Keeps a key beside the others, for good, before the store goes under it. */
  keepNext(masterKey: string): void
  /** The store is under this key, one of those that were read: the others are not needed any more. */
  settle(masterKey: string): void
}

/** Keys that somebody else keeps: the settings. */
export function givenKeys(present: string, next?: string): MasterKeySource {
  const keys = next === undefined ? [present] : [present, next]
  return {
    read: () => keys,
    first: () => present,
    keepNext: (masterKey) => keys.push(masterKey),
    settle: () => {},
  }
}
