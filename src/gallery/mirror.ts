import { setImmediate } from 'node:timers/promises'
import { AppGallery } from './app-gallery.js'
import { FeedFollower } from './feed-follower.js'
import type { GalleryFeed, GalleryRepository, MirroredPerson, Template } from './gallery.js'
import { describeOtherPacks } from './other-packs.js'
import { rankCandidates, requirePack, SPARE_PERSONS } from './rank.js'
import type { GallerySearch, MakeIndex, Match } from './search.js'
import { stored } from './stored.js'

export interface MirrorOptions {
  readonly feed: GalleryFeed
  readonly repository: Pick<GalleryRepository, 'findCandidates'>
  /** The model pack in use: faces that another one has made are left out. */
  readonly packId: string
  readonly makeIndex: MakeIndex
  /** Told when the database does not answer, once until it does again. */
  readonly onTrouble: (error: unknown) => void
  /** Told in one sentence of faces that cannot be found. */
  readonly onWarning?: (sentence: string) => void
  /** How often changes are looked for when nobody searches. */
  readonly pollMs?: number
}

const POLL_MS = 1000
const PERSONS_PER_PAGE = 200
const CHANGES_PER_PAGE = 200

/**
 * The gallery in memory, in step with the database: what changed is looked for before each search, and every second besides, so
 * that a change is found at once and somebody who was deleted leaves the memory soon. What a search finds is read from the
 * database before it is told, with exact similarities: a row that was taken over by another face meanwhile harms nothing.
 */
export class GalleryMirror implements GallerySearch {
  readonly #options: MirrorOptions
  readonly #apps = new Map<string, AppGallery>()
  #sequence: number | undefined
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  readonly #follower: FeedFollower

  constructor(options: MirrorOptions) {
    this.#options = options
    const { feed, onTrouble, pollMs: everyMs = POLL_MS } = options
    this.#follower = new FeedFollower({ feed, onTrouble, everyMs, sync: () => this.sync() })
  }

  async search(
    appid: string,
    groupIds: readonly string[],
    probe: Template,
    count: number,
    signal?: AbortSignal,
  ): Promise<readonly Match[]> {
    const { packId, repository } = this.#options
    requirePack(probe, packId)
    await stored(this.sync())
    signal?.throwIfAborted()
    const app = this.#apps.get(appid)
    if (!app || count === 0) return []
    const faceIds = await app.search(groupIds, probe, count + SPARE_PERSONS, signal)
    const found = await stored(repository.findCandidates(appid, groupIds, faceIds))
    return rankCandidates(found, probe, count)
  }

  /** Takes over all changes that were made before this call. Rejects when the database does not answer. */
  sync(): Promise<void> {
    // What is under way may have looked before the change that the caller knows of. All who come meanwhile share the next one.
    this.#next ??= (this.#running ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        this.#running = this.#next
        this.#next = undefined
        return this.#catchUp()
      })
      .finally(() => {
        if (!this.#next) this.#running = undefined
      })
    return this.#next
  }

  /** How many faces are held. */
  get size(): number {
    return [...this.#apps.values()].reduce((sum, { size }) => sum + size, 0)
  }

  async close(): Promise<void> {
    await this.#follower.close()
    await (this.#next ?? this.#running)?.catch(() => {})
  }

  async #catchUp(): Promise<void> {
    const { feed } = this.#options
    for (;;) {
      const before = this.#sequence
      if (before === undefined) await this.#readAll()
      else {
        const changes = await feed.readChanges(before, CHANGES_PER_PAGE)
        // Afterwards: had changes been thrown away before they could be read, it is seen here. A feed that ends before what was
        // taken over is that of a database which was brought back from a copy.
        const { sequence, trimmedTo } = await feed.readFeed()
        if (trimmedTo > before || sequence < before) {
          this.#sequence = undefined
        } else {
          await this.#takeOver(changes.map(({ person }) => person))
          if (changes.length < CHANGES_PER_PAGE) {
            this.#sequence = changes.at(-1)?.sequence ?? before
            return
          }
          this.#sequence = changes.at(-1)?.sequence
        }
      }
    }
  }

  async #takeOver(persons: readonly number[]): Promise<void> {
    const changed = [...new Set(persons)]
    const present = await this.#options.feed.readPersons(changed, this.#options.packId)
    const found = new Set(present.map(({ person }) => person))
    for (const person of changed) if (!found.has(person)) this.#remove(person)
    for (const person of present) this.#put(person)
  }

  /** What is there already stays in place until it was read again: searches go on. */
  async #readAll(): Promise<void> {
    const { feed, packId, onWarning } = this.#options
    const { sequence } = await feed.readFeed()
    const seen = new Set<number>()
    for (let after = 0; ; ) {
      const page = await feed.readPersonsAfter(after, PERSONS_PER_PAGE, packId)
      const last = page.at(-1)
      if (!last) break
      for (const person of page) {
        this.#put(person)
        seen.add(person.person)
      }
      after = last.person
      // The embedded database does not wait for anything: calls would, for all of it.
      await setImmediate()
    }
    for (const app of this.#apps.values()) {
      for (const person of app.persons) if (!seen.has(person)) app.remove(person)
    }
    this.#sequence = sequence
    // What is there can be searched whether it is known or not how much is not.
    const sentence = await feed.countFaces(packId).then(describeOtherPacks, () => undefined)
    if (sentence !== undefined) onWarning?.(sentence)
  }

  #put(person: MirroredPerson): void {
    const [first] = person.faces
    let app = this.#apps.get(person.appid)
    if (!app && first) {
      app = new AppGallery(this.#options.makeIndex, first.template.embedding.length)
      this.#apps.set(person.appid, app)
    }
    for (const faceId of [...person.damaged, ...(app?.put(person) ?? [])]) {
      this.#options.onWarning?.(`The face ${faceId} is damaged in the store and is found by no search.`)
    }
  }

  #remove(person: number): void {
    for (const app of this.#apps.values()) app.remove(person)
  }
}
