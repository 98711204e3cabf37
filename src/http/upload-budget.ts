import { FaceCompareError } from '../errors.js'

/** The part of the budget that one upload has. */
export interface UploadShare {
  /** Adds so many bytes to it. Throws TOO_MANY_REQUESTS when all uploads together would be over the limit. */
  readonly take: (bytes: number) => void
  /** Gives everything back; more than once does no harm, and nothing can be taken afterwards. */
  readonly close: () => void
}

/**
 * Bounds the bytes of request bodies and fetched images that are in memory at once, bodies from the moment they are
 * announced, until their calls are answered. One upload alone is always let in, whatever its size: another limit judges that.
 */
export class UploadBudget {
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes that are taken now. */
  get bytes(): number {
    return this.#bytes
  }

  open(): UploadShare {
    let own = 0
    let closed = false
    return {
      take: (bytes) => {
        if (closed) return
        const others = this.#bytes - own
        if (others > 0 && this.#bytes + bytes > this.#maxBytes) throw busy()
        own += bytes
        this.#bytes += bytes
      },
      close: () => {
        closed = true
        this.#bytes -= own
        own = 0
      },
    }
  }
}

function busy(): FaceCompareError {
  return new FaceCompareError('TOO_MANY_REQUESTS', 'The service takes in too much at once; try again in a second.', {
    retryAfterSeconds: 1,
  })
}
