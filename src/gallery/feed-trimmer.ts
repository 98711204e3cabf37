import type { GalleryFeed } from './gallery.js'

/** Who was cut off for longer reads everything again. */
const FEED_MS = 3_600_000
const TRIM_EVERY_MS = 300_000

/** Throws old changes away now and then, however often it is called. */
export class FeedTrimmer {
  readonly #feed: Pick<GalleryFeed, 'trimFeed'>
  #trimmedAtMs = Number.NEGATIVE_INFINITY

  constructor(feed: Pick<GalleryFeed, 'trimFeed'>) {
    this.#feed = feed
  }

  async trim(): Promise<void> {
    if (performance.now() < this.#trimmedAtMs + TRIM_EVERY_MS) return
    this.#trimmedAtMs = performance.now()
    await this.#feed.trimFeed(Date.now() - FEED_MS)
  }
}
