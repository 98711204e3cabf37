import { FaceCompareError } from '../errors.js'

interface Waiting<W> {
  readonly start: (worker: W) => void
  readonly onAbort: () => void
}

/** Gives each task a worker of its own, as workers are free, and lets a number of others wait; refuses more at once. */
export class BoundedQueue<W> {
  readonly #mostTasks: number
  readonly #idle: W[] = []
  readonly #waiting: Waiting<W>[] = []
  #tasks = 0
  readonly #onEmpty: (() => void)[] = []

  /**
   * @param workers how many there are when all are well; the queue has none until they are added
   * @param capacity how many tasks may wait while all of these work
   */
  constructor(workers: number, capacity: number) {
    this.#mostTasks = workers + capacity
  }

  /** Tasks that wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** A worker that is free: new, or done with its task. */
  add(worker: W): void {
    const next = this.#waiting.shift()
    if (next) next.start(worker)
    else this.#idle.push(worker)
  }

  /** A worker that is no more. */
  remove(worker: W): void {
    const at = this.#idle.indexOf(worker)
    if (at >= 0) this.#idle.splice(at, 1)
  }

  /** Throws TOO_MANY_REQUESTS when not all of so many tasks could run or wait now. */
  requireRoom(tasks: number): void {
    if (this.#tasks + tasks > this.#mostTasks) throw busy()
  }

  /**
   * Runs the task when there is a worker for it; who runs it adds the worker again. A task whose signal is aborted while it
   * waits is not run and rejects with the signal's reason; one that runs is left alone. Throws TOO_MANY_REQUESTS when the
   * queue is full.
   */
  async run<T>(task: (worker: W) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    this.requireRoom(1)
    this.#tasks++
    try {
      // The one that worked last: its memory is warm.
      return await task(this.#idle.pop() ?? (await this.#waitForWorker(signal)))
    } finally {
      this.#tasks--
      if (this.#tasks === 0) for (const resolve of this.#onEmpty.splice(0)) resolve()
    }
  }

  /** Resolves when no task runs or waits. */
  async empty(): Promise<void> {
    if (this.#tasks === 0) return
    await new Promise<void>((resolve) => this.#onEmpty.push(resolve))
  }

  #waitForWorker(signal: AbortSignal): Promise<W> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting<W> = {
        start: (worker) => {
          signal.removeEventListener('abort', waiting.onAbort)
          resolve(worker)
        },
        onAbort: () => {
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
          reject(signal.reason)
        },
      }
      signal.addEventListener('abort', waiting.onAbort, { once: true })
      this.#waiting.push(waiting)
    })
  }
}

function busy(): FaceCompareError {
  return new FaceCompareError('TOO_MANY_REQUESTS', 'The service is busy; try again in a second.', {
    retryAfterSeconds: 1,
  })
}
