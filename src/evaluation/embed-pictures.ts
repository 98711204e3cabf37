import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Picture } from './data-set.js'
import type { EmbeddingCache } from './embedding-cache.js'
import type { Outcome } from './face-vectors.js'

/** What the engine made of one picture. */
export interface Analysed {
  readonly outcome: Outcome
  /** The pack that made it; absent where there is no face. */
  readonly packId?: string
  /** Whether the next run would get the same: not when the engine itself failed. */
  readonly lasting: boolean
}

export interface EmbedOptions {
  readonly analyze: (bytes: Uint8Array) => Promise<Analysed>
  readonly cache?: EmbeddingCache | undefined
  /** Pictures under way at once. */
  readonly lanes: number
  readonly signal: AbortSignal
  readonly onPicture: () => void
}

export interface Embedded {
  readonly packId: string
  /** In the order of the pictures. */
  readonly outcomes: readonly Outcome[]
  /** How many of them came from the cache. */
  readonly fromCache: number
}

/**
 * Embeds every picture once, equal ones (by content) together. The signal ends it with its reason after the pictures under way.
 * Throws an Error when no picture shows a face.
 */
export async function embedPictures(pictures: readonly Picture[], options: EmbedOptions): Promise<Embedded> {
  const { analyze, cache, lanes, signal, onPicture } = options
  const outcomes: Outcome[] = new Array(pictures.length)
  const byHash = new Map<string, Promise<Outcome>>()
  const rest = pictures.entries()
  const failure = new AbortController()
  let packId: string | undefined
  let fromCache = 0

  async function embed(bytes: Uint8Array, hash: string): Promise<Outcome> {
    const known = packId === undefined ? undefined : await cache?.get(packId, hash)
    if (known) {
      fromCache++
      return known
    }
    const analysed = await analyze(bytes)
    packId ??= analysed.packId
    if (cache && analysed.lasting && packId !== undefined) {
      // The first face of a run is made before its pack is known, so the cache may have it.
      if (!(await cache.get(packId, hash))) await cache.put(packId, hash, analysed.outcome)
    }
    return analysed.outcome
  }

  async function embedNext(): Promise<boolean> {
    signal.throwIfAborted()
    failure.signal.throwIfAborted()
    const next = rest.next()
    if (next.done) return false
    const [place, picture] = next.value
    const bytes = await readFile(picture.file)
    const hash = createHash('sha256').update(bytes).digest('hex')
    const outcome = byHash.get(hash) ?? embed(bytes, hash)
    byHash.set(hash, outcome)
    outcomes[place] = await outcome
    onPicture()
    return true
  }

  // The first face tells which pack is at work, and so what of the cache may be used.
  while (packId === undefined && (await embedNext()));
  if (packId === undefined) throw new Error('No picture shows a face that could be embedded.')
  const lane = async (): Promise<void> => {
    try {
      while (await embedNext());
    } catch (error) {
      failure.abort(error)
      throw error
    }
  }
  // All lanes come to rest before the first failure is told: the engine is closed next.
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane))
  if (ended.some(({ status }) => status === 'rejected')) throw failure.signal.reason
  return { packId, outcomes, fromCache }
}
