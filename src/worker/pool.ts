import { analyzeWith, type FaceEngine } from '../engine/engine.js'
import type { EngineOptions } from '../engine/options.js'
import { type PackNumbers, readPackNumbers } from '../engine/pack-numbers.js'
import { FaceCompareError } from '../errors.js'
import { compareFaces } from '../score/compare.js'
import { Crew } from './crew.js'
import { errorOf, type Operation, type OperationReply, packOptions } from './message.js'
import { BoundedQueue } from './queue.js'
import { WorkerProcess } from './worker-process.js'

export interface PoolOptions extends EngineOptions {
  /** Processes; each holds its own networks and works on one image at a time. */
  readonly workers: number
  /** Images that may wait for a process; more are answered with TOO_MANY_REQUESTS at once. */
  readonly queueSize: number
  /** Longest time for one image, waiting included. */
  readonly timeoutMs: number
  /** Memory that a process may take beside what it has when its networks are loaded; by default what `maxPixels` asks for. */
  readonly maxGrowthBytes?: number
  /** The program of a process; only tests have others. */
  readonly workerFile?: URL
  /** Told of a process that died, with the reason; it is replaced. */
  readonly onWorkerLost?: (reason: Error) => void
}

export interface EnginePool extends FaceEngine {
  /** Resolves when every process has loaded its networks, or the pool is closed; rejects when one cannot. */
  readonly ready: Promise<void>
  /** The numbers that turn similarities into scores. */
  readonly numbers: PackNumbers
  /** Images waiting for a process. */
  readonly queueLength: () => number
  /** How many processes live now and have loaded their networks. */
  readonly readyWorkers: () => number
  /** The ids of the processes that live now. */
  readonly pids: () => readonly number[]
  /** The resident memory of each of them, about when it last replied; 0 before its networks are loaded. */
  readonly residentBytes: () => readonly number[]
}

/**
 * What decoding takes at most. Measured with pictures of 40 megapixels in every format: the worst are AVIF (16 bytes a pixel)
 * and interlaced PNG with 16 bits and alpha (12), and the pipeline takes some 120 MiB whatever the picture.
 */
const BYTES_PER_PIXEL = 24
const GROWTH_FLOOR_BYTES = 256 * 2 ** 20

/** Made by the build; `src/` and `dist/` lie equally deep, so one path serves both. */
const WORKER_FILE = new URL('../../dist/worker/worker.js', import.meta.url)

/** Processes that an image is handed to, if each turns out to be dead already. */
const MOST_TRIES = 3

/**
 * The engine behind worker processes: this one never waits for a network, and lives on when a decoder crashes, takes too
 * much memory or never comes back: that costs the call which had the image. A pack that cannot be used is refused with one
 * sentence, here or, when its networks do not fit the manifest, by `ready`.
 */
export async function startEnginePool(options: PoolOptions): Promise<EnginePool> {
  const { workers, queueSize, timeoutMs, maxGrowthBytes, workerFile, onWorkerLost, onWarning, ...engine } = options
  // Once, instead of once in each process: telling what is to be known of the pack.
  const numbersRead = readPackNumbers({ ...engine, ...(onWarning ? { onWarning } : {}) })
  const growth = maxGrowthBytes ?? GROWTH_FLOOR_BYTES + BYTES_PER_PIXEL * engine.maxPixels
  const hello = numbersRead.then(() => packOptions({ engine, maxGrowthBytes: growth }))
  const file = workerFile ?? WORKER_FILE
  const queue = new BoundedQueue<WorkerProcess>(workers, queueSize)
  const crew = new Crew({
    size: workers,
    start: () => new WorkerProcess(file, hello),
    onReady: (worker) => queue.add(worker),
    onLost: (worker, reason) => {
      queue.remove(worker)
      onWorkerLost?.(reason)
    },
  })
  const numbers = await numbersRead.catch(async (error: unknown) => {
    await crew.close()
    throw error
  })

  /** Undefined when the process ended before the image was there: it may have died long before, and nobody knew yet. */
  async function runIn(
    worker: WorkerProcess,
    operation: Operation,
    image: Uint8Array,
    onLost: () => void,
  ): Promise<OperationReply | undefined> {
    try {
      return await worker.run(operation, image, timeoutMs)
    } catch (cause) {
      if (!worker.hasTaken) return undefined
      onLost()
      throw new FaceCompareError('INTERNAL', 'The image could not be processed.', { cause })
    } finally {
      if (worker.isAlive) queue.add(worker)
    }
  }

  async function runAnywhere(
    operation: Operation,
    image: Uint8Array,
    signal: AbortSignal,
    onLost: () => void,
  ): Promise<OperationReply> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const reply = await queue.run((worker) => runIn(worker, operation, image, onLost), signal)
      if (reply) return reply
    }
    throw new FaceCompareError('INTERNAL', 'The image could not be processed.')
  }

  const findFaces: FaceEngine['findFaces'] = async (image, options, signal, onLost = () => {}) => {
    signal?.throwIfAborted()
    // One of our own instead of AbortSignal.timeout and AbortSignal.any, which cost more and live until the deadline.
    const stop = new AbortController()
    const onAbort = (): void => stop.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
    crew.ready.catch((error: Error) => stop.abort(error))
    const deadline = setTimeout(
      () => stop.abort(new FaceCompareError('INTERNAL', 'The image took too long to process.')),
      timeoutMs,
    )
    try {
      const operation: Operation = { name: 'findFaces', options }
      const reply = await giveUpOn(stop.signal, runAnywhere(operation, image, stop.signal, onLost))
      if ('failure' in reply) throw errorOf(reply)
      return reply.picture
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    findFaces,
    analyze: analyzeWith(findFaces),
    requireRoom: (images) => queue.requireRoom(images),
    leastQuality: numbers.leastQuality,
    tellsAttributes: numbers.appearance !== undefined,
    compare: (a, b) => compareFaces(a, b, numbers.fit),
    numbers,
    ready: crew.ready,
    queueLength: () => queue.length,
    readyWorkers: () => crew.readyCount,
    pids: () => crew.pids,
    residentBytes: () => crew.residentBytes,
    async close() {
      await queue.empty()
      await crew.close()
    },
  }
}

/**
 * The promise, or a rejection as soon as the signal says so. What a process works on is left to it until its own deadline:
 * killing it costs more than the rest of an image that nobody waits for. That deadline counts from the image's turn, so that
 * a full queue does not end processes that are well.
 */
function giveUpOn<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
