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
import { EXCEPTIONS, RekognitionError } from './errors.js'
import { canonicalHeaders, canonicalPath, canonicalQuery } from './sigv4-canonical.js'

export interface SignatureContext {
  readonly credentials: CredentialSource
  /** Unix seconds. */
  readonly nowSeconds: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const SERVICE = 'rekognition'
const TERMINATOR = 'aws4_request'
/** The action is in x-amz-target: if that is not signed, anybody can change it. */
const MUST_BE_SIGNED = ['host', 'x-amz-date', 'x-amz-target'] as const
const WINDOW_MINUTES = 5

interface Presented {
  readonly accessKeyId: string
  /** `date/region/service/aws4_request` */
  readonly scope: readonly string[]
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string
  /** The x-amz-content-sha256 header: 64 hex digits; undefined when absent, as older clients have it. */
  readonly declaredSha256: string | undefined
}

/**
 * Checks an AWS Signature Version 4 in the Authorization header (docs.aws.amazon.com, "AWS Signature Version 4 for API
 * requests") as far as the head of the request goes, so that a body need not be read for somebody who did not sign. Throws
 * RekognitionError as MissingAuthenticationToken, IncompleteSignature, UnrecognizedClient, InvalidSignature or ExpiredToken
 * exception, and AUTH_UNAVAILABLE. A MAC is always computed before a key is said to be unknown.
 */
export async function openSigV4(head: SignedHead, context: SignatureContext): Promise<OpenSignature<Identity>> {
  const headers = readHeaders(head.rawHeaders)
  const { path, query } = splitTarget(head.target)
  const presented = readPresented(headers, query)
  checkWindow(presented.date, context.nowSeconds)
  const signer = await findSigner(presented.accessKeyId, context.credentials)
  const key = deriveKey(`AWS4${signer.secretKey}`, presented.scope)
  const lines = [
    head.method,
    canonicalPath(path),
    canonicalQuery(query),
    canonicalHeaders(headers, presented.signedHeaders),
  ]
  const isSigned = (bodySha256: string) => {
    const request = [...lines, presented.signedHeaders.join(';'), bodySha256].join('\n')
    const text = [ALGORITHM, presented.date, presented.scope.join('/'), sha256Hex(request)].join('\n')
    return isMac(presented.signature, hmacSha256(key, text))
  }
  const { declaredSha256 } = presented
  const isDeclaredSigned = isSigned(declaredSha256 ?? sha256Hex(''))
  const { identity } = signer
  if (!identity) throw new RekognitionError('SECRET_ID_UNKNOWN', 'UnrecognizedClientException', unrecognizedText())
  if (declaredSha256 !== undefined && !isDeclaredSigned) throw mismatch()
  return {
    claimed: identity,
    isProven: declaredSha256 !== undefined,
    close(bodySha256) {
      const isTrue = declaredSha256 === undefined ? isSigned(bodySha256) : declaredSha256 === bodySha256
      if (!isTrue) throw mismatch()
      return identity
    },
  }
}

function readPresented(headers: Headers, query: string): Presented {
  const fields = readFields(headers, query)
  const credential = readCredential(requireField(fields, 'Credential'), 4)
  const signedHeaders = readSignedHeaders(requireField(fields, 'SignedHeaders'))
  const signature = requireField(fields, 'Signature')
  if (!credential)
    throw incomplete('Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.')
  if (!signedHeaders) throw incomplete("Authorization header requires 'SignedHeaders' in lower case, each once.")
  if (!SHA256_HEX.test(signature)) throw incomplete("Authorization header requires a 'Signature' of 64 hex digits.")
  requireSigned(headers, signedHeaders)
  const date = single(headers, 'x-amz-date') ?? ''
  checkScope(credential.scope, date)
  if (headers.has('x-amz-security-token')) throw sessionToken()
  return {
    accessKeyId: credential.id,
    scope: credential.scope,
    signedHeaders,
    signature,
    date,
    declaredSha256: readDeclaredSha256(headers),
  }
}

function readFields(headers: Headers, query: string): ReadonlyMap<string, string> {
  const text = single(headers, 'authorization') ?? ''
  if (text === '') {
    if (/(^|&)X-Amz-(Algorithm|Signature)=/i.test(query)) {
      throw incomplete('Presigned requests are not taken here: sign the request in its Authorization header.')
    }
    throw new RekognitionError(
      'SIGNATURE_MISSING',
      'MissingAuthenticationTokenException',
      EXCEPTIONS.MissingAuthenticationTokenException.text,
    )
  }
  const { algorithm, fields } = readAuthorization(text)
  if (algorithm !== ALGORITHM) throw incomplete(`Unsupported AWS 'algorithm': expected ${ALGORITHM}.`)
  return fields
}

function requireField(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name) ?? ''
  if (value === '') throw incomplete(`Authorization header requires '${name}' parameter.`)
  return value
}

/** A header that may stand there once: of two, one would be checked and the other be obeyed. */
function single(headers: Headers, name: string): string | undefined {
  const values = headers.get(name)
  if (values && values.length > 1) throw incomplete(`The header ${name} stands there more than once.`)
  return values?.[0]
}

function requireSigned(headers: Headers, signedHeaders: readonly string[]): void {
  for (const name of MUST_BE_SIGNED) {
    if (single(headers, name) === undefined) throw incomplete(`The request has no header ${name}.`)
    if (!signedHeaders.includes(name)) {
      throw new RekognitionError(
        'SIGNATURE_WRONG',
        'InvalidSignatureException',
        `'${name}' must be a 'SignedHeader' in the AWS Authorization.`,
      )
    }
  }
}

function checkScope([day, , service, terminator]: readonly string[], date: string): void {
  if (!/^\d{8}T\d{6}Z$/.test(date) || Number.isNaN(unixSecondsOf(date))) {
    throw incomplete('Date must be in ISO-8601 basic format, as in 20260131T235959Z, in the header x-amz-date.')
  }
  const faults = [
    ...(day === date.slice(0, 8)
      ? []
      : [`Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.`]),
    ...(service === SERVICE ? [] : [`Credential should be scoped to correct service: '${SERVICE}'.`]),
    ...(terminator === TERMINATOR ? [] : [`Credential should be scoped with a valid terminator: '${TERMINATOR}'.`]),
  ]
  if (faults.length > 0) throw new RekognitionError('SIGNATURE_WRONG', 'InvalidSignatureException', faults.join(' '))
}

function readDeclaredSha256(headers: Headers): string | undefined {
  const declared = single(headers, 'x-amz-content-sha256')
  if (declared === undefined || SHA256_HEX.test(declared)) return declared
  throw new RekognitionError(
    'SIGNATURE_WRONG',
    'InvalidSignatureException',
    'The body must be signed: x-amz-content-sha256 must be its SHA-256 in 64 hex digits. Unsigned and streaming payloads are not taken here.',
  )
}

/** The texts are the original's: SDKs that mend a wrong clock go by the name and the Date header, people by these. */
function checkWindow(date: string, nowSeconds: number): void {
  const signedAt = unixSecondsOf(date)
  const [oldest, newest] = [nowSeconds - 60 * WINDOW_MINUTES, nowSeconds + 60 * WINDOW_MINUTES]
  const now = formatDate(nowSeconds)
  if (signedAt < oldest) {
    const text = `Signature expired: ${date} is now earlier than ${formatDate(oldest)} (${now} - ${WINDOW_MINUTES} min.)`
    throw new RekognitionError('SIGNATURE_EXPIRED', 'InvalidSignatureException', text)
  }
  if (signedAt > newest) {
    const text = `Signature not yet current: ${date} is still later than ${formatDate(newest)} (${now} + ${WINDOW_MINUTES} min.)`
    throw new RekognitionError('SIGNATURE_WRONG', 'InvalidSignatureException', text)
  }
}

/** NaN for what is no time. */
function unixSecondsOf(date: string): number {
  const extended = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  return Date.parse(extended) / 1000
}

function formatDate(unixSeconds: number): string {
  return `${new Date(1000 * unixSeconds).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

function incomplete(text: string): RekognitionError {
  return new RekognitionError('SIGNATURE_MALFORMED', 'IncompleteSignatureException', text)
}

function mismatch(): RekognitionError {
  return new RekognitionError('SIGNATURE_WRONG', 'InvalidSignatureException', EXCEPTIONS.InvalidSignatureException.text)
}

function sessionToken(): RekognitionError {
  return new RekognitionError(
    'SIGNATURE_MALFORMED',
    'ExpiredTokenException',
    'Session tokens are not taken here: sign with a SecretId and its SecretKey, without a session token.',
  )
}

function unrecognizedText(): string {
  return EXCEPTIONS.UnrecognizedClientException.text
}
