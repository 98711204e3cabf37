/** A PostgreSQL server with pgvector: that of TEST_DATABASE_URL where it has the extension, or one from npm packages. */
import { randomUUID } from 'node:crypto'
import { PGlite } from '@electric-sql/pglite'
import { vector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import pg from 'pg'

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
  const given = process.env.TEST_DATABASE_URL ?? ''
  return (given === '' ? undefined : await openSchema(given)) ?? startPglite()
}

/** Undefined where the server does not have the extension. */
async function openSchema(given: string): Promise<VectorServer | undefined> {
  const schema = `vectors_${randomUUID().replaceAll('-', '')}`
  const run = async (...statements: readonly string[]) => {
    const client = new pg.Client({ connectionString: given })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  try {
    await run('create extension if not exists vector', `create schema ${schema}`)
  } catch {
    return undefined
  }
  const url = new URL(given)
  url.searchParams.set('options', `-c search_path=${schema},public`)
  return { url: url.href, title: 'PostgreSQL', readsHalves: true, stop: () => run(`drop schema ${schema} cascade`) }
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
