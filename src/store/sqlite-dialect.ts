import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SelectQueryNode,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { codeOf } from '../errors.js'

/** One open database, as libsql gives it. */
export interface SqliteHandle extends SqliteDatabase {
  readonly inTransaction: boolean
  exec(statement: string): unknown
}

/** How long a change waits for another process. The changes of this program take milliseconds. */
const PATIENCE_MS = 5000
const LONGEST_PAUSE_MS = 20

/**
 * SQLite for several processes at once: whoever changes something first takes the write lock, and waits for it without
 * blocking the thread. kysely's own dialect starts transactions without the lock, and one that has read already can never get
 * it while another writes. libsql, for its part, leaves a statement that met a lock half-done until it is collected, and
 * nothing can be committed meanwhile; `exec` does not, so only the lock itself may meet a lock.
 */
export class SharedSqliteDialect extends SqliteDialect {
  readonly #handle: SqliteHandle

  constructor(handle: SqliteHandle) {
    super({ database: handle })
    this.#handle = handle
  }

  override createDriver(): Driver {
    return new SharedSqliteDriver(this.#handle)
  }
}

/** Executes a statement, again and again while another process has the database locked. */
export async function execPatiently(handle: SqliteHandle, statement: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      handle.exec(statement)
      return
    } catch (error) {
      if (!codeOf(error).startsWith('SQLITE_BUSY') || Date.now() > deadline) throw error
      // Those who met here should not all come back at the same time.
      await sleep(1 + Math.random() * LONGEST_PAUSE_MS)
    }
  }
}

class SharedSqliteDriver extends SqliteDriver {
  readonly #handle: SqliteHandle

  constructor(handle: SqliteHandle) {
    super({ database: handle })
    this.#handle = handle
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection()
    return {
      executeQuery: <R>(query: CompiledQuery) => this.#execute<R>(connection, query),
      streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
    }
  }

  /** A change outside of a transaction is one of its own. */
  async #execute<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#handle.inTransaction || SelectQueryNode.is(query.query)) return connection.executeQuery(query)
    await this.beginTransaction()
    try {
      const result = await connection.executeQuery<R>(query)
      await this.commitTransaction()
      return result
    } catch (error) {
      await this.rollbackTransaction()
      throw error
    }
  }

  override async beginTransaction(): Promise<void> {
    await execPatiently(this.#handle, 'begin immediate')
  }

  override async commitTransaction(): Promise<void> {
    this.#handle.exec('commit')
  }

  override async rollbackTransaction(): Promise<void> {
    // Some failures have rolled back by themselves.
    if (this.#handle.inTransaction) this.#handle.exec('rollback')
  }
}
