import { createHash } from 'node:crypto'
import type { CredentialSource, KeyRecord } from '../../src/auth/authenticate.js'
import type { SignedHead } from '../../src/wires/signed-request.js'

/** A request as a client put it on the wire. */
export interface RecordedRequest extends SignedHead {
  readonly name: string
  /** UTF-8. */
  readonly body: string
}

/** What the recorded requests are signed with. */
export const KEY: Omit<KeyRecord, 'revoked'> = {
  secretId: 'AKIDOFTHETESTS',
  secretKey: 'SecretKeyOfTheTests',
  appid: '100',
}

export const CREDENTIALS: CredentialSource = {
  async findApp(appid) {
    return ['100', '200', 'off'].includes(appid) ? { appid, enabled: appid !== 'off' } : undefined
  },
  async findKey(secretId) {
    if (secretId === 'broken') throw new Error('disk on fire')
    if (secretId === KEY.secretId) return { ...KEY, revoked: false }
    if (secretId === 'revoked') return { ...KEY, secretId, revoked: true }
    return secretId === 'off' ? { ...KEY, secretId, appid: 'off', revoked: false } : undefined
  },
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function headerOf({ rawHeaders }: SignedHead, name: string): string | undefined {
  const at = rawHeaders.findIndex((header, i) => i % 2 === 0 && header.toLowerCase() === name)
  return at < 0 ? undefined : rawHeaders[at + 1]
}

/** The same request with one header changed, or without it. */
export function withHeader<T extends SignedHead>(request: T, name: string, value: string | undefined): T {
  const rawHeaders = request.rawHeaders.flatMap((header, i, all) =>
    i % 2 === 0 && header.toLowerCase() !== name ? [header, all[i + 1] ?? ''] : [],
  )
  return { ...request, rawHeaders: value === undefined ? rawHeaders : [...rawHeaders, name, value] }
}
