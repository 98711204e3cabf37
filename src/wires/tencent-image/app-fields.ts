import type { Identity } from '../../auth/authenticate.js'
import { FaceCompareError } from '../../errors.js'
import type { Fields } from '../../http/fields.js'

const MAX_APPID_CHARACTERS = 2048

/** Checks that the body names the app (and the bucket) that signed it. */
export function checkApp(fields: Fields, identity: Identity): void {
  const appid = fields.text('appid', 'whole') ?? ''
  if (appid === '') throw new FaceCompareError('PARAMETER_MISSING', 'The parameter appid is missing.')
  if (appid.length > MAX_APPID_CHARACTERS) {
    throw new FaceCompareError('PARAMETER_TOO_LONG', `The appid is longer than ${MAX_APPID_CHARACTERS} characters.`)
  }
  if (appid !== identity.appid) {
    throw new FaceCompareError('APP_MISMATCH', 'The appid of the body is not the one of the signature.')
  }
  const bucket = fields.text('bucket') ?? ''
  if (bucket !== '' && identity.bucket !== '' && bucket !== identity.bucket) {
    throw new FaceCompareError('APP_MISMATCH', 'The bucket of the body is not the one of the signature.')
  }
}

/** The names that every call has, and those of its own. */
export function fieldNames(once: readonly string[], lists: readonly string[] = []) {
  return { once: new Set(['appid', 'bucket', ...once]), lists: new Set(lists) }
}
