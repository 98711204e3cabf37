import { FeedFollower } from './feed-follower.js'
import type { FaceVectors, GalleryFeed, GalleryRepository, Template } from './gallery.js'
import { describeOtherPacks } from './other-packs.js'
import { rankCandidates, requirePack, SPARE_PERSONS } from './rank.js'
import type { GallerySearch, Match } from './search.js'
import { stored } from './stored.js'

export interface VectorSearchOptions {
  readonly vectors: FaceVectors
  readonly feed: GalleryFeed
  readonly repository: Pick<GalleryRepository, 'findCandidates'>
  /** The model pack in use: faces that another one has made are left out. */
  readonly packId: string
  /** Told when the database does not answer, once until it does again. */
  readonly onTrouble: (error: unknown) => void
  /** Told in one sentence of faces that cannot be found. */
  readonly onWarning?: ((sentence: string) => void) | undefined
  /** How often changes are looked for that others have made without the vectors. */
  readonly pollMs?: number | undefined
}

const POLL_MS = 2000
const CHANGES_PER_PAGE = 200

/**
 * The gallery as the database searches it; nothing of it is in memory. Who enrols a face writes its vector in the same transaction.
 * What others have enrolled who do not search so, as while replicas are switched over one by one, is added within seconds.
 */
export class VectorSearch implements GallerySearch {
  readonly #options: VectorSearchOptions
  readonly #follower: FeedFollower
  /** Of the last change whose faces are where they belong. */
  #sequence: number
  #running: Promise<void> | undefined

  private constructor(options: VectorSearchOptions, sequence: number) {
    this.#options = options
    this.#sequence = sequence
    const { feed, onTrouble, pollMs: everyMs = POLL_MS } = options
    this.#follower = new FeedFollower({ feed, onTrouble, everyMs, sync: () => this.sync() })
  }

  /** Resolves when all faces can be found. Rejects as {@link FaceVectors.fill} does. */
  static async open(options: VectorSearchOptions, signal?: AbortSignal): Promise<VectorSearch> {
    const { feed, vectors, packId, onWarning } = options
    // Before: what changes meanwhile is looked at once more.
    const { sequence } = await feed.readFeed()
    await vectors.fill(signal)
    const sentence = await feed.countFaces(packId).then(describeOtherPacks, () => undefined)
    if (sentence !== undefined) onWarning?.(sentence)
    return new VectorSearch(options, sequence)
  }

  async search(
    appid: string,
    groupIds: readonly string[],
    probe: Template,
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly Match[]> {
    const { vectors, repository, packId } = this.#options
    requirePack(probe, packId)
    if (count === 0) return []
    const faceIds = await stored(vectors.findNearest(appid, groupIds, probe, count + SPARE_PERSONS))
    signal?.throwIfAborted()
    return rankCandidates(await stored(repository.findCandidates(appid, groupIds, faceIds)), probe, count)
  }

  /** Puts in order whatever has changed since the last time. */
  sync(): Promise<void> {
    this.#running ??= this.#catchUp().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async close(): Promise<void> {
    await this.#follower.close()
    await this.#running?.catch(() => {})
  }

  async #catchUp(): Promise<void> {
    const { feed, vectors } = this.#options
    for (;;) {
      const changes = await feed.readChanges(this.#sequence, CHANGES_PER_PAGE)
      // Afterwards: had changes been thrown away before they could be read, it is seen here.
      const { sequence, trimmedTo } = await feed.readFeed()
      if (trimmedTo > this.#sequence || sequence < this.#sequence) {
        await vectors.fill()
        this.#sequence = sequence
        continue
      }
      await vectors.fillPersons([...new Set(changes.map(({ person }) => person))])
      this.#sequence = changes.at(-1)?.sequence ?? this.#sequence
      if (changes.length < CHANGES_PER_PAGE) return
    }
  }
}
