import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Keyring } from './master-key.js'
import type { Schema } from './schema.js'
import { GALLERY_KEY_NAME } from './sealed-facts.js'
import { StoreError } from './store.js'

/** Encrypts what is kept of faces, or not, as it was told; reads either. */
export interface TemplateBox {
  /** Binds the bytes to a name, so that they open under no other name. */
  seal(plain: Uint8Array, boundTo: string): Uint8Array
  /** Throws a StoreError when the bytes were changed, or were sealed with another key or for another name. */
  open(sealed: Uint8Array, boundTo: string): Uint8Array
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The first byte. */
const PLAIN = 0
const SEALED = 1

/**
 * AES-256-GCM: a byte that says so, nonce, ciphertext, tag. Random nonces of 96 bits are good for some 2^32 faces.
 */
export function createTemplateBox(key: Uint8Array, encrypts: boolean): TemplateBox {
  return {
    seal(plain, boundTo) {
      if (!encrypts) return Buffer.concat([Buffer.of(PLAIN), plain])
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(boundTo))
      return Buffer.concat([Buffer.of(SEALED), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, boundTo) {
      if (sealed[0] === PLAIN) return sealed.subarray(1)
      try {
        return decrypt(key, sealed, boundTo)
      } catch (cause) {
        throw new StoreError('A face in the store cannot be decrypted.', { cause })
      }
    },
  }
}

function decrypt(key: Uint8Array, sealed: Uint8Array, boundTo: string): Uint8Array {
  const body = sealed.subarray(1 + NONCE_BYTES)
  if (sealed[0] !== SEALED || body.length < TAG_BYTES) throw new RangeError('Expected a nonce and a tag.')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(body.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()])
}

/**
 * The key of a store's faces, made at first use and kept under the master key: a rotation of that seals this one key anew,
 * however many faces there are. Rejects with a StoreError when the store is under a master key that is not here.
 */
export async function openGalleryKey(transaction: Kysely<Schema>, keyring: Keyring): Promise<Uint8Array> {
  // Locks: two processes that come first at the same time agree on one key.
  const box = await keyring.lockBox(transaction)
  const facts = transaction.selectFrom('store_facts').select('value').where('name', '=', GALLERY_KEY_NAME)
  const known = await facts.executeTakeFirst()
  if (known) return Buffer.from(box.open(known.value, GALLERY_KEY_NAME), 'base64')
  const key = randomBytes(KEY_BYTES)
  const value = box.seal(key.toString('base64'), GALLERY_KEY_NAME)
  await transaction.insertInto('store_facts').values({ name: GALLERY_KEY_NAME, value }).execute()
  return key
}
