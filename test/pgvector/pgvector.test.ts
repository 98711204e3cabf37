import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres.js'
import { startVectorServer, type VectorServer } from '../../support/vector-server.js'
import { closeAll, LIMITS, testModel, type Way } from '../calls/model.js'
import { openVectorGallery } from '../support/gallery.js'
import { MASTER_KEY } from '../support/postgres.js'
import { testVectorSearch } from './vector-search.js'
import { testVectorTable } from './vector-table.js'

/**
 * All that needs PostgreSQL with pgvector, one after the other on one server: where it comes from npm packages it takes seconds to start,
 * and has one session, which those who work at the same time would share.
 */
let server: VectorServer

beforeAll(async () => {
  server = await startVectorServer()
})

afterAll(() => server?.stop())

async function emptyDatabase(): Promise<string> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      'select quote_ident(tablename) as name from pg_tables where schemaname = current_schema()',
    )
    for (const { name } of rows) await client.query(`drop table if exists ${name} cascade`)
  } finally {
    await client.end()
  }
  return server.url
}

const replicas: Way = {
  kind: 'that pgvector searches',
  // Fewer than where a call takes less time.
  runs: 4,
  async openReplicas() {
    const url = await emptyDatabase()
    const open = () => openPostgresStore({ url, masterKey: MASTER_KEY })
    const stores = [await open(), await open()]
    const replicas = []
    for (const store of stores) replicas.push(await openVectorGallery(store, { limits: LIMITS }))
    const searches = replicas.map(({ search }) => search)
    return { galleries: replicas.map(({ gallery }) => gallery), close: () => closeAll(searches, stores) }
  },
}

describe('a table of vectors', () => testVectorTable(emptyDatabase))
describe('a gallery that pgvector searches', () => testVectorSearch(emptyDatabase))
describe.each([replicas])('any sequence of calls on a gallery $kind', testModel)
