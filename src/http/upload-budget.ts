import { FaceCompareError } from '../errors.js'

/** The part of the budget that one upload has. */
export interface UploadShare {
  /** Throws TOO_MANY_REQUESTS when so many bytes more would be too many now; takes nothing. */
  readonly requireRoom: (bytes: number) => void
  /** Adds so many bytes to it. Throws TOO_MANY_REQUESTS when all uploads, or those of its app, would be over their limit. */
  readonly take: (bytes: number) => void
  /** Gives everything back; more than once does no harm, and nothing can be taken afterwards. */
  readonly close: () => void
}

/** Of all bytes, what one app may have at most: whoever fills its own share leaves room for others. */
const SHARE_OF_APP = 3 / 4

/**
 * Bounds the bytes of request bodies and fetched images that are in memory at once, until their calls are answered. What
 * counts is what has come, not what was announced. One upload alone is always let in, whatever its size: another limit judges
 * that; and so is one upload of an app, as far as all together allow it.
 */
export class UploadBudget {
  readonly #maxBytes: number
  readonly #bytesOfApp = new Map<string, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes that are taken now. */
  get bytes(): number {
    return this.#bytes
  }

  open(appid: string): UploadShare {
    let own = 0
    let closed = false
    const requireRoom = (bytes: number): void => {
      const ofApp = this.#bytesOfApp.get(appid) ?? 0
      if (this.#bytes > own && this.#bytes + bytes > this.#maxBytes) {
        throw busy('The service takes in too much at once; try again in a second.')
      }
      if (ofApp > own && ofApp + bytes > this.#maxBytes * SHARE_OF_APP) {
        throw busy('The app sends too much at once; try again in a second.')
      }
    }
    return {
      requireRoom,
      take: (bytes) => {
        if (closed) return
        requireRoom(bytes)
        own += bytes
        this.#add(appid, bytes)
      },
      close: () => {
        closed = true
        this.#add(appid, -own)
        own = 0
      },
    }
  }

  #add(appid: string, bytes: number): void {
    this.#bytes += bytes
    const ofApp = (this.#bytesOfApp.get(appid) ?? 0) + bytes
    if (ofApp > 0) this.#bytesOfApp.set(appid, ofApp)
    else this.#bytesOfApp.delete(appid)
  }
}

function busy(sentence: string): FaceCompareError {
  return new FaceCompareError('TOO_MANY_REQUESTS', sentence, { retryAfterSeconds: 1 })
}
