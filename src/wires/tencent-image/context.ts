import type { SignatureLedger } from '../../auth/authenticate.js'
import type { FaceEngine } from '../../engine/engine.js'
import type { FieldNames, Fields } from '../../http/fields.js'
import type { FetchImage } from '../../image/fetch-remote.js'
import type { MayEnrol } from '../enrolled.js'
import type { SignatureGate } from '../gate.js'
import type { OpenCall } from '../receive.js'

/** What the calls of this wire work with. */
export interface WireContext extends MayEnrol {
  readonly engine: FaceEngine
  readonly fetchImage: FetchImage
  readonly ledger: SignatureLedger
  readonly gate: SignatureGate
  readonly maxImageBytes: number
}

/** A call whose body was read, whose signature holds and whose app may call. */
export interface ReceivedCall extends Omit<WireContext, 'gate'>, OpenCall {
  readonly fields: Fields
}

/** Resolves with what the answer has as `data`. Rejects with FaceCompareErrors. */
export type Answer = (received: ReceivedCall) => Promise<object>

/** One call of the wire. */
export interface WireCall {
  readonly path: string
  readonly names: FieldNames
  /** How many pictures it hands to the engine at once; the least where that is for the body to tell. */
  readonly pictures: number
  /** The same, as a body tells it; absent where all bodies have equally many. */
  readonly countPictures?: (fields: Fields) => number
  /** Whether it is refused before its body is read. */
  readonly isRefused?: (context: WireContext) => void
  /**
   * Reads what the body asks for, before a single-use signature is spent; what it throws costs the caller no signature. The rest, and the
   * answer's `data`, come from what it gives.
   */
  readonly read: (fields: Fields, context: WireContext) => Answer
}
