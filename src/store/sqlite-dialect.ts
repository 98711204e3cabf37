import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'

/** One open database, as libsql gives it. */
export interface SqliteHandle {
  readonly inTransaction: boolean
  prepare(statement: string): SqliteStatement
  exec(statement: string): unknown
  close(): unknown
}

interface SqliteStatement {
  readonly reader: boolean
  all(parameters: readonly unknown[]): readonly unknown[]
  run(parameters: readonly unknown[]): { readonly changes: number }
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
export function createSharedSqliteDialect(handle: SqliteHandle): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SharedSqliteDriver(handle),
    createIntrospector: (database) => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler(),
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

/** The code of a database's error, such as `SQLITE_BUSY`; `''` for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

class SharedSqliteDriver implements Driver {
  readonly #handle: SqliteHandle
  readonly #connection: DatabaseConnection
  #users = Promise.resolve()
  #release: () => void = () => {}

  constructor(handle: SqliteHandle) {
    this.#handle = handle
    this.#connection = new SharedSqliteConnection(handle)
  }

  async init(): Promise<void> {}

  /** There is one connection, for one user after the other. */
  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#users
    let release = () => {}
    this.#users = new Promise((resolve) => {
      release = resolve
    })
    await before
    this.#release = release
    return this.#connection
  }

  async releaseConnection(): Promise<void> {
    this.#release()
  }

  async beginTransaction(): Promise<void> {
    await execPatiently(this.#handle, 'begin immediate')
  }

  async commitTransaction(): Promise<void> {
    this.#handle.exec('commit')
  }

  async rollbackTransaction(): Promise<void> {
    // Some failures have rolled back by themselves.
    if (this.#handle.inTransaction) this.#handle.exec('rollback')
  }

  async destroy(): Promise<void> {
    this.#handle.close()
  }
}

class SharedSqliteConnection implements DatabaseConnection {
  readonly #handle: SqliteHandle

  constructor(handle: SqliteHandle) {
    this.#handle = handle
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = this.#handle.prepare(query.sql)
    // The row type is kysely's promise about the statement, as in its own drivers.
    if (statement.reader) return { rows: statement.all(query.parameters) as R[] }
    if (this.#handle.inTransaction) return run(statement, query)
    await execPatiently(this.#handle, 'begin immediate')
    try {
      const result = run(statement, query)
      this.#handle.exec('commit')
      return result
    } catch (error) {
      if (this.#handle.inTransaction) this.#handle.exec('rollback')
      throw error
    }
  }

  // biome-ignore lint/correctness/useYield: the interface asks for a generator.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('The store does not stream.')
  }
}

function run(
  statement: SqliteStatement,
  query: CompiledQuery,
): { readonly rows: never[]; readonly numAffectedRows: bigint } {
  return { rows: [], numAffectedRows: BigInt(statement.run(query.parameters).changes) }
}
