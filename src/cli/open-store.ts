import type { Config } from '../config.js'
import { openEmbeddedStore } from '../store/embedded.js'
import type { Store } from '../store/store.js'

/** Opens the store that the settings name. */
export function openStore({ dataDir, masterKey }: Config): Promise<Store> {
  return openEmbeddedStore({ dataDir, ...(masterKey === undefined ? {} : { masterKey }) })
}
