/** A PostgreSQL server with pgvector: that of TEST_DATABASE_URL where it has the extension, or one from npm packages. */
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { openTestSchema } from './test-schema.js'

export interface VectorServer {
  /** Of an empty schema. */
  readonly url: string
  /** What it is, in words. */
  readonly title: string
  /** Whether it has the processor's instructions for numbers of half precision. */
  readonly readsHalves: boolean
  readonly stop: () => Promise<void>
}

export async function startVectorServer(): Promise<VectorServer> {
  const schema = await openTestSchema('vector')
  if (!schema) return startPglite()
  return { url: schema.url, title: 'PostgreSQL', readsHalves: true, stop: schema.drop }
}

async function startPglite(): Promise<VectorServer> {
  const database = await PGlite.create({ extensions: { vector } })
  await database.exec('create extension vector')
  const server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 32 })
  await server.start()
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres?sslmode=disable`,
    title: 'PostgreSQL in WebAssembly',
    readsHalves: false,
    async stop() {
      await server.stop()
      await database.close()
    },
  }
}
