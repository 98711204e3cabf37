import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Kysely } from 'kysely'
import Database from 'libsql'
import { codeOf } from '../errors.js'
import { keyFile } from './key-file.js'
import { openKeyring } from './master-key.js'
import { givenKeys } from './master-key-source.js'
import { migrate, type Schema } from './schema.js'
import { SqlStore } from './sql-store.js'
import { execPatiently, SharedSqliteDialect, type SqliteHandle } from './sqlite-dialect.js'
import { NoStoreError, type Store, StoreError } from './store.js'

export interface EmbeddedStoreOptions {
  /** Made when absent, for its owner only. */
  readonly dataDir: string
  /** 32 bytes as 64 hex digits or Base64. Without it, the key file beside the database is used, and made at first start. */
  readonly masterKey?: string | undefined
  /** The one that the store may be under instead: a rotation is about to come, or has just been. */
  readonly masterKeyNext?: string | undefined
  /** Rejects with a NoStoreError, and makes nothing, where there is no store yet. */
  readonly mustExist?: boolean | undefined
}

const FILE_NAME = 'facecompare.db'
/** Reading waits for hardly anything: another process that repairs the log after a crash. It blocks the thread. */
const READ_PATIENCE_MS = 10
/** A copy blocks nobody but itself. */
const BACKUP_PATIENCE_MS = 5000

/**
 * The store in one folder, without a database server. Several processes may have it open at once.
 * Rejects with a StoreError when the folder, the database or the master key is no good.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const path = join(options.dataDir, FILE_NAME)
  if (options.mustExist) requireDatabase(path)
  else makeFolder(options.dataDir)
  let database: Kysely<Schema> | undefined
  try {
    makePrivateFile(path)
    const connection = await openConnection(path)
    database = openDatabase(connection)
    const { dataDir, masterKey, masterKeyNext, mustExist } = options
    const source = masterKey === undefined ? keyFile(dataDir) : givenKeys(masterKey, masterKeyNext)
    const keyring = await database.transaction().execute(async (transaction) => {
      await migrate(transaction)
      return openKeyring(transaction, source, { mustExist })
    })
    return new SqlStore(database, keyring, { erase: () => emptyLog(connection) })
  } catch (cause) {
    await database?.destroy()
    throw cause instanceof StoreError ? cause : new StoreError(explain(cause), { cause })
  }
}

/**
 * Copies the database, as it is at one moment, into a file that must not exist yet; services may go on writing it. The master
 * key is no part of the copy. Throws a StoreError when there is no database, or the file cannot be written.
 */
export function backUpEmbeddedStore(dataDir: string, file: string): void {
  const path = join(dataDir, FILE_NAME)
  requireDatabase(path)
  if (existsSync(file)) throw new StoreError('The file of the backup exists already.')
  const draft = makeDraft(`${file}.${process.pid}.tmp`)
  try {
    const database = new Database(path, { timeout: BACKUP_PATIENCE_MS })
    try {
      database.prepare('vacuum into ?').run(draft)
    } finally {
      database.close()
    }
    syncFile(draft)
    renameSync(draft, file)
  } catch (cause) {
    rmSync(draft, { force: true })
    throw new StoreError('The backup cannot be written.', { cause })
  }
}

/** A new file for its owner alone: what somebody else has put there is not used. */
function makeDraft(path: string): string {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return path
  } catch (cause) {
    throw new StoreError('The backup cannot be written.', { cause })
  }
}

/** The database does not, for a copy. */
function syncFile(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

async function openConnection(path: string): Promise<Database.Database> {
  const connection = new Database(path, { timeout: READ_PATIENCE_MS })
  try {
    await execPatiently(handleOf(connection), 'pragma journal_mode = wal')
    // A claim must outlive a power cut, or a signature could be used twice. What is deleted is overwritten with zeros: a person
    // who is deleted must not be found in the file.
    connection.exec('pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on')
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

function openDatabase(connection: Database.Database): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SharedSqliteDialect(handleOf(connection)) })
}

function handleOf(connection: Database.Database): SqliteHandle {
  return {
    get inTransaction() {
      return connection.inTransaction
    },
    prepare: (statement) => connection.prepare(statement),
    exec: (statement) => connection.exec(statement),
    close: () => closeTidily(connection),
  }
}

/**
 * Moves the write-ahead log into the database and empties it: pages of before a deletion may stand in it. Who reads or writes
 * at this moment keeps it from that; then the next deletion does it, or the end of the last process.
 */
function emptyLog(connection: Database.Database): void {
  try {
    if (!connection.inTransaction) connection.pragma('wal_checkpoint(truncate)')
  } catch {
    // As above.
  }
}

/** Leaves one file behind. Where the log cannot be emptied nothing is lost: it is read again at the next opening. */
function closeTidily(connection: Database.Database): void {
  emptyLog(connection)
  connection.close()
}

function requireDatabase(path: string): void {
  if (!existsSync(path)) throw new NoStoreError('There is no database in the data folder.')
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new StoreError('The data folder cannot be made.', { cause })
  }
}

/** The database takes the file as it finds it, and gives its mode to the files that it makes beside it. */
function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (cause) {
    throw new StoreError('The database in the data folder cannot be opened for writing.', { cause })
  }
}

function explain(error: unknown): string {
  const code = codeOf(error)
  // SQLITE_ERROR: the tables are not what they must be.
  if (/^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(code)) return 'The database in the data folder is damaged, or is none.'
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return 'The database in the data folder is locked by another process.'
  if (/^SQLITE_FULL/.test(code)) return 'The disk of the data folder is full.'
  return 'The database in the data folder cannot be opened.'
}
