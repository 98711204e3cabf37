import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { runLanes } from '../lanes.js'
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
  /** What to make of a file that cannot be read; without it, such a file ends everything. */
  readonly onUnreadable?: (error: unknown) => Outcome
}

export interface Embedded {
  /** Absent where no picture shows a face. */
  readonly packId: string | undefined
  /** In the order of the pictures. */
  readonly outcomes: readonly Outcome[]
  /** How many of them came from the cache. */
  readonly fromCache: number
}

/**
 * Embeds every picture once, equal ones (by content) together. The signal ends it with its reason after the pictures under way.
 */
export async function embedPictures(pictures: readonly Picture[], options: EmbedOptions): Promise<Embedded> {
  const { analyze, cache, lanes, signal, onPicture, onUnreadable } = options
  const outcomes: Outcome[] = new Array(pictures.length)
  const byHash = new Map<string, Promise<Outcome>>()
  const rest = pictures.entries()
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

  async function embedFile(file: string): Promise<Outcome> {
    let bytes: Uint8Array
    try {
      bytes = await readFile(file)
    } catch (error) {
      if (onUnreadable) return onUnreadable(error)
      throw error
    }
    const hash = createHash('sha256').update(bytes).digest('hex')
    const outcome = byHash.get(hash) ?? embed(bytes, hash)
    byHash.set(hash, outcome)
    return outcome
  }

  async function embedNext(): Promise<boolean> {
    signal.throwIfAborted()
    const next = rest.next()
    if (next.done) return false
    const [place, picture] = next.value
    outcomes[place] = await embedFile(picture.file)
    onPicture()
    return true
  }

  // The first face tells which pack is at work, and so what of the cache may be used.
  while (packId === undefined && (await embedNext()));
  await runLanes(lanes, embedNext)
  return { packId, outcomes, fromCache }
}

/** The pack that embedded them. Throws an Error where there is none, because no picture shows a face. */
export function requirePack({ packId }: Embedded): string {
  if (packId === undefined) throw new Error('No picture shows a face that could be embedded.')
  return packId
}
