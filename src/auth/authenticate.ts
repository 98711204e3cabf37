import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { FaceCompareError } from '../errors.js'
import { computeMac, parseSignature, type Signature } from './signature.js'

export interface AppRecord {
  readonly appid: string
  readonly enabled: boolean
  /** Absent: the default. */
  readonly callsPerSecond?: number
  /** Absent: none. */
  readonly monthlyQuota?: number
}

export interface KeyRecord {
  readonly secretId: string
  readonly appid: string
  readonly secretKey: string
  readonly revoked: boolean
}

/** Where apps and keys are looked up. A call that rejects means that signatures cannot be checked now (107). */
export interface CredentialSource {
  findApp(appid: string): Promise<AppRecord | undefined>
  findKey(secretId: string): Promise<KeyRecord | undefined>
}

/** Where single-use signatures are crossed off: false when the id was claimed before. */
export interface SignatureLedger {
  claimSignature(id: string, forgetAtSeconds: number): Promise<boolean>
}

/** Who signed a request. */
export interface Identity {
  readonly appid: string
  /** `''` when the signature names none. */
  readonly bucket: string
  readonly secretId: string
  /** The app's own limits, where it has any. */
  readonly limits?: Pick<AppRecord, 'callsPerSecond' | 'monthlyQuota'>
  /** Given for a signature that works once; {@link claimSingleUse} spends it. */
  readonly singleUse?: {
    /** Hex SHA-256 of the decoded signature: the same however it was presented. */
    readonly id: string
    /** Unix seconds; afterwards the signature is expired anyway. */
    readonly forgetAtSeconds: number
  }
}

export interface PresentedSignature {
  /** The `Authorization` header. */
  readonly authorization: string | undefined
  /** The `sign` field of the query, percent-decoded. */
  readonly sign: string | undefined
}

export interface AuthenticationContext {
  readonly credentials: CredentialSource
  /** Unix seconds. */
  readonly nowSeconds: number
}

/** How far a client's clock may run ahead of ours. */
const MAX_AHEAD_SECONDS = 300
/** How long after its time of issue a single-use signature works. */
const SINGLE_USE_SECONDS = 900
/** As long as those that are made: what is computed with it is as much work. */
const NOBODYS_SECRET_KEY = randomBytes(24).toString('base64')

/**
 * Checks a signature and says whose it is. The first failure wins, in the order of the wire contract: SIGNATURE_MISSING,
 * SIGNATURE_MALFORMED, APP_UNKNOWN, SECRET_ID_UNKNOWN, SECRET_ID_MISMATCH, SIGNATURE_WRONG, SIGNATURE_EXPIRED;
 * AUTH_UNAVAILABLE when the credentials cannot be looked up. A single-use signature is not spent here.
 */
export async function authenticate(presented: PresentedSignature, context: AuthenticationContext): Promise<Identity> {
  const signature = parseSignature(selectText(presented))
  const app = await checkSigner(signature, context.credentials)
  checkTimes(signature, context.nowSeconds)
  const { appid, bucket, secretId } = signature
  const identity = { appid, bucket, secretId, ...limitsOf(app) }
  if (!signature.singleUse) return identity
  const id = createHash('sha256').update(signature.raw).digest('hex')
  return { ...identity, singleUse: { id, forgetAtSeconds: signature.issuedAt + SINGLE_USE_SECONDS } }
}

/**
 * Spends a single-use signature; does nothing for a many-use one. Call it when the body was accepted, so that a rejected
 * body does not spend it. Throws SIGNATURE_REPLAYED, or AUTH_UNAVAILABLE when the ledger does not answer.
 */
export async function claimSingleUse(identity: Identity, ledger: SignatureLedger): Promise<void> {
  const { singleUse } = identity
  if (!singleUse) return
  const claimed = await ask(() => ledger.claimSignature(singleUse.id, singleUse.forgetAtSeconds))
  if (!claimed) throw new FaceCompareError('SIGNATURE_REPLAYED', 'The single-use signature was used before.')
}

/** A header that is not empty wins, even when it is bad. */
function selectText(presented: PresentedSignature): string {
  const header = presented.authorization?.trim() ?? ''
  // "+" of an unescaped signature arrives as a space: forms decode it so.
  const text = header === '' ? (presented.sign ?? '').replaceAll(' ', '+') : header.replace(/^bearer(\s+|$)/i, '')
  if (text === '') {
    throw new FaceCompareError(
      'SIGNATURE_MISSING',
      'The request carries no signature: send it as Authorization header.',
    )
  }
  return text
}

function limitsOf({ callsPerSecond, monthlyQuota }: AppRecord): Pick<Identity, 'limits'> {
  if (callsPerSecond === undefined && monthlyQuota === undefined) return {}
  return {
    limits: {
      ...(callsPerSecond === undefined ? {} : { callsPerSecond }),
      ...(monthlyQuota === undefined ? {} : { monthlyQuota }),
    },
  }
}

/**
 * The app that signed. Both questions are always asked, and a MAC is always computed, before anything is refused: how long the
 * answer takes tells no more than its code does.
 */
async function checkSigner(signature: Signature, credentials: CredentialSource): Promise<AppRecord> {
  const [foundApp, foundKey] = await Promise.allSettled([
    ask(() => credentials.findApp(signature.appid)),
    ask(() => credentials.findKey(signature.secretId)),
  ])
  const secretKey = foundKey.status === 'fulfilled' ? foundKey.value?.secretKey : undefined
  const isSigned = timingSafeEqual(signature.mac, computeMac(signature.original, secretKey ?? NOBODYS_SECRET_KEY))
  const app = outcomeOf(foundApp)
  if (!app?.enabled) throw new FaceCompareError('APP_UNKNOWN', 'There is no such appid as the signature names.')
  const key = outcomeOf(foundKey)
  if (!key || key.revoked) {
    throw new FaceCompareError('SECRET_ID_UNKNOWN', 'There is no such SecretId as the signature names.')
  }
  if (key.appid !== signature.appid) {
    throw new FaceCompareError('SECRET_ID_MISMATCH', 'The SecretId of the signature belongs to another appid.')
  }
  if (!isSigned) {
    throw new FaceCompareError('SIGNATURE_WRONG', 'The signature was not made with the SecretKey of its SecretId.')
  }
  return app
}

function outcomeOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

async function ask<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (cause) {
    throw new FaceCompareError('AUTH_UNAVAILABLE', 'The signature cannot be checked now; try again later.', { cause })
  }
}

function checkTimes(signature: Signature, nowSeconds: number): void {
  const { issuedAt, expiresAt, singleUse } = signature
  if (issuedAt > nowSeconds + MAX_AHEAD_SECONDS) {
    throw new FaceCompareError(
      'SIGNATURE_WRONG',
      `The clocks differ: the signature was made at ${formatTime(issuedAt)}, and the server's clock says ${formatTime(nowSeconds)}.`,
    )
  }
  if (nowSeconds > (singleUse ? issuedAt + SINGLE_USE_SECONDS : expiresAt)) {
    throw new FaceCompareError(
      'SIGNATURE_EXPIRED',
      `The signature has expired; the server's clock says ${formatTime(nowSeconds)}.`,
    )
  }
}

/** ISO 8601 in UTC, to the second. */
function formatTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, -5)}Z`
}
