import { hmacSha1 } from './hmac-sha1.js'

/** What a client signs with. `secretKey` is a secret: whoever has it can call in the app's name. */
export interface Credential {
  readonly appid: string
  readonly secretId: string
  readonly secretKey: string
  /** Named in the signature; none when absent. */
  readonly bucket?: string
}

export interface SignatureOptions {
  /** How long the signature may be used, in seconds; 300 when absent. Of no meaning with `fileId`. */
  readonly seconds?: number
  /** Makes a signature that works once, bound to this text (1 or more characters). */
  readonly fileId?: string
  /** The clock; the system's when absent. */
  readonly now?: () => Date
}

const DEFAULT_SECONDS = 300
const RANDOM_RANGE = 1_000_000_000

/**
 * The text for the `Authorization` header (or the `sign` field of the query, percent-encoded): Base64 of the HMAC-SHA1 of the
 * signed text, followed by that text. Needs nothing but ECMAScript; uses WebCrypto where there is one.
 */
export async function createSignature(credential: Credential, options: SignatureOptions = {}): Promise<string> {
  const original = encodeUtf8(textToSign(credential, options))
  const mac = await hmacSha1(encodeUtf8(credential.secretKey), original)
  return encodeBase64([...mac, ...original])
}

function textToSign({ appid, secretId, bucket = '' }: Credential, options: SignatureOptions): string {
  const { seconds = DEFAULT_SECONDS, fileId, now = () => new Date() } = options
  const issuedAt = Math.floor(now().getTime() / 1000)
  const expiresAt = fileId === undefined ? issuedAt + seconds : 0
  // Keeps two signatures of one second apart; no secret depends on it.
  const random = Math.floor(Math.random() * RANDOM_RANGE)
  return `a=${appid}&b=${bucket}&k=${secretId}&e=${expiresAt}&t=${issuedAt}&r=${random}&u=0&f=${fileId ?? ''}`
}

/** The bytes of a text in UTF-8. Mini-programs have no `TextEncoder`. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  const escaped = encodeURIComponent(text)
  const bytes = escaped.match(/%..|[^%]/g) ?? []
  return Uint8Array.from(bytes, (byte) => (byte.length === 1 ? byte.charCodeAt(0) : Number.parseInt(byte.slice(1), 16)))
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 (RFC 4648, section 4) of bytes. Mini-programs have no `btoa`. */
export function encodeBase64(bytes: ArrayLike<number>): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const rest = bytes.length - i
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const letter = (shift: number): string => ALPHABET.charAt((bits >> shift) & 63)
    text += letter(18) + letter(12) + (rest > 1 ? letter(6) : '=') + (rest > 2 ? letter(0) : '=')
  }
  return text
}
