import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'

export interface PoolOptions {
  /** `postgres://user:password@host:port/database?...`. A secret. */
  readonly url: string
  readonly maxConnections: number
  /** How long a connection may take to open, or to become free. */
  readonly connectTimeoutMs: number
  /** How long a statement may take; the server gives it up by itself at the same time. */
  readonly statementTimeoutMs: number
}

/** What a network without an answer adds to the longest time of a statement. */
const NETWORK_GRACE_MS = 500
const IDLE_CONNECTION_MS = 30_000
const INT8_OID = pg.types.builtins.INT8

/**
 * A pool of connections that survives the loss of any of them, and of the server. A connection that was lost, or did not
 * answer in time, is never given to anybody again: what is written into it may wait for a quarter of an hour.
 */
export function createPool(options: PoolOptions): PostgresPool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + NETWORK_GRACE_MS,
    // A process that stands still in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: options.statementTimeoutMs + NETWORK_GRACE_MS,
    application_name: 'facecompare',
    keepAlive: true,
    // Statements that are sent together do not wait for each other's answers.
    pipeline: true,
    types: { getTypeParser },
  })
  // Without listeners the loss of a connection would end the process. Whoever uses the connection hears of it anyway.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return {
    connect: async () => guard(await pool.connect()),
    end: () => pool.end(),
  }
}

function ignore(): void {}

/** Counts and times are far below 2^53; pg would give them as text. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === INT8_OID && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format)
}

/** Hands a client to kysely, and throws it away afterwards if anything but an answer of the server has come from it. */
function guard(client: pg.PoolClient): PostgresPoolClient {
  let failure: Error | undefined
  // kysely's driver calls it with a statement alone; its other form is for cursors, which the store does not open.
  async function query(statement: string, parameters: readonly unknown[]): Promise<never> {
    const { stream } = client.connection
    // What is sent together leaves as one packet: sending is most of what a statement costs this process.
    stream.cork()
    process.nextTick(() => stream.uncork())
    try {
      // The row type is kysely's promise about the statement, as in its own drivers.
      return (await client.query(statement, [...parameters])) as never
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) failure = error instanceof Error ? error : new Error(String(error))
      throw error
    }
  }
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release(failure) }
}
