import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { StoreError } from './store.js'

/** Encrypts small secrets for keeping. */
export interface SecretBox {
  /** Seals a text and binds it to a name, so that it opens under no other name. */
  seal(plain: string, boundTo: string): string
  /** Throws a StoreError when the sealed text was changed, or was sealed with another key or for another name. */
  open(sealed: string, boundTo: string): string
}

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const VERSION = 'v1'

/**
 * AES-256-GCM with a key derived from the master key (HKDF-SHA-256). A sealed text reads `v1.<nonce>.<ciphertext and tag>`,
 * both in base64url. Random nonces of 96 bits are good for some 2^32 secrets, far more than a store holds.
 */
export function createSecretBox(masterKey: Uint8Array): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'facecompare store v1', KEY_BYTES))
  return {
    seal(plain, boundTo) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bindingOf(boundTo))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [VERSION, nonce.toString('base64url'), body.toString('base64url')].join('.')
    },
    open(sealed, boundTo) {
      try {
        return decrypt(key, sealed, bindingOf(boundTo))
      } catch (cause) {
        throw new StoreError('A secret in the store cannot be decrypted with this master key.', { cause })
      }
    },
  }
}

function bindingOf(name: string): Buffer {
  return Buffer.from(`${VERSION}:${name}`, 'utf8')
}

function decrypt(key: Buffer, sealed: string, binding: Buffer): string {
  const [version, nonceText = '', bodyText = '', ...rest] = sealed.split('.')
  if (version !== VERSION || rest.length > 0) throw new RangeError(`Expected the format ${VERSION}.`)
  const nonce = Buffer.from(nonceText, 'base64url')
  const body = Buffer.from(bodyText, 'base64url')
  if (nonce.length !== NONCE_BYTES || body.length < TAG_BYTES) throw new RangeError('Expected a nonce and a tag.')
  // GCM would accept a shorter tag, which is easier to forge.
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(binding).setAuthTag(body.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
}

/** Reads a master key: 32 bytes as 64 hex digits or as Base64. Throws a StoreError that does not repeat it. */
export function parseMasterKey(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text)) return Buffer.from(text, 'base64')
  throw new StoreError('The master key must be 32 bytes, written as 64 hex digits or as Base64.')
}

/** A new master key, 64 hex digits. */
export function createMasterKey(): string {
  return randomBytes(KEY_BYTES).toString('hex')
}
