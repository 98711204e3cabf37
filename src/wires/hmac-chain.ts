import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** The key of a day and a service: each part is signed with what came of the part before, the first with the secret. */
export function deriveKey(secret: string, parts: readonly string[]): Uint8Array {
  return parts.reduce<Uint8Array>((key, part) => hmacSha256(key, part), Buffer.from(secret, 'utf8'))
}

export function hmacSha256(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text, 'utf8').digest()
}

/** Lower-case hex of the text's UTF-8. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** 64 hex digits, in lower case as both schemes write them. */
export const SHA256_HEX = /^[0-9a-f]{64}$/

/** Takes as long whatever differs. `hex` must be {@link SHA256_HEX}. */
export function isMac(hex: string, mac: Uint8Array): boolean {
  return timingSafeEqual(Buffer.from(hex, 'hex'), mac)
}
