import { FaceCompareError } from '../errors.js'
import type { WorkerProcess } from './worker-process.js'

/**
 * How long the place of a process stays empty after so many that died without having answered an image: not at all after
 * the first, then twice as long each time, at most this long.
 */
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

interface CrewOptions {
  readonly size: number
  readonly start: () => WorkerProcess
  /** Told of a process that has loaded its networks. */
  readonly onReady: (worker: WorkerProcess) => void
  /** Told of one that is no more, before it is replaced. */
  readonly onLost: (worker: WorkerProcess, reason: Error) => void
}

/** Keeps a number of worker processes: one that dies is replaced. Only the first of each place must come up well. */
export class Crew {
  /** Resolves when every process is ready, or none is wanted any more; rejects when one of the first cannot be. */
  readonly ready: Promise<void>
  readonly #options: CrewOptions
  readonly #workers = new Set<WorkerProcess>()
  readonly #ready = new Set<WorkerProcess>()
  readonly #pauses = new Set<NodeJS.Timeout>()
  #isClosed = false

  constructor(options: CrewOptions) {
    this.#options = options
    this.ready = Promise.all(Array.from({ length: options.size }, () => this.#fill(0))).then(
      () => undefined,
      (error: Error) => {
        if (this.#isClosed) return
        this.close()
        throw explain(error)
      },
    )
    // Whoever awaits it later still sees the failure.
    this.ready.catch(() => undefined)
  }

  /** The processes that live now, by their ids. */
  get pids(): readonly number[] {
    return [...this.#workers].flatMap(({ isAlive, pid }) => (isAlive && pid !== undefined ? [pid] : []))
  }

  /** How many processes live now and have loaded their networks. */
  get readyCount(): number {
    return [...this.#ready].filter(({ isAlive }) => isAlive).length
  }

  /** The memory of each process that lives now, about when it last replied. */
  get residentBytes(): readonly number[] {
    return [...this.#workers].flatMap(({ isAlive, residentBytes }) => (isAlive ? [residentBytes] : []))
  }

  /** Ends all of them at once, whatever they are doing; resolves when they are gone. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const pause of this.#pauses) clearTimeout(pause)
    for (const worker of this.#workers) worker.kill('it was not needed any more')
    await Promise.all([...this.#workers].map(({ ended }) => ended))
  }

  /** Starts a process in a place where so many have died in a row. Rejects when it does not get ready. */
  async #fill(deaths: number): Promise<void> {
    const worker = this.#options.start()
    let isFirst = deaths === 0
    this.#workers.add(worker)
    worker.ended.then((reason) => {
      this.#workers.delete(worker)
      this.#ready.delete(worker)
      if (!(isFirst || this.#isClosed)) this.#replace(worker, worker.answers > 0 ? 1 : deaths + 1, reason)
    })
    try {
      await worker.ready
      isFirst = false
    } catch (error) {
      worker.kill(error instanceof Error ? error.message : String(error))
      throw error
    }
    if (!worker.isAlive) return
    this.#ready.add(worker)
    this.#options.onReady(worker)
  }

  #replace(worker: WorkerProcess, deaths: number, reason: Error): void {
    this.#options.onLost(worker, reason)
    const pauseMs = deaths === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (deaths - 2))
    const pause = setTimeout(() => {
      this.#pauses.delete(pause)
      this.#fill(deaths).catch(() => {})
    }, pauseMs)
    // Calls that wait have timers of their own.
    pause.unref()
    this.#pauses.add(pause)
  }
}

function explain(error: Error): FaceCompareError {
  if (error instanceof FaceCompareError) return error
  return new FaceCompareError('INTERNAL', 'A worker process ended while it loaded its networks.', { cause: error })
}
