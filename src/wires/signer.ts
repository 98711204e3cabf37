import { randomBytes } from 'node:crypto'
import type { CredentialSource, Identity } from '../auth/authenticate.js'
import { FaceCompareError } from '../errors.js'

/** What the key of a request says before its signature is checked. */
export interface Signer {
  /** Somebody's, or of nobody: the work is the same. */
  readonly secretKey: string
  /** Undefined where the key is unknown or revoked, or its app is switched off. */
  readonly identity: Identity | undefined
}

/** As long as those that are made: what is computed with it is as much work. */
const NOBODYS_SECRET_KEY = randomBytes(24).toString('base64')

/**
 * Who may have signed: these wires name a key, and it is the key that names its app. Both questions are always asked. Throws
 * AUTH_UNAVAILABLE when they are not answered.
 */
export async function findSigner(secretId: string, credentials: CredentialSource): Promise<Signer> {
  try {
    const key = await credentials.findKey(secretId)
    const app = await credentials.findApp(key?.appid ?? '')
    if (!key || key.revoked || !app?.enabled) return { secretKey: NOBODYS_SECRET_KEY, identity: undefined }
    return { secretKey: key.secretKey, identity: { appid: app.appid, bucket: '', secretId, limits: app } }
  } catch (cause) {
    throw new FaceCompareError('AUTH_UNAVAILABLE', 'The signature cannot be checked now; try again later.', { cause })
  }
}
