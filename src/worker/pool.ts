import { Piscina } from 'piscina'
import type { Face, FaceEngine } from '../engine.js'
import { FaceCompareError } from '../errors.js'
import { createComparer, type EngineOptions, packOptionsOf } from './engine.js'
import { type AnalyzeReply, type AnalyzeTask, unpackReply, unpackWarmUp, type WarmUpReply } from './message.js'
import { type PackNumbers, readPackNumbers } from './packs.js'
import { BoundedQueue } from './queue.js'

export interface PoolOptions extends EngineOptions {
  /** Threads; each holds its own networks and works on one image at a time. */
  readonly workers: number
  /** Images that may wait for a thread; more are answered with TOO_MANY_REQUESTS at once. */
  readonly queueSize: number
  /** Longest time for one image, waiting included. */
  readonly timeoutMs: number
  /** The compiled thread body; only needed where this file itself runs uncompiled. */
  readonly threadFile?: URL
  /** Told of a thread that died; it is replaced. */
  readonly onThreadLost?: (error: unknown) => void
}

export interface EnginePool extends FaceEngine {
  /** Resolves when every thread has loaded its networks; rejects when one cannot. */
  readonly ready: Promise<void>
  /** The numbers that turn similarities into scores. */
  readonly numbers: PackNumbers
  /** Images waiting for a thread. */
  readonly queueLength: () => number
}

/**
 * The engine behind worker threads: the calling thread never waits for a network. A pack that cannot be used is refused
 * with one sentence, here or, when its networks do not fit the manifest, by `ready`.
 */
export async function startEnginePool(options: PoolOptions): Promise<EnginePool> {
  const { workers, queueSize, timeoutMs, threadFile, onThreadLost, onWarning, ...engineOptions } = options
  // Once, instead of once in each thread: converting, and telling what is to be known of the pack.
  const numbers = await readPackNumbers(packOptionsOf({ ...engineOptions, ...(onWarning ? { onWarning } : {}) }))
  const queue = new BoundedQueue(workers, queueSize)
  const pool = new Piscina<AnalyzeTask | undefined, AnalyzeReply | WarmUpReply>({
    filename: (threadFile ?? new URL('./thread.js', import.meta.url)).href,
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    // Blocking waits would keep a thread from finishing what libuv brings it (decoding).
    atomics: 'disabled',
    workerData: engineOptions,
  })
  // Failures reach the caller of `analyze`; without a listener a thread's death between tasks would end the process.
  pool.on('error', (error) => onThreadLost?.(error))

  async function runInThread(image: Uint8Array): Promise<AnalyzeReply | WarmUpReply> {
    // A copy: the image may be a view of a far larger buffer, which would be cloned whole, or detached for its other users.
    // (Not slice(), which a Buffer answers with another view.)
    const own = new Uint8Array(image)
    try {
      return await pool.run({ image: own }, { name: 'analyze', transferList: [own.buffer] })
    } catch (error) {
      onThreadLost?.(error)
      throw new FaceCompareError('INTERNAL', 'The image could not be processed.', { cause: error })
    }
  }

  async function analyze(image: Uint8Array, signal?: AbortSignal): Promise<Face> {
    signal?.throwIfAborted()
    // One of our own instead of AbortSignal.timeout and AbortSignal.any, which cost more and live until the deadline.
    const stop = new AbortController()
    const onAbort = (): void => stop.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    const deadline = setTimeout(
      () => stop.abort(new FaceCompareError('INTERNAL', 'The image took too long to process.')),
      timeoutMs,
    )
    try {
      const reply = await giveUpOn(
        stop.signal,
        queue.run(() => runInThread(image), stop.signal),
      )
      if ('packId' in reply) throw new Error('Expected a face from the thread')
      return unpackReply(reply)
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  const ready = warmUp(pool, workers)
  // Whoever awaits it later still sees the failure.
  ready.catch(() => undefined)
  return {
    analyze,
    requireRoom: (images) => queue.requireRoom(images),
    compare: createComparer(numbers.fit),
    numbers,
    ready,
    queueLength: () => queue.length,
    // A thread that ends while it loads a network would take the process with it.
    async close() {
      await ready.catch(() => undefined)
      await pool.close()
    },
  }
}

/** One task for each thread; they are handed out evenly because each thread takes one at a time. */
async function warmUp(pool: Piscina<undefined, AnalyzeReply | WarmUpReply>, workers: number): Promise<void> {
  const replies = await Promise.all(Array.from({ length: workers }, () => pool.run(undefined, { name: 'warmUp' })))
  for (const reply of replies) unpackWarmUp(reply)
}

/**
 * The promise, or a rejection as soon as the signal says so. What runs in a thread is left to finish: a thread that ends
 * inside the inference runtime takes the whole process with it, and no image can keep one busy for long.
 */
function giveUpOn<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
