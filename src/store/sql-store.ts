import type { CompiledQuery, Kysely } from 'kysely'
import { type ClaimClock, ClaimedSignatures, LOCAL_CLOCK } from './claimed-signatures.js'
import type { Keyring } from './master-key.js'
import { makeAppid, makeSecretId, makeSecretKey } from './random-credentials.js'
import type { Schema } from './schema.js'
import type { SecretBox } from './secret-box.js'
import { openSqlGallery } from './sql-gallery.js'
import {
  type AppLimits,
  type Credential,
  type GalleryStore,
  type GalleryStoreOptions,
  type ListedKey,
  type Store,
  type StoredApp,
  type StoredKey,
  StoreError,
  type UsageBatch,
  type UsageCount,
  type UsageFilter,
} from './store.js'
import { addUsage, readUsage } from './usage-table.js'

const MAX_APPID_DRAWS = 20
/** A key and the master key that it is sealed with are read one after the other, while another process may change both. */
const MOST_KEY_READS = 5

interface SqlStoreOptions {
  /** What says when a claim is old. */
  readonly claimClock?: ClaimClock
  readonly erase?: () => void
  /** Connects anew, for statements that take long; absent where the database cannot search faces. */
  readonly openAlone?: () => Kysely<Schema>
}

/** The store on any database that kysely speaks to. Only statements that are atomic by themselves, or start by writing. */
export class SqlStore implements Store {
  readonly #database: Kysely<Schema>
  readonly #keyring: Keyring
  readonly #erase: () => void
  readonly #openAlone: (() => Kysely<Schema>) | undefined
  readonly #lookups: ReturnType<typeof compileLookups>
  readonly #claims: ClaimedSignatures
  #closing: Promise<void> | undefined

  /**
   * Takes over the database: closing the store closes it. `erase` is called after something was deleted that must be gone
   * from the disk, too.
   */
  constructor(
    database: Kysely<Schema>,
    keyring: Keyring,
    { claimClock = LOCAL_CLOCK, erase = () => {}, openAlone }: SqlStoreOptions = {},
  ) {
    this.#database = database
    this.#keyring = keyring
    this.#erase = erase
    this.#openAlone = openAlone
    this.#claims = new ClaimedSignatures(database, claimClock)
    this.#lookups = compileLookups(database)
  }

  async findApp(appid: string): Promise<StoredApp | undefined> {
    if (!isAppid(appid)) return undefined
    const row = await this.#lookUp(this.#lookups.app, appid)
    if (!row) return undefined
    return {
      appid,
      enabled: row.disabled_at === null,
      ...(row.calls_per_second === null ? {} : { callsPerSecond: Number(row.calls_per_second) }),
      ...(row.monthly_quota === null ? {} : { monthlyQuota: Number(row.monthly_quota) }),
    }
  }

  async findKey(secretId: string): Promise<StoredKey | undefined> {
    if (!isSecretId(secretId)) return undefined
    for (let tries = 1; ; tries++) {
      try {
        return await this.#readKey(secretId)
      } catch (error) {
        if (!(error instanceof StoreError) || tries === MOST_KEY_READS) throw error
        // Another process has put the store under another master key: both may be new by now, the text and the key.
        this.#keyring.refresh()
      }
    }
  }

  async #readKey(secretId: string): Promise<StoredKey | undefined> {
    const row = await this.#lookUp(this.#lookups.key, secretId)
    if (!row) return undefined
    const secretKey = this.#keyring.open(row.sealed_secret, secretId)
    return { appid: row.appid, secretId, secretKey, revoked: row.revoked_at !== null }
  }

  async #lookUp<Row>(query: CompiledQuery<Row>, id: string): Promise<Row | undefined> {
    const bound: CompiledQuery<Row> = { ...query, parameters: [id] }
    const { rows } = await this.#database.executeQuery(bound)
    return rows[0]
  }

  async createApp(options: { readonly appid?: string } = {}): Promise<StoredApp> {
    const { appid } = options
    if (appid !== undefined) {
      requireAppid(appid)
      if (await insertApp(this.#database, appid)) return { appid, enabled: true }
      throw new StoreError(`There is an app ${appid} already.`)
    }
    for (let draw = 0; draw < MAX_APPID_DRAWS; draw++) {
      const drawn = makeAppid()
      if (await insertApp(this.#database, drawn)) return { appid: drawn, enabled: true }
    }
    throw new StoreError('No appid is free.')
  }

  async setAppEnabled(appid: string, enabled: boolean): Promise<boolean> {
    if (!isAppid(appid)) return false
    const { numUpdatedRows } = await this.#database
      .updateTable('apps')
      .set({ disabled_at: enabled ? null : Date.now() })
      .where('appid', '=', appid)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async setLimits(appid: string, { callsPerSecond, monthlyQuota }: AppLimits): Promise<boolean> {
    if (!isAppid(appid)) return false
    const changes = {
      ...(callsPerSecond === undefined ? {} : { calls_per_second: callsPerSecond }),
      ...(monthlyQuota === undefined ? {} : { monthly_quota: monthlyQuota }),
    }
    if (Object.keys(changes).length === 0) return (await this.findApp(appid)) !== undefined
    const { numUpdatedRows } = await this.#database
      .updateTable('apps')
      .set(changes)
      .where('appid', '=', appid)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async createKey(appid: string): Promise<Credential> {
    if (!(await this.findApp(appid))) throw new StoreError('There is no such app.')
    const credential = { appid, secretId: makeSecretId(), secretKey: makeSecretKey() }
    await this.#database.transaction().execute(async (transaction) => {
      await insertKey(transaction, credential, await this.#keyring.lockBox(transaction))
    })
    return credential
  }

  async putKey(credential: Credential): Promise<void> {
    requireAppid(credential.appid)
    if (!isSecretId(credential.secretId)) {
      throw new StoreError('A SecretId must be 1 to 128 letters, digits, "_" or "-".')
    }
    if (credential.secretKey === '') throw new StoreError('A SecretKey must not be empty.')
    if (!(await this.findKey(credential.secretId))) {
      await this.#database.transaction().execute(async (transaction) => {
        const box = await this.#keyring.lockBox(transaction)
        await insertApp(transaction, credential.appid)
        await insertKey(transaction, credential, box)
      })
    }
    // Read back: another process may have been faster, with the same key or with another one.
    const stored = await this.findKey(credential.secretId)
    if (stored?.appid !== credential.appid) {
      throw new StoreError(`The SecretId ${credential.secretId} belongs to another app in the store.`)
    }
    if (stored.secretKey !== credential.secretKey) {
      throw new StoreError(`The SecretId ${credential.secretId} has another SecretKey in the store.`)
    }
  }

  async listKeys(appid?: string): Promise<readonly ListedKey[]> {
    const all = this.#database.selectFrom('keys').select(['appid', 'secret_id', 'created_at', 'revoked_at'])
    const rows = await (appid === undefined ? all : all.where('appid', '=', appid))
      .orderBy('created_at')
      .orderBy('secret_id')
      .execute()
    return rows.map((row) => ({
      appid: row.appid,
      secretId: row.secret_id,
      createdAt: new Date(Number(row.created_at)),
      ...(row.revoked_at === null ? {} : { revokedAt: new Date(Number(row.revoked_at)) }),
    }))
  }

  async revokeKey(secretId: string): Promise<boolean> {
    if (!isSecretId(secretId)) return false
    const { numUpdatedRows } = await this.#database
      .updateTable('keys')
      .set({ revoked_at: Date.now() })
      .where('secret_id', '=', secretId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async isEmpty(): Promise<boolean> {
    return !(await this.#database.selectFrom('apps').select('appid').limit(1).executeTakeFirst())
  }

  claimSignature(id: string, forgetAtSeconds: number): Promise<boolean> {
    return this.#claims.claim(id, forgetAtSeconds)
  }

  addUsage(batch: UsageBatch): Promise<void> {
    return this.#database.transaction().execute((transaction) => addUsage(transaction, batch, Date.now()))
  }

  listUsage(filter: UsageFilter): Promise<readonly UsageCount[]> {
    return readUsage(this.#database, filter)
  }

  openGallery(options: GalleryStoreOptions): GalleryStore {
    return openSqlGallery(this.#database, this.#keyring, {
      ...options,
      erase: this.#erase,
      openAlone: this.#openAlone,
    })
  }

  async rotateMasterKey(masterKey: string): Promise<number | undefined> {
    const count = await this.#database
      .transaction()
      .execute((transaction) => this.#keyring.rotate(transaction, masterKey))
    await this.#database.transaction().execute((transaction) => this.#keyring.settle(transaction))
    return count
  }

  ping(): Promise<void> {
    return this.#keyring.requireKey(this.#database)
  }

  close(): Promise<void> {
    this.#closing ??= this.#database.destroy()
    return this.#closing
  }
}

/** The statements of every call, with one parameter each: putting them together takes as long as asking the database. */
function compileLookups(database: Kysely<Schema>) {
  return {
    app: database
      .selectFrom('apps')
      .select(['disabled_at', 'calls_per_second', 'monthly_quota'])
      .where('appid', '=', '')
      .compile(),
    key: database
      .selectFrom('keys')
      .select(['appid', 'sealed_secret', 'revoked_at'])
      .where('secret_id', '=', '')
      .compile(),
  }
}

/** False when there is an app of that appid. */
async function insertApp(database: Kysely<Schema>, appid: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await database
    .insertInto('apps')
    .values({ appid, created_at: Date.now() })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows > 0n
}

/** Does nothing when there is a key of that SecretId. */
async function insertKey(database: Kysely<Schema>, credential: Credential, box: SecretBox): Promise<void> {
  const { appid, secretId, secretKey } = credential
  await database
    .insertInto('keys')
    .values({
      secret_id: secretId,
      appid,
      sealed_secret: box.seal(secretKey, secretId),
      created_at: Date.now(),
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Ids of another shape are not in the store: no database is asked about bytes that it may choke on, such as NUL. */
function isAppid(text: string): boolean {
  return /^[\w.-]{1,64}$/.test(text)
}

function requireAppid(text: string): void {
  if (!isAppid(text)) throw new StoreError('An appid must be 1 to 64 letters, digits, "_", "-" or ".".')
}

function isSecretId(text: string): boolean {
  return /^[\w-]{1,128}$/.test(text)
}
