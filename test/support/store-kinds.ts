import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { MASTER_KEY, makeDatabase } from './postgres.js'

export interface GivenKeys {
  readonly masterKey: string
  readonly masterKeyNext?: string
}

interface OpenAs extends GivenKeys {
  readonly mustExist?: boolean
}

/** A place for stores: every handle that `open` gives shares the same data, as several processes would. */
export interface StorePlace {
  /** Without keys: with those that the place was made with. */
  open(keys?: OpenAs): Promise<Store>
  /** A statement past the store. */
  execute(statement: string): Promise<unknown>
  remove(): Promise<void>
}

/** Every kind of store must pass every test of what stores do. */
export const kinds: readonly { readonly kind: string; readonly makePlace: () => Promise<StorePlace> }[] = [
  {
    kind: 'embedded',
    async makePlace() {
      const dataDir = mkdtempSync(join(tmpdir(), 'facecompare-store-'))
      return {
        open: (keys) => openEmbeddedStore({ dataDir, ...keys }),
        execute: async (statement) => {
          const database = new Database(join(dataDir, 'facecompare.db'), { timeout: 1000 })
          database.exec(statement)
          database.close()
        },
        remove: async () => rmSync(dataDir, { recursive: true }),
      }
    },
  },
  {
    kind: 'PostgreSQL',
    async makePlace() {
      const { url, query, remove } = await makeDatabase()
      return {
        open: (keys = { masterKey: MASTER_KEY }) => openPostgresStore({ url, ...keys }),
        execute: (statement) => query(statement),
        remove,
      }
    },
  },
]
