import { type Generated, type Kysely, sql } from 'kysely'
import { addGallery, addMadeGroups, type GalleryTables } from './gallery-schema.js'
import { StoreError } from './store.js'

/** The tables. Times are whole milliseconds since 1970, where the name does not say seconds; `null` is never. */
export interface Schema extends GalleryTables {
  /** One row for each migration that was made. */
  schema_version: { version: number; migrated_at: number }
  /** Facts about the store itself. */
  store_facts: { name: string; value: string }
  apps: {
    appid: string
    created_at: number
    disabled_at: Generated<number | null>
    calls_per_second: Generated<number | null>
    monthly_quota: Generated<number | null>
  }
  /** `sealed_secret` is the SecretKey, encrypted and bound to its SecretId. */
  keys: { secret_id: string; appid: string; sealed_secret: string; created_at: number; revoked_at: number | null }
  used_signatures: { id: string; forget_at_seconds: number }
  /** Hours since 1970 of `forget_at_seconds` whose claims may have been deleted: no claim in them is granted any more. */
  forgotten_hours: { hour: number }
  /** `day` is of UTC, such as 2026-11-23. */
  usage: { appid: string; day: string; code: number; calls: number }
  /** The last batch that each process has added to `usage`. */
  usage_counters: { id: string; sequence: number; written_at: number }
}

/** In order; the version of the schema is their number. What was released is never changed, only added to. */
const MIGRATIONS: readonly ((database: Kysely<Schema>) => Promise<void>)[] = [
  createTables,
  addUsageAndLimits,
  addForgottenHours,
  addGalleryTables,
  (database) => addMadeGroups(database.schema),
]

/**
 * Brings the tables up to date. The caller holds a transaction with the write lock, so that processes which start together
 * take turns. Throws a StoreError when the database was made by a newer version of the program.
 */
export async function migrate(database: Kysely<Schema>): Promise<void> {
  await database.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('migrated_at', 'bigint', (column) => column.notNull())
    .execute()
  const { version } = await database
    .selectFrom('schema_version')
    .select(({ fn }) => fn.coalesce(fn.max('version'), sql<number>`0`).as('version'))
    .executeTakeFirstOrThrow()
  if (version > MIGRATIONS.length) throw new StoreError('The store was made by a newer version of this program.')
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue
    await step(database)
    await database
      .insertInto('schema_version')
      .values({ version: index + 1, migrated_at: Date.now() })
      .execute()
  }
}

async function createTables(database: Kysely<Schema>): Promise<void> {
  await database.schema
    .createTable('store_facts')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute()
  await database.schema
    .createTable('apps')
    .addColumn('appid', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('disabled_at', 'bigint')
    .execute()
  await database.schema
    .createTable('keys')
    .addColumn('secret_id', 'text', (column) => column.primaryKey())
    .addColumn('appid', 'text', (column) => column.notNull().references('apps.appid'))
    .addColumn('sealed_secret', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute()
  await database.schema.createIndex('keys_appid').on('keys').column('appid').execute()
  await database.schema
    .createTable('used_signatures')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('forget_at_seconds', 'bigint', (column) => column.notNull())
    .execute()
  await database.schema
    .createIndex('used_signatures_forget_at')
    .on('used_signatures')
    .column('forget_at_seconds')
    .execute()
}

async function addUsageAndLimits(database: Kysely<Schema>): Promise<void> {
  await database.schema.alterTable('apps').addColumn('calls_per_second', 'integer').execute()
  await database.schema.alterTable('apps').addColumn('monthly_quota', 'bigint').execute()
  await database.schema
    .createTable('usage')
    .addColumn('appid', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('code', 'integer', (column) => column.notNull())
    .addColumn('calls', 'bigint', (column) => column.notNull())
    // By app first: quotas ask for the month of one app, again and again.
    .addPrimaryKeyConstraint('usage_of_day', ['appid', 'day', 'code'])
    .execute()
  await database.schema
    .createTable('usage_counters')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('written_at', 'bigint', (column) => column.notNull())
    .execute()
}

async function addForgottenHours(database: Kysely<Schema>): Promise<void> {
  await database.schema
    .createTable('forgotten_hours')
    .addColumn('hour', 'bigint', (column) => column.primaryKey())
    .execute()
}

async function addGalleryTables(database: Kysely<Schema>): Promise<void> {
  await addGallery(database.schema)
  await database.insertInto('gallery_feed').values({ id: 1, sequence: 0, trimmed_to: 0 }).execute()
}
