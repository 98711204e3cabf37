import type { GalleryFeed } from './gallery.js'

/** Who was cut off for longer reads everything again. */
const FEED_MS = 3_600_000
const TRIM_EVERY_MS = 300_000

export interface FollowerOptions {
  readonly feed: Pick<GalleryFeed, 'trimFeed'>
  /** Takes over what has changed. */
  readonly sync: () => Promise<void>
  readonly everyMs: number
  /** Told when the database does not answer, once until it does again. */
  readonly onTrouble: (error: unknown) => void
}

/** Looks for changes of the gallery again and again, one look after the other, and throws old ones away now and then. */
export class FeedFollower {
  readonly #options: FollowerOptions
  readonly #timer: NodeJS.Timeout
  #looking: Promise<void> | undefined
  #trimmedAtMs = Number.NEGATIVE_INFINITY
  #inTrouble = false

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined
      })
    }, options.everyMs).unref()
  }

  /** Waits for a look that is under way; none begins any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#looking
  }

  async #look(): Promise<void> {
    const { sync, onTrouble } = this.#options
    try {
      await sync()
      await this.#trim()
      this.#inTrouble = false
    } catch (error) {
      if (!this.#inTrouble) onTrouble(error)
      this.#inTrouble = true
    }
  }

  async #trim(): Promise<void> {
    if (performance.now() < this.#trimmedAtMs + TRIM_EVERY_MS) return
    this.#trimmedAtMs = performance.now()
    await this.#options.feed.trimFeed(Date.now() - FEED_MS)
  }
}
