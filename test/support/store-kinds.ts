import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { MASTER_KEY, makeDatabase } from './postgres.js'

/** A place for stores: every handle that `open` gives shares the same data, as several processes would. */
export interface StorePlace {
  open(): Promise<Store>
  remove(): Promise<void>
}

/** Every kind of store must pass every test of what stores do. */
export const kinds: readonly { readonly kind: string; readonly makePlace: () => Promise<StorePlace> }[] = [
  {
    kind: 'embedded',
    async makePlace() {
      const dataDir = mkdtempSync(join(tmpdir(), 'facecompare-store-'))
      return {
        open: () => openEmbeddedStore({ dataDir }),
        remove: async () => rmSync(dataDir, { recursive: true }),
      }
    },
  },
  {
    kind: 'PostgreSQL',
    async makePlace() {
      const { url, remove } = await makeDatabase()
      return { open: () => openPostgresStore({ url, masterKey: MASTER_KEY }), remove }
    },
  },
]
