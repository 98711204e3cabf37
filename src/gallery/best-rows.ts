export interface FoundRow {
  readonly row: number
  /** As `relativeSimilarity` gives it, -1 to 1. */
  readonly similarity: number
}

/** Kept beyond what is asked for, in case that some are taken away. */
const SPARE_ROWS = 16

/** The best rows of a search that goes on, from which rows can be taken away again. */
export class BestRows {
  readonly #count: number
  #kept: FoundRow[] = []
  #floor = Number.NEGATIVE_INFINITY

  /** @param count at least 1 */
  constructor(count: number) {
    this.#count = count
  }

  /** Only what is more similar than this need be added. */
  get floor(): number {
    return this.#floor
  }

  add(row: number, similarity: number): void {
    // Sorted now and then: each row is moved a few times at most, however many are kept.
    if (this.#kept.push({ row, similarity }) < 2 * (this.#count + SPARE_ROWS)) return
    this.#kept = this.#sorted().slice(0, this.#count + SPARE_ROWS)
    this.#floor = this.#kept.at(-1)?.similarity ?? this.#floor
  }

  drop(row: number): void {
    this.#kept = this.#kept.filter((kept) => kept.row !== row)
  }

  /** So many were taken away that rows which were let go may be better than what is left. */
  get lacksRows(): boolean {
    return this.#kept.length < this.#count && this.#floor > Number.NEGATIVE_INFINITY
  }

  /** Falling; equal ones as they came. */
  finish(): readonly FoundRow[] {
    return this.#sorted().slice(0, this.#count)
  }

  #sorted(): FoundRow[] {
    return this.#kept.toSorted((a, b) => b.similarity - a.similarity)
  }
}
