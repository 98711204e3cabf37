import type { Stages } from '../engine/face.js'

/** Adds up what each stage takes, however often it is gone through. */
export class Stopwatch {
  /** A monotonic clock. */
  readonly nowMs: () => number
  #spent: Stages = { decodeMs: 0, detectMs: 0, alignMs: 0, embedMs: 0 }

  constructor(nowMs: () => number) {
    this.nowMs = nowMs
  }

  get spent(): Stages {
    return this.#spent
  }

  async time<T>(stage: keyof Stages, work: () => Promise<T>): Promise<T> {
    const startMs = this.nowMs()
    const result = await work()
    this.add({ [stage]: this.nowMs() - startMs })
    return result
  }

  add({ decodeMs = 0, detectMs = 0, alignMs = 0, embedMs = 0 }: Partial<Stages>): void {
    const spent = this.#spent
    this.#spent = {
      decodeMs: spent.decodeMs + decodeMs,
      detectMs: spent.detectMs + detectMs,
      alignMs: spent.alignMs + alignMs,
      embedMs: spent.embedMs + embedMs,
    }
  }
}
