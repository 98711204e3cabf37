import { Kysely, PostgresDialect, sql } from 'kysely'
import { codeOf } from '../errors.js'
import type { ClaimClock } from './claimed-signatures.js'
import { type Keyring, openKeyring } from './master-key.js'
import { givenKeys } from './master-key-source.js'
import { createPool } from './postgres-pool.js'
import { migrate, type Schema } from './schema.js'
import { SqlStore } from './sql-store.js'
import { type SharedStore, StoreError } from './store.js'

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:port/database`, with the driver's parameters (`sslmode`, `options`). A secret. */
  readonly url: string
  /** 32 bytes as 64 hex digits or Base64; the same for all that share the database. */
  readonly masterKey: string
  /** The one that the store may be under instead: a rotation is about to come, or has just been. */
  readonly masterKeyNext?: string | undefined
  /** Rejects with a NoStoreError, and makes nothing, where there is no store yet. */
  readonly mustExist?: boolean | undefined
}

const MAX_CONNECTIONS = 10
const CONNECT_TIMEOUT_MS = 2000
/** The statements of the service take about a millisecond. */
const STATEMENT_TIMEOUT_MS = 2000
/** Those who start together wait for the one that makes the tables. */
const MIGRATION_TIMEOUT_MS = 60_000
/** The index of a hundred million faces takes hours. */
const INDEXING_TIMEOUT_MS = 7 * 24 * 3_600_000
const OLDEST_SERVER = 14
/** Any number that nothing else in the database takes for its lock. */
const MIGRATION_LOCK = 5_824_717_190

class PostgresStore extends SqlStore implements SharedStore {
  readonly #database: Kysely<Schema>

  constructor(database: Kysely<Schema>, keyring: Keyring, openAlone: () => Kysely<Schema>) {
    super(database, keyring, { claimClock: databaseClock(database), openAlone })
    this.#database = database
  }

  /** One row for each app, in a table that is not logged: what a crash of the server loses is one second old. */
  async countCall(appid: string): Promise<number> {
    const { rows } = await sql<{ calls: number }>`
      insert into call_rates as rate values (${appid}, floor(extract(epoch from clock_timestamp())), 1)
      on conflict (appid) do update set
        calls = case when rate.second >= excluded.second then rate.calls + 1 else 1 end,
        second = greatest(rate.second, excluded.second)
      returning calls`.execute(this.#database)
    return rows[0]?.calls ?? 0
  }
}

/** One clock for all replicas, none of which can be wrong about it. */
function databaseClock(database: Kysely<Schema>): ClaimClock {
  return {
    async nowSeconds() {
      const { rows } = await sql<{ seconds: number }>`
        select extract(epoch from clock_timestamp())::float8 as seconds`.execute(database)
      return rows[0]?.seconds ?? 0
    },
    trustAfterMs: 0,
  }
}

/**
 * The store in a PostgreSQL database (14 and later), shared by any number of replicas.
 * Rejects with a StoreError when the server, the database or the master key is no good.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<SharedStore> {
  try {
    const keyring = await prepareDatabase(options)
    const openAlone = () => connect(options.url, 1, INDEXING_TIMEOUT_MS)
    return new PostgresStore(connect(options.url, MAX_CONNECTIONS, STATEMENT_TIMEOUT_MS), keyring, openAlone)
  } catch (cause) {
    throw cause instanceof StoreError ? cause : new StoreError(explain(cause), { cause })
  }
}

function connect(url: string, maxConnections: number, statementTimeoutMs: number): Kysely<Schema> {
  const pool = createPool({ url, maxConnections, connectTimeoutMs: CONNECT_TIMEOUT_MS, statementTimeoutMs })
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

/** Over a connection of its own, because those who wait for the lock wait longer than any statement of the service may. */
async function prepareDatabase({ url, masterKey, masterKeyNext, mustExist }: PostgresStoreOptions): Promise<Keyring> {
  const database = connect(url, 1, MIGRATION_TIMEOUT_MS)
  try {
    await requireServer(database)
    return await database.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction)
      await migrate(transaction)
      await sql`create unlogged table if not exists call_rates (
        appid text primary key, second bigint not null, calls bigint not null)`.execute(transaction)
      return openKeyring(transaction, givenKeys(masterKey, masterKeyNext), { mustExist })
    })
  } finally {
    await database.destroy()
  }
}

async function requireServer(database: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::integer / 10000 as version`.execute(database)
  if ((rows[0]?.version ?? 0) < OLDEST_SERVER) {
    throw new StoreError(`The database server is older than PostgreSQL ${OLDEST_SERVER}.`)
  }
}

function explain(error: unknown): string {
  const code = codeOf(error)
  if (/^28/.test(code)) return 'The database server does not let this user in with this password.'
  if (code === '3D000') return 'There is no such database on the database server.'
  if (code === '3F000') return 'There is no such schema in the database.'
  if (code === '42501') return 'The user may not make tables in the database.'
  if (/^(53|57P03)/.test(code)) return 'The database server takes no more connections now.'
  // Any other five characters are an answer of the server; those of the operating system have no digits (EPIPE).
  if (/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return `The database server refused to prepare the tables (${code}).`
  return 'The database server cannot be reached.'
}
