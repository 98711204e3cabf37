import { FaceCompareError } from '../errors.js'

interface Waiting {
  readonly start: () => void
  readonly onAbort: () => void
}

/** Lets a number of tasks run at once and a number of others wait for their turn; refuses more at once. */
export class BoundedQueue {
  readonly #slots: number
  readonly #capacity: number
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(slots: number, capacity: number) {
    this.#slots = slots
    this.#capacity = capacity
  }

  /** Tasks that wait. */
  get length(): number {
    return this.#waiting.length
  }

  /** Throws TOO_MANY_REQUESTS when not all of so many tasks could run or wait now. */
  requireRoom(tasks: number): void {
    const free = this.#slots - this.#running + this.#capacity - this.#waiting.length
    if (tasks > free) throw busy()
  }

  /**
   * Runs the task when its turn comes. A task whose signal is aborted while it waits is not run and rejects with the
   * signal's reason; one that runs is left alone. Throws TOO_MANY_REQUESTS when the queue is full.
   */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted()
    if (this.#running < this.#slots) this.#running++
    else await this.#waitForTurn(signal)
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next.start()
      else this.#running--
    }
  }

  #waitForTurn(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length >= this.#capacity) throw busy()
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        start: () => {
          signal.removeEventListener('abort', waiting.onAbort)
          resolve()
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
