import { createHash } from 'node:crypto'
import type { ParseBody } from '../http/upload.js'
import { SLICE_BYTES } from '../turns.js'

/** A body as it came, and what a signature over it must have been made of. */
export interface SignedBody {
  readonly bytes: Uint8Array
  /** Lower-case hex. */
  readonly sha256: string
}

/** Takes a body whatever its Content-Type says. */
export const hashBody: ParseBody<SignedBody> = async (bytes, turn) => {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    hash.update(bytes.subarray(at, at + SLICE_BYTES))
  }
  return { bytes, sha256: hash.digest('hex') }
}
