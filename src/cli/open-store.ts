import type { Config } from '../config.js'
import type { Store } from '../store/store.js'
import { prepareDataFolder } from './data-folder.js'

export type StoreSettings = Pick<Config, 'databaseUrl' | 'dataDir' | 'masterKey' | 'masterKeyNext'>

/** Opens the store that the settings name. */
export async function openStore({ databaseUrl, dataDir, masterKey, masterKeyNext }: StoreSettings): Promise<Store> {
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('../store/postgres.js')
    // The settings are not accepted without it.
    return openPostgresStore({ url: databaseUrl, masterKey: masterKey ?? '', masterKeyNext })
  }
  prepareDataFolder(dataDir)
  const { openEmbeddedStore } = await import('../store/embedded.js')
  return openEmbeddedStore({ dataDir, masterKey, masterKeyNext })
}

/** Opens the store for as long as it is used. */
export async function withStore<T>(settings: StoreSettings, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(settings)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
