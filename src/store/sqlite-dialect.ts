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
  type SqliteStatement,
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
/** More than this program has; those with lists of different lengths come and go. */
const MOST_STATEMENTS = 200

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

/** Statements that are prepared once, which takes a third of their time; the one that was unused for longest makes room. */
class PreparedStatements implements SqliteDatabase {
  readonly #handle: SqliteHandle
  readonly #statements = new Map<string, SqliteStatement>()

  constructor(handle: SqliteHandle) {
    this.#handle = handle
  }

  prepare(text: string): SqliteStatement {
    const statement = this.#statements.get(text) ?? this.#handle.prepare(text)
    this.forget(text)
    this.#statements.set(text, statement)
    const [oldest] = this.#statements.keys()
    if (oldest !== undefined && this.#statements.size > MOST_STATEMENTS) this.forget(oldest)
    return statement
  }

  /** One that has failed may be half-done. */
  forget(text: string): void {
    this.#statements.delete(text)
  }

  close(): void {
    this.#statements.clear()
    this.#handle.close()
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
  readonly #prepared: PreparedStatements
  /** From the beginning of a transaction until it is committed or given up, also when a failure has ended it meanwhile. */
  #isChanging = false

  constructor(handle: SqliteHandle) {
    const prepared = new PreparedStatements(handle)
    super({ database: prepared })
    this.#handle = handle
    this.#prepared = prepared
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
    if (this.#isChanging || SelectQueryNode.is(query.query)) return this.#executeAlone(connection, query)
    await this.beginTransaction()
    try {
      const result = await this.#executeAlone<R>(connection, query)
      await this.commitTransaction()
      return result
    } catch (error) {
      await this.rollbackTransaction()
      throw error
    }
  }

  async #executeAlone<R>(connection: DatabaseConnection, query: CompiledQuery): Promise<QueryResult<R>> {
    // What was sent together with a statement that has failed so must not be done by itself.
    if (this.#isChanging && !this.#handle.inTransaction)
      throw new Error('The transaction was rolled back by a failure.')
    try {
      return await connection.executeQuery<R>(query)
    } catch (error) {
      this.#prepared.forget(query.sql)
      throw error
    }
  }

  override async beginTransaction(): Promise<void> {
    await execPatiently(this.#handle, 'begin immediate')
    this.#isChanging = true
  }

  override async commitTransaction(): Promise<void> {
    this.#handle.exec('commit')
    this.#isChanging = false
  }

  override async rollbackTransaction(): Promise<void> {
    this.#isChanging = false
    // Some failures have rolled back by themselves.
    if (this.#handle.inTransaction) this.#handle.exec('rollback')
  }
}
