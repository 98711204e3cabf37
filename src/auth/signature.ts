import { createHmac } from 'node:crypto'
import { FaceCompareError } from '../errors.js'

/** A signature as it was presented: well-formed, not yet checked against a SecretKey or a clock. */
export interface Signature {
  /** `a` */
  readonly appid: string
  /** `b`; `''` when absent. */
  readonly bucket: string
  /** `k` */
  readonly secretId: string
  /** `t`, Unix seconds. */
  readonly issuedAt: number
  /** `e`, Unix seconds; 0 for a single-use signature. */
  readonly expiresAt: number
  /** `u` */
  readonly userId?: string
  /** `f`; `''` when absent. */
  readonly fileId: string
  readonly singleUse: boolean
  /** HMAC-SHA1, 20 bytes. */
  readonly mac: Uint8Array
  /** The signed text, byte for byte. */
  readonly original: Uint8Array
  /** All decoded bytes: `mac`, then `original`. */
  readonly raw: Uint8Array
}

/** What is signed. A field that is left out is left out of the text as well. */
export interface SignatureFields {
  readonly appid: string
  readonly bucket?: string
  readonly secretId: string
  /** Unix seconds; 0 for a single-use signature. */
  readonly expiresAt: number
  /** Unix seconds. */
  readonly issuedAt: number
  readonly random?: string
  readonly userId?: string
  readonly fileId?: string
}

const MAC_BYTES = 20
/** Three months, the limit of the original service. */
const MAX_SIGN_SECONDS = 7_776_000
const MAX_CHARACTERS = 4096
const FIELDS = ['a', 'b', 'k', 'e', 't', 'r', 'u', 'f'] as const

type FieldName = (typeof FIELDS)[number]

/**
 * Reads a signature: Base64 of the HMAC-SHA1 and of the text that it signs.
 * Throws SIGNATURE_MALFORMED for everything that can be told from the text alone, without a key and without a clock.
 */
export function parseSignature(text: string): Signature {
  const raw = decodeBase64(text)
  if (raw.length <= MAC_BYTES) throw malformed('it is too short')
  const original = raw.subarray(MAC_BYTES)
  const fields = readFields(Buffer.from(original).toString('utf8'))

  const appid = requireField(fields, 'a')
  const secretId = requireField(fields, 'k')
  const issuedAt = readSeconds(fields, 't')
  const expiresAt = readSeconds(fields, 'e')
  const fileId = fields.get('f') ?? ''
  const userId = fields.get('u')
  const singleUse = expiresAt === 0
  if (singleUse && fileId === '') throw malformed('a single-use signature (e=0) needs the field f')
  if (!singleUse) checkLife(issuedAt, expiresAt)

  return {
    appid,
    bucket: fields.get('b') ?? '',
    secretId,
    issuedAt,
    expiresAt,
    ...(userId === undefined ? {} : { userId }),
    fileId,
    singleUse,
    mac: raw.subarray(0, MAC_BYTES),
    original,
    raw,
  }
}

/** The signature (Base64) of the fields, in the documented order. Throws INVALID_PARAMETER for a value with `&` in it. */
export function computeSignature(fields: SignatureFields, secretKey: string): string {
  const values: Readonly<Record<FieldName, string | undefined>> = {
    a: fields.appid,
    b: fields.bucket,
    k: fields.secretId,
    e: String(fields.expiresAt),
    t: String(fields.issuedAt),
    r: fields.random,
    u: fields.userId,
    f: fields.fileId,
  }
  const pairs = FIELDS.flatMap((name) => {
    const value = values[name]
    if (value?.includes('&')) {
      throw new FaceCompareError('INVALID_PARAMETER', `The field ${name} of a signature must not contain "&".`)
    }
    return value === undefined ? [] : [`${name}=${value}`]
  })
  return signOriginal(pairs.join('&'), secretKey)
}

/** The signature (Base64) of a text as it stands, well-formed or not. */
export function signOriginal(original: string | Uint8Array, secretKey: string): string {
  const bytes = typeof original === 'string' ? Buffer.from(original, 'utf8') : original
  return Buffer.concat([computeMac(bytes, secretKey), bytes]).toString('base64')
}

/** HMAC-SHA1, 20 bytes. */
export function computeMac(original: Uint8Array, secretKey: string): Uint8Array {
  return createHmac('sha1', secretKey).update(original).digest()
}

/** Standard alphabet; the padding may be missing. Node's own decoder forgives too much: it skips what it does not know. */
function decodeBase64(text: string): Uint8Array {
  if (text.length > MAX_CHARACTERS) throw malformed(`it is longer than ${MAX_CHARACTERS} characters`)
  const digits = text.replace(/={1,2}$/, '')
  const padding = text.length - digits.length
  const missing = (4 - (digits.length % 4)) % 4
  if (!/^[A-Za-z0-9+/]*$/.test(digits) || missing === 3 || padding > missing) throw malformed('it is not Base64')
  return Buffer.from(digits, 'base64')
}

/** The known fields by name. The values are never percent-decoded: they are compared as they were signed. */
function readFields(original: string): ReadonlyMap<FieldName, string> {
  const fields = new Map<FieldName, string>()
  for (const pair of original.split('&')) {
    const at = pair.indexOf('=')
    const name = at < 0 ? pair : pair.slice(0, at)
    if (!isFieldName(name)) continue
    if (fields.has(name)) throw malformed(`the field ${name} stands in it twice`)
    fields.set(name, at < 0 ? '' : pair.slice(at + 1))
  }
  return fields
}

function isFieldName(name: string): name is FieldName {
  return FIELDS.some((field) => field === name)
}

function requireField(fields: ReadonlyMap<FieldName, string>, name: FieldName): string {
  const value = fields.get(name)
  if (value === undefined || value === '') throw malformed(`the field ${name} is missing or empty`)
  return value
}

function readSeconds(fields: ReadonlyMap<FieldName, string>, name: FieldName): number {
  const value = requireField(fields, name)
  if (!/^[0-9]{1,12}$/.test(value)) throw malformed(`the field ${name} is not a time in Unix seconds`)
  return Number(value)
}

function checkLife(issuedAt: number, expiresAt: number): void {
  if (expiresAt <= issuedAt) throw malformed('its time of expiry (e) is not after its time of issue (t)')
  if (expiresAt - issuedAt > MAX_SIGN_SECONDS) {
    throw malformed(`it is meant to live longer than the ${MAX_SIGN_SECONDS} seconds that are allowed`)
  }
}

function malformed(reason: string): FaceCompareError {
  return new FaceCompareError('SIGNATURE_MALFORMED', `The signature is malformed: ${reason}.`)
}
