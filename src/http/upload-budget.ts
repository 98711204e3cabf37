import { FaceCompareError } from '../errors.js'

/** The part of the budget that one upload has. */
export interface UploadShare {
  /** Throws TOO_MANY_REQUESTS when so many bytes more would be too many now; takes nothing. */
  readonly requireRoom: (bytes: number) => void
  /** Adds so many bytes to it. Throws TOO_MANY_REQUESTS when all uploads, or those of its owner, would be over their limit. */
  readonly take: (bytes: number) => void
  /** Counts it to the app, which has proven that it is its own. Throws TOO_MANY_REQUESTS when the app has no room for it. */
  readonly prove: (appid: string) => void
  /** Gives everything back; more than once does no harm, and nothing can be taken afterwards. */
  readonly close: () => void
}

/** Whose an upload is: an app's, or a stranger's who names an app and can prove it by the end of the body alone. */
export type UploadOwner =
  | { readonly appid: string }
  | {
      readonly claimedAppid: string
      /** Where the stranger calls from. */
      readonly network: string
    }

/** Of all bytes, what one app may have at most: whoever fills its own share leaves room for others. */
const SHARE_OF_APP = 3 / 4
/** Of all bytes, what all strangers together may have: whoever has proven an app always finds the rest. */
const SHARE_OF_STRANGERS = 1 / 2

/**
 * Bounds the bytes of request bodies and fetched images that are in memory at once, until their calls are answered. What
 * counts is what has come, not what was announced. One upload alone is always let in, whatever its size: another limit judges
 * that; and so is one upload of an app, as far as all together allow it.
 *
 * Anybody may name the app of another one. So a stranger is counted by what he names and where he calls from, never to the app itself,
 * and may have no more than strangers have left between them: whoever calls from many places leaves room for one place more.
 */
export class UploadBudget {
  readonly #maxBytes: number
  readonly #apps = new Holdings()
  readonly #strangers = new Holdings()

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes that are taken now. */
  get bytes(): number {
    return this.#apps.bytes + this.#strangers.bytes
  }

  open(owner: UploadOwner): UploadShare {
    let account = 'appid' in owner ? this.#accountOfApp(owner.appid) : this.#accountOfStranger(owner)
    let own = 0
    let closed = false
    const requireRoom = (bytes: number): void => {
      if (this.bytes > own && this.bytes + bytes > this.#maxBytes) {
        throw busy('The service takes in too much at once; try again in a second.')
      }
      account.requireRoom(own, bytes)
    }
    return {
      requireRoom,
      take: (bytes) => {
        if (closed) return
        requireRoom(bytes)
        own += bytes
        account.add(bytes)
      },
      prove: (appid) => {
        if (closed || 'appid' in owner) return
        const proven = this.#accountOfApp(appid)
        proven.requireRoom(0, own)
        account.add(-own)
        proven.add(own)
        account = proven
      },
      close: () => {
        closed = true
        account.add(-own)
        own = 0
      },
    }
  }

  #accountOfApp(appid: string): Account {
    return {
      add: (bytes) => this.#apps.add(appid, bytes),
      requireRoom: (own, bytes) => {
        const ofApp = this.#apps.bytesOf(appid)
        if (ofApp <= own || ofApp + bytes <= this.#maxBytes * SHARE_OF_APP) return
        throw busy('The app sends too much at once; try again in a second.')
      },
    }
  }

  #accountOfStranger({ claimedAppid, network }: { readonly claimedAppid: string; readonly network: string }): Account {
    const name = `${network} ${claimedAppid}`
    return {
      add: (bytes) => this.#strangers.add(name, bytes),
      requireRoom: (own, bytes) => {
        const left = this.#maxBytes * SHARE_OF_STRANGERS - this.#strangers.bytes - bytes
        if (this.#strangers.bytes <= own || this.#strangers.bytesOf(name) + bytes <= left) return
        throw busy(
          'Too much comes at once from callers who are not known before their bodies have come; try again in a second.',
        )
      },
    }
  }
}

/** Where the bytes of an upload are counted. */
interface Account {
  readonly add: (bytes: number) => void
  /** `own` of the bytes there are the upload's own. */
  readonly requireRoom: (own: number, bytes: number) => void
}

/** Bytes by whose they are. */
class Holdings {
  readonly #bytesByOwner = new Map<string, number>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  bytesOf(owner: string): number {
    return this.#bytesByOwner.get(owner) ?? 0
  }

  add(owner: string, bytes: number): void {
    this.#bytes += bytes
    const left = this.bytesOf(owner) + bytes
    if (left > 0) this.#bytesByOwner.set(owner, left)
    else this.#bytesByOwner.delete(owner)
  }
}

function busy(sentence: string): FaceCompareError {
  return new FaceCompareError('TOO_MANY_REQUESTS', sentence, { retryAfterSeconds: 1 })
}
