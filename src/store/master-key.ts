import type { Kysely } from 'kysely'
import type { MasterKeySource } from './master-key-source.js'
import type { Schema } from './schema.js'
import { SEALED_FACTS } from './sealed-facts.js'
import { createSecretBox, parseMasterKey, type SecretBox } from './secret-box.js'
import { NoStoreError, StoreError } from './store.js'

/** A fact of the store that only the key opens which the store is under. */
const CHECK_NAME = 'master_key_check'
const CHECK_PLAIN = 'facecompare'
const ROWS_PER_STATEMENT = 100

/** The master keys that a process knows of. The store is under one of them: all that is sealed anew is sealed with that. */
export interface Keyring {
  /** Opens what any of the keys has sealed. Throws a StoreError. */
  open(sealed: string, boundTo: string): string
  /** Looks at the keys again: another process may have put the store under another one. */
  refresh(): void
  /** Rejects with a StoreError when the store is under a key that is not here. */
  requireKey(database: Kysely<Schema>): Promise<void>
  /** The box to seal with, which stays the right one until the end of the transaction. Starts by writing. */
  lockBox(transaction: Kysely<Schema>): Promise<SecretBox>
  /**
   * Puts everything under another key, in the caller's transaction; resolves with the number of secrets, or with undefined
   * when the store was under that key before. Afterwards `settle` must be called, in a transaction of its own.
   */
  rotate(transaction: Kysely<Schema>, masterKey: string): Promise<number | undefined>
  settle(transaction: Kysely<Schema>): Promise<void>
}

interface KnownKey {
  readonly text: string
  readonly box: SecretBox
}

/**
 * The keyring of a store. Rejects with a StoreError when none of the keys is the one that the store is under, and with a
 * NoStoreError when the store was never under any and `mustExist`: whatever the transaction made is then undone.
 * The caller holds the write lock of the database, so that two processes which start together agree on one key.
 */
export async function openKeyring(
  database: Kysely<Schema>,
  source: MasterKeySource,
  { mustExist = false }: { readonly mustExist?: boolean | undefined } = {},
): Promise<Keyring> {
  const check = await readCheck(database)
  if (check === undefined && mustExist) throw new NoStoreError('There is no store yet.')
  if (check === undefined) {
    const box = boxOf(source.first())
    await database
      .insertInto('store_facts')
      .values({ name: CHECK_NAME, value: sealCheck(box) })
      .execute()
  } else {
    source.settle(findKey(source.read(), check).text)
  }
  return createKeyring(source)
}

function createKeyring(source: MasterKeySource): Keyring {
  let boxes = source.read().map(boxOf)

  const refresh = (): void => {
    try {
      boxes = source.read().map(boxOf)
    } catch {
      // The keys of before are still the best there is.
    }
  }
  const open = (sealed: string, boundTo: string): string => {
    for (const box of boxes) {
      const plain = tryToOpen(box, sealed, boundTo)
      if (plain !== undefined) return plain
    }
    throw new StoreError('A secret in the store cannot be decrypted with this master key.')
  }
  const lockKey = async (transaction: Kysely<Schema>): Promise<KnownKey> => {
    const check = await lockCheck(transaction)
    return findKey(source.read(), check)
  }

  return {
    open,
    refresh,
    async requireKey(database) {
      // The check first: a key that comes between the two looks is seen.
      const check = await readCheck(database)
      findKey(source.read(), check ?? '')
    },
    lockBox: async (transaction) => (await lockKey(transaction)).box,
    async rotate(transaction, masterKey) {
      const next = boxOf(masterKey)
      const check = await lockCheck(transaction)
      if (isSame(source.read()[0] ?? '', masterKey)) {
        throw new StoreError('The new master key is the one that is in use; nothing was changed.')
      }
      if (opensCheck(next, check)) return undefined
      // What a rotation before this one left undone: the place of the next key must be free.
      source.settle(findKey(source.read(), check).text)
      refresh()
      const reseal = (sealed: string, name: string) => next.seal(open(sealed, name), name)
      const count = await resealAll(transaction, reseal)
      await resealFacts(transaction, reseal)
      await writeCheck(transaction, next)
      source.keepNext(masterKey)
      refresh()
      return count
    },
    async settle(transaction) {
      source.settle((await lockKey(transaction)).text)
      refresh()
    },
  }
}

async function readCheck(database: Kysely<Schema>): Promise<string | undefined> {
  const facts = database.selectFrom('store_facts').select('value')
  return (await facts.where('name', '=', CHECK_NAME).executeTakeFirst())?.value
}

async function writeCheck(transaction: Kysely<Schema>, box: SecretBox): Promise<void> {
  const fact = transaction.updateTable('store_facts').where('name', '=', CHECK_NAME)
  await fact.set({ value: sealCheck(box) }).execute()
}

/** Writes it as it is: until the end of the transaction nobody else can put the store under another key. */
async function lockCheck(transaction: Kysely<Schema>): Promise<string> {
  const { value } = await transaction
    .updateTable('store_facts')
    .set(({ ref }) => ({ value: ref('value') }))
    .where('name', '=', CHECK_NAME)
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

/** The key that the store is under. */
function findKey(keys: readonly string[], check: string): KnownKey {
  for (const text of keys) {
    const box = boxOf(text)
    if (opensCheck(box, check)) return { text, box }
  }
  throw new StoreError('The master key is not the one that the store was made with, or last rotated to.')
}

/** Opens and seals every SecretKey. A key that is revoked meanwhile stays revoked: nothing but the sealed text is changed. */
async function resealAll(
  transaction: Kysely<Schema>,
  reseal: (sealed: string, secretId: string) => string,
): Promise<number> {
  let count = 0
  let after = ''
  for (;;) {
    const page = transaction.selectFrom('keys').selectAll().where('secret_id', '>', after).orderBy('secret_id')
    const rows = await page.limit(ROWS_PER_STATEMENT).execute()
    const last = rows.at(-1)
    if (!last) return count
    await transaction
      .insertInto('keys')
      .values(rows.map((row) => ({ ...row, sealed_secret: reseal(row.sealed_secret, row.secret_id) })))
      .onConflict((conflict) =>
        conflict.column('secret_id').doUpdateSet(({ ref }) => ({ sealed_secret: ref('excluded.sealed_secret') })),
      )
      .execute()
    count += rows.length
    after = last.secret_id
  }
}

async function resealFacts(
  transaction: Kysely<Schema>,
  reseal: (sealed: string, name: string) => string,
): Promise<void> {
  const facts = await transaction.selectFrom('store_facts').selectAll().where('name', 'in', SEALED_FACTS).execute()
  for (const { name, value } of facts) {
    const changed = transaction.updateTable('store_facts').set({ value: reseal(value, name) })
    await changed.where('name', '=', name).execute()
  }
}

function boxOf(masterKey: string): SecretBox {
  return createSecretBox(parseMasterKey(masterKey))
}

function isSame(left: string, right: string): boolean {
  return Buffer.from(parseMasterKey(left)).equals(parseMasterKey(right))
}

function sealCheck(box: SecretBox): string {
  return box.seal(CHECK_PLAIN, CHECK_NAME)
}

function opensCheck(box: SecretBox, check: string): boolean {
  return tryToOpen(box, check, CHECK_NAME) !== undefined
}

function tryToOpen(box: SecretBox, sealed: string, boundTo: string): string | undefined {
  try {
    return box.open(sealed, boundTo)
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
