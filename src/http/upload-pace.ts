/** How fast an upload must be. */
export interface UploadPace {
  /** The longest that it may stand still. */
  readonly stallMs: number
  /** Bytes a second; 0 asks for none. */
  readonly minRate: number
  /** How long after its start it is not asked for any rate. */
  readonly graceMs: number
}

export const DEFAULT_PACE: UploadPace = { stallMs: 30_000, minRate: 16 * 1024, graceMs: 10_000 }

/**
 * Calls `onLate` when an upload has been too slow for too long. Every byte buys it the time that the least rate gives to a
 * byte, and it never has more than it may stand still: a fast beginning is no licence to trickle.
 */
export class PaceWatch {
  readonly #pace: UploadPace
  readonly #onLate: () => void
  #timer: NodeJS.Timeout
  #lastLook: NodeJS.Immediate | undefined
  #deadlineMs: number

  constructor(pace: UploadPace, onLate: () => void) {
    this.#pace = pace
    this.#onLate = onLate
    const { stallMs, minRate, graceMs } = pace
    const firstMs = minRate > 0 ? Math.min(graceMs, stallMs) : stallMs
    this.#deadlineMs = performance.now() + firstMs
    this.#timer = setTimeout(() => this.#look(), firstMs)
  }

  note(bytes: number): void {
    const { stallMs, minRate } = this.#pace
    const latestMs = performance.now() + stallMs
    this.#deadlineMs = minRate > 0 ? Math.min(latestMs, this.#deadlineMs + (bytes / minRate) * 1000) : latestMs
  }

  stop(): void {
    clearTimeout(this.#timer)
    clearImmediate(this.#lastLook)
  }

  #look(): void {
    const leftMs = this.#deadlineMs - performance.now()
    if (leftMs > 0) this.#timer = setTimeout(() => this.#look(), leftMs)
    // What came while this process was busy is heard first.
    else this.#lastLook = setImmediate(() => (performance.now() < this.#deadlineMs ? this.#look() : this.#onLate()))
  }
}
