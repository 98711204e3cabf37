import type { Config } from '../config.js'
import type { Store } from '../store/store.js'

/** Opens the store that the settings name. */
export async function openStore({ dataDir, masterKey }: Config): Promise<Store> {
  const { openEmbeddedStore } = await import('../store/embedded.js')
  return openEmbeddedStore({ dataDir, ...(masterKey === undefined ? {} : { masterKey }) })
}
