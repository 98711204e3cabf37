import { randomUUID } from 'node:crypto'
import type { Store, UsageBatch, UsageCount } from './store.js'

export interface UsageMeterOptions {
  readonly store: Pick<Store, 'addUsage' | 'listUsage'>
  /** Told when counts cannot be written, once until they can again; they are kept and tried again. */
  readonly onTrouble: (error: unknown) => void
  /** How often counts are written; a crash loses those of one interval. */
  readonly intervalMs?: number
  readonly now?: () => Date
}

const INTERVAL_MS = 500
/** How long the use of an app whose quota nobody asks for any more is kept up to date. */
const WATCH_MS = 10_000
/** How long it is remembered after that, for the case that the store is away when it is asked for again. */
const FORGET_MS = 300_000

interface Watched {
  readonly month: string
  /** Successful calls of the month as the store has them. */
  stored: number
  readAtMs: number
  askedAtMs: number
}

/**
 * Counts the calls of each app by day (UTC) and result code: in memory at once, in the store twice a second. What could not
 * be written is sent again under the same number, which the store takes once.
 */
export class UsageMeter {
  readonly #options: UsageMeterOptions
  readonly #now: () => Date
  readonly #counterId = randomUUID()
  readonly #watched = new Map<string, Watched>()
  readonly #timer: NodeJS.Timeout
  #sequence = 0
  #counts = new Map<string, UsageCount>()
  #unwritten: UsageBatch | undefined
  /** Writing and reading take turns, so that what was read never has half of what was written in it. */
  #turn: Promise<unknown> = Promise.resolve()
  #ticking = false
  #inTrouble = false

  constructor(options: UsageMeterOptions) {
    this.#options = options
    this.#now = options.now ?? (() => new Date())
    this.#timer = setInterval(() => this.#tick(), options.intervalMs ?? INTERVAL_MS).unref()
  }

  /** Counts one call. To be called before its answer goes out. */
  count(appid: string, code: number): void {
    const day = this.#now().toISOString().slice(0, 10)
    const key = `${day} ${code} ${appid}`
    const calls = (this.#counts.get(key)?.calls ?? 0) + 1
    this.#counts.set(key, { appid, day, code, calls })
  }

  /** The successful calls of an app in this month, those of other processes as of half a second ago. Rejects when unknown. */
  async countSuccesses(appid: string): Promise<number> {
    const month = this.#now().toISOString().slice(0, 7)
    const watched = await this.#watch(appid, month)
    watched.askedAtMs = performance.now()
    const unwritten = [...this.#counts.values(), ...(this.#unwritten?.counts ?? [])]
    return watched.stored + sumSuccesses(unwritten.filter((count) => count.appid === appid && isOf(count, month)))
  }

  /** Writes what is counted so far. Rejects when the store does not take it; the next time tries again. */
  flush(): Promise<void> {
    return this.#inTurn(() => this.#write())
  }

  /** Writes the last counts and stops. Rejects when the store does not take them. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush()
    // A batch that had failed before goes first, and what came after it next.
    await this.flush()
  }

  async #watch(appid: string, month: string): Promise<Watched> {
    const known = this.#watched.get(appid)
    const before = known?.month === month ? known : undefined
    // A store that does not answer now is not waited for when there is something to go by.
    if (before && (this.#inTrouble || performance.now() - before.readAtMs < WATCH_MS)) return before
    try {
      const watched = await this.#inTurn(async () => {
        const stored = await this.#readSuccesses(appid, month)
        return { month, stored, readAtMs: performance.now(), askedAtMs: performance.now() }
      })
      this.#watched.set(appid, watched)
      return watched
    } catch (error) {
      if (before) return before
      throw error
    }
  }

  #tick(): void {
    if (this.#ticking) return
    this.#ticking = true
    this.#inTurn(async () => {
      await this.#write()
      await this.#refreshWatched()
    })
      .then(
        () => {
          this.#inTrouble = false
        },
        (error: unknown) => {
          if (!this.#inTrouble) this.#options.onTrouble(error)
          this.#inTrouble = true
        },
      )
      .finally(() => {
        this.#ticking = false
      })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  async #write(): Promise<void> {
    if (!this.#unwritten) {
      if (this.#counts.size === 0) return
      this.#sequence++
      this.#unwritten = {
        counterId: this.#counterId,
        sequence: this.#sequence,
        counts: [...this.#counts.values()],
      }
      this.#counts = new Map()
    }
    await this.#options.store.addUsage(this.#unwritten)
    for (const [appid, watched] of this.#watched) {
      const own = this.#unwritten.counts.filter((count) => count.appid === appid && isOf(count, watched.month))
      watched.stored += sumSuccesses(own)
    }
    this.#unwritten = undefined
  }

  async #refreshWatched(): Promise<void> {
    for (const [appid, watched] of this.#watched) {
      const idleMs = performance.now() - watched.askedAtMs
      if (idleMs > FORGET_MS) this.#watched.delete(appid)
      if (idleMs > WATCH_MS) continue
      watched.stored = await this.#readSuccesses(appid, watched.month)
      watched.readAtMs = performance.now()
    }
  }

  async #readSuccesses(appid: string, month: string): Promise<number> {
    return sumSuccesses(await this.#options.store.listUsage({ month, appid }))
  }
}

function isOf({ day }: UsageCount, month: string): boolean {
  return day.startsWith(`${month}-`)
}

function sumSuccesses(counts: readonly UsageCount[]): number {
  return counts.reduce((sum, { code, calls }) => (code === 0 ? sum + calls : sum), 0)
}
