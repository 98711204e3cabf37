import type { CredentialSource, Identity } from '../../auth/authenticate.js'
import { deriveKey, hmacSha256, isMac, SHA256_HEX, sha256Hex } from '../hmac-chain.js'
import {
  type Headers,
  type OpenSignature,
  readAuthorization,
  readCredential,
  readHeaders,
  readSignedHeaders,
  type SignedHead,
  splitTarget,
} from '../signed-request.js'
import { findSigner } from '../signer.js'
import { IaiError } from './errors.js'

export interface SignatureContext {
  readonly credentials: CredentialSource
  /** Unix seconds. */
  readonly nowSeconds: number
}

const ALGORITHM = 'TC3-HMAC-SHA256'
const TERMINATOR = 'tc3_request'
const MUST_BE_SIGNED = ['content-type', 'host'] as const
const WINDOW_SECONDS = 300

interface Presented {
  readonly secretId: string
  /** `date/service/tc3_request` */
  readonly scope: readonly string[]
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
  /** Unix seconds, as text. */
  readonly timestamp: string
}

/**
 * Checks a TC3-HMAC-SHA256 signature ("签名方法 v3", cloud.tencent.com/document/api/867/32815) as far as the head of the
 * request goes. The hash of the body is in no header, so that what remains can be told only after the body: what `close` throws.
 * The service of the scope is whatever the client took for it: its SDKs make it of the host's name. Throws IaiError as
 * AuthFailure.InvalidAuthorization, SignatureExpire, TokenFailure, SecretIdNotFound or SignatureFailure, and AUTH_UNAVAILABLE.
 * A MAC is always computed before a key is said to be unknown.
 */
export async function openTc3(head: SignedHead, context: SignatureContext): Promise<OpenSignature<Identity>> {
  const headers = readHeaders(head.rawHeaders)
  const presented = readPresented(headers)
  checkTimes(presented, context.nowSeconds)
  const { identity, secretKey } = await findSigner(presented.secretId, context.credentials)
  const key = deriveKey(`TC3${secretKey}`, presented.scope)
  const { path, query } = splitTarget(head.target)
  const variants = headerVariants(headers, presented.signedHeaders)
  // All of them, whichever fits: the time tells nothing.
  const isSigned = (bodySha256: string) =>
    variants
      .map((lines) => [head.method, path, query, lines, presented.signedHeaders.join(';'), bodySha256].join('\n'))
      .map((request) => [ALGORITHM, presented.timestamp, presented.scope.join('/'), sha256Hex(request)].join('\n'))
      .filter((text) => isMac(presented.signature, hmacSha256(key, text))).length > 0
  if (!identity) {
    isSigned(sha256Hex(''))
    throw new IaiError(
      'SECRET_ID_UNKNOWN',
      'AuthFailure.SecretIdNotFound',
      'The SecretId is not found: please check it.',
    )
  }
  return {
    claimed: identity,
    isProven: false,
    close(bodySha256) {
      if (isSigned(bodySha256)) return identity
      throw new IaiError('SIGNATURE_WRONG', 'AuthFailure.SignatureFailure', MISMATCH)
    },
  }
}

const MISMATCH = 'The provided credentials could not be validated. Please check your signature is correct.'

/**
 * The signed headers as clients may have written them: the Node SDK signs the host without its port though it sends it, and the
 * vendor's document has values in lower case, which its SDKs leave as they are.
 */
function headerVariants(headers: Headers, signedHeaders: readonly string[]): readonly string[] {
  const write = (isBareHost: boolean, isLowerCase: boolean) => {
    const lines = signedHeaders.map((name) => {
      const value = headers.get(name)?.join(',') ?? ''
      const signed = isBareHost && name === 'host' ? value.replace(/:\d+$/, '') : value
      return `${name}:${isLowerCase ? signed.toLowerCase() : signed}\n`
    })
    return lines.join('')
  }
  return [write(false, false), write(true, false), write(false, true), write(true, true)]
}

function readPresented(headers: Headers): Presented {
  refuseOtherKinds(headers)
  const { algorithm, fields } = readAuthorization(single(headers, 'authorization') ?? '')
  if (algorithm !== ALGORITHM) throw invalid(`The Authorization header must begin with ${ALGORITHM}.`)
  const credential = readCredential(fields.get('Credential') ?? '', 3)
  if (!credential) throw invalid('Credential must be SecretId/date/service/tc3_request.')
  const signedHeaders = readSignedHeaders(fields.get('SignedHeaders') ?? '')
  if (!signedHeaders) throw invalid('SignedHeaders must list names in lower case, each once.')
  for (const name of MUST_BE_SIGNED) {
    if (single(headers, name) === undefined) throw invalid(`The request has no header ${name}.`)
    if (!signedHeaders.includes(name)) throw invalid(`SignedHeaders must contain ${name}.`)
  }
  const signature = fields.get('Signature') ?? ''
  if (!SHA256_HEX.test(signature)) throw invalid('Signature must be 64 hex digits.')
  const timestamp = single(headers, 'x-tc-timestamp') ?? ''
  if (!/^\d{1,11}$/.test(timestamp)) throw invalid('The header X-TC-Timestamp must be a time in Unix seconds.')
  return { secretId: credential.id, scope: credential.scope, signedHeaders, signature, timestamp }
}

function refuseOtherKinds(headers: Headers): void {
  const authorization = single(headers, 'authorization') ?? ''
  if (authorization === '') {
    throw new IaiError(
      'SIGNATURE_MISSING',
      'AuthFailure.InvalidAuthorization',
      'The request has no Authorization header.',
    )
  }
  if (/^skip$/i.test(authorization)) throw invalid('Requests that are not signed (SKIP) are not taken here.')
  if (single(headers, 'x-tc-token') !== undefined) {
    throw new IaiError(
      'SIGNATURE_MALFORMED',
      'AuthFailure.TokenFailure',
      'Session tokens are not taken here: sign with a SecretId and its SecretKey, without a token.',
    )
  }
  if (/^unsigned-payload$/i.test(single(headers, 'x-tc-content-sha256') ?? '')) {
    throw invalid('The body must be signed: UNSIGNED-PAYLOAD is not taken here.')
  }
}

/** A header that may stand there once: of two, one would be checked and the other be obeyed. */
function single(headers: Headers, name: string): string | undefined {
  const values = headers.get(name)
  if (values && values.length > 1) throw invalid(`The header ${name} stands there more than once.`)
  return values?.[0]
}

function checkTimes({ scope: [date, , terminator], timestamp }: Presented, nowSeconds: number): void {
  if (terminator !== TERMINATOR) throw invalid(`Credential must end with ${TERMINATOR}.`)
  const signedAt = Number(timestamp)
  if (date !== new Date(1000 * signedAt).toISOString().slice(0, 10)) {
    throw invalid('The date of Credential must be the UTC date of X-TC-Timestamp.')
  }
  if (Math.abs(nowSeconds - signedAt) > WINDOW_SECONDS) {
    throw new IaiError(
      'SIGNATURE_EXPIRED',
      'AuthFailure.SignatureExpire',
      `The signature has expired: it was made at ${timestamp}, and the server's clock says ${nowSeconds} (Unix seconds); they may differ by ${WINDOW_SECONDS} seconds.`,
    )
  }
}

function invalid(sentence: string): IaiError {
  return new IaiError('SIGNATURE_MALFORMED', 'AuthFailure.InvalidAuthorization', sentence)
}
