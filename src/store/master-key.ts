import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Schema } from './schema.js'
import { createMasterKey, createSecretBox, parseMasterKey, type SecretBox } from './secret-box.js'
import { StoreError } from './store.js'

const FILE_NAME = 'master.key'
/** A fact of the store that only the right master key opens. */
const CHECK_NAME = 'master_key_check'
const CHECK_PLAIN = 'facecompare'

/**
 * The secret box of a store. Throws a StoreError when the master key is not the one that the store was made with.
 * `findMasterKey` is told whether the store has seen a master key before.
 * The caller holds the write lock of the database, so that two processes which start together agree on one key.
 */
export async function openSecretBox(
  database: Kysely<Schema>,
  findMasterKey: (storeHasKey: boolean) => string,
): Promise<SecretBox> {
  const check = await database
    .selectFrom('store_facts')
    .select('value')
    .where('name', '=', CHECK_NAME)
    .executeTakeFirst()
  const box = createSecretBox(parseMasterKey(findMasterKey(check !== undefined)))
  if (!check) {
    await database
      .insertInto('store_facts')
      .values({ name: CHECK_NAME, value: box.seal(CHECK_PLAIN, CHECK_NAME) })
      .execute()
    return box
  }
  try {
    box.open(check.value, CHECK_NAME)
  } catch (cause) {
    throw new StoreError('The master key is not the one that the store was made with.', { cause })
  }
  return box
}

/** The master key in the key file of a folder, which a store without a key gets anew. */
export function readOrMakeKeyFile(folder: string, storeHasKey: boolean): string {
  return readKeyFile(folder) ?? makeKeyFile(folder, storeHasKey)
}

function readKeyFile(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, FILE_NAME), 'utf8').trim()
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new StoreError(`The key file ${FILE_NAME} in the data folder cannot be read.`, { cause })
  }
}

/** Renamed into place when its bytes are on the disk: a crash leaves either the whole key or none. */
function makeKeyFile(folder: string, storeHasKey: boolean): string {
  if (storeHasKey) {
    throw new StoreError(
      `The store was made with a master key that is neither given nor in ${FILE_NAME} in the data folder.`,
    )
  }
  const masterKey = createMasterKey()
  const path = join(folder, FILE_NAME)
  const draft = `${path}.${process.pid}.tmp`
  try {
    rmSync(draft, { force: true })
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeSync(file, `${masterKey}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
  } catch (cause) {
    throw new StoreError(`The key file ${FILE_NAME} cannot be written to the data folder.`, { cause })
  }
  return masterKey
}
