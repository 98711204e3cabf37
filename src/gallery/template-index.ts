import { createTurns } from '../turns.js'
import { BestRows, type FoundRow } from './best-rows.js'
import { BLOCK_ROWS, type Likeness, type RoundedProbe, TemplateRows } from './template-rows.js'

export interface SearchOptions {
  /** Only these rows, each once; all when absent. Those that are not held are left out. It must not change meanwhile. */
  readonly rows?: Uint32Array | undefined
  /** At most so many candidates, at least 1. */
  readonly count: number
  readonly signal?: AbortSignal | undefined
}

/** How long a search keeps everything else waiting at a time. */
const SLICE_MS = 4

/**
 * The templates of a gallery in memory, to be searched one by one: no template is missed. Eight bits of each number are kept,
 * which moves similarities by some ten-thousandths: who needs them exact compares the few that were found once more.
 *
 * Holds up to 4 GiB: 8 million templates of 512 numbers. Templates of one model pack only.
 */
export class TemplateIndex {
  readonly #rows: TemplateRows
  readonly #turn = createTurns()
  /** What the searches under way have found so far. */
  readonly #searches = new Set<BestRows>()

  /** @param columns numbers of an embedding */
  constructor(columns: number) {
    this.#rows = new TemplateRows(columns)
  }

  get size(): number {
    return this.#rows.size
  }

  /**
   * Returns the row of the template: the number of one that was removed, or the next one. Throws RangeError for an embedding
   * of another length or of zeros, and when the memory is full.
   */
  add(template: Likeness): number {
    return this.#rows.write(template)
  }

  /** Overwrites the template: it is not found any more, by no search under way either. Throws RangeError for a row that is not held. */
  remove(row: number): void {
    this.#rows.wipe(row)
    for (const best of this.#searches) best.drop(row)
  }

  /**
   * The templates most similar to a probe, falling by `relativeSimilarity`. Goes on in turns with everything else. What a row
   * stands for must be looked up as soon as the promise resolves: later it may be another template's.
   * Rejects with the signal's reason, and with RangeError for an embedding of another length.
   */
  async search(probe: Likeness, { rows, count, signal }: SearchOptions): Promise<readonly FoundRow[]> {
    const rounded = this.#rows.round(probe)
    for (;;) {
      const best = new BestRows(count)
      this.#searches.add(best)
      try {
        await this.#compareAll(rounded, rows, best, signal)
        if (!best.lacksRows) return best.finish()
      } finally {
        this.#searches.delete(best)
      }
    }
  }

  async #compareAll(
    probe: RoundedProbe,
    rows: Uint32Array | undefined,
    best: BestRows,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // The end is looked at again and again: rows may be added meanwhile.
    let next = 0
    do {
      await this.#turn()
      signal?.throwIfAborted()
      next = this.#compareSlice(probe, next, rows, best)
    } while (next < (rows?.length ?? this.#rows.end))
  }

  /** Returns where the next slice begins. */
  #compareSlice(probe: RoundedProbe, first: number, rows: Uint32Array | undefined, best: BestRows): number {
    const end = rows?.length ?? this.#rows.end
    const until = performance.now() + SLICE_MS
    let next = first
    while (next < end && performance.now() < until) {
      const to = Math.min(end, next + BLOCK_ROWS)
      this.#rows.compare(probe, next, to, rows, best)
      next = to
    }
    return next
  }
}
