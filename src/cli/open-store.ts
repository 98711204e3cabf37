import { resolve } from 'node:path'
import type { Config } from '../config.js'
import { NoStoreError, type Store } from '../store/store.js'
import { prepareDataFolder } from './data-folder.js'

export type StoreSettings = Pick<Config, 'databaseUrl' | 'dataDir' | 'masterKey' | 'masterKeyNext'>

interface OpenOptions {
  /** Nothing is made where there is no store yet: NoStoreError. */
  readonly mustExist?: boolean
}

/** Opens the store that the settings name, and makes it where there is none. */
export async function openStore(
  { databaseUrl, dataDir, masterKey, masterKeyNext }: StoreSettings,
  { mustExist = false }: OpenOptions = {},
): Promise<Store> {
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('../store/postgres.js')
    // The settings are not accepted without it.
    return openPostgresStore({ url: databaseUrl, masterKey: masterKey ?? '', masterKeyNext, mustExist })
  }
  if (!mustExist) prepareDataFolder(dataDir)
  const { openEmbeddedStore } = await import('../store/embedded.js')
  return openEmbeddedStore({ dataDir, masterKey, masterKeyNext, mustExist })
}

/** Opens the store for as long as it is used, and makes it where there is none. */
export async function withNewStore<T>(settings: StoreSettings, use: (store: Store) => Promise<T>): Promise<T> {
  return useAndClose(await openStore(settings), use)
}

/** Opens a store that was made before, for as long as it is used. Throws one sentence where there is none. */
export async function withStore<T>(settings: StoreSettings, use: (store: Store) => Promise<T>): Promise<T> {
  return useAndClose(await namingPlace(settings, () => openStore(settings, { mustExist: true })), use)
}

async function useAndClose<T>(store: Store, use: (store: Store) => Promise<T>): Promise<T> {
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

/** Runs what needs a store. Where there is none, the sentence says where it was looked for. */
export async function namingPlace<T>(settings: StoreSettings, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (!(cause instanceof NoStoreError)) throw cause
    const elsewhere =
      settings.databaseUrl === undefined ? ' If it is in another folder, FACECOMPARE_DATA_DIR names that.' : ''
    throw new Error(
      `There is no key store in ${placeOf(settings)}; "facecompare serve" and "facecompare keys create" make one.${elsewhere}`,
      { cause },
    )
  }
}

/** Where the store is, for a sentence. */
export function placeOf({ databaseUrl, dataDir }: Pick<StoreSettings, 'databaseUrl' | 'dataDir'>): string {
  return databaseUrl === undefined ? `the folder ${resolve(dataDir)}` : 'the database of FACECOMPARE_DATABASE_URL'
}
