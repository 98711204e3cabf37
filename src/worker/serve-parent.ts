import './ignore-signals.js'

import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { Face } from '../engine/face.js'
import { readFrames, writeFrame } from './frames.js'
import { CHANNEL_FD, packFailure, packReply, type Reply, TAKEN, unpackOptions, type WorkerOptions } from './message.js'

interface OpenedEngine {
  readonly numbers: { readonly id: string }
  readonly analyze: (image: Uint8Array) => Promise<Face>
}

/** Where the kernel takes a process when memory runs out, -1000 to 1000: this one before its parent. */
const OOM_SCORE_ADJUSTMENT = '500'

/**
 * After such a file what is left of it is collected at once, which takes some 10 ms. By itself V8 begins only when 64 MiB have piled up
 * outside of its heap, half of what a picture of 40 megapixels takes.
 */
const LARGE_BYTES = 4 * 2 ** 20

/** The body of a worker process: opens the engine that the first message asks for, then one image at a time. */
export function serveParent(open: (options: WorkerOptions['engine']) => Promise<OpenedEngine>): void {
  const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true })
  // The parent is gone, or has no more use for this process.
  channel.on('error', die)
  channel.on('close', die)
  const send = (reply: Reply): void => writeFrame(channel, packReply(reply))

  let engine: OpenedEngine | undefined
  async function start({ engine: options, maxGrowthBytes }: WorkerOptions): Promise<Reply> {
    engine = await open(options)
    preferForTheOutOfMemoryKiller()
    startGuard(process.memoryUsage.rss() + maxGrowthBytes)
    return { packId: engine.numbers.id }
  }
  async function answer(frame: Uint8Array): Promise<void> {
    try {
      if (engine) writeFrame(channel, TAKEN)
      send(engine ? { face: await engine.analyze(frame) } : await start(unpackOptions(frame)))
    } catch (error) {
      send(packFailure(error))
    }
  }
  function answerAndTidy(frame: Uint8Array): void {
    const isLarge = frame.length >= LARGE_BYTES
    answer(frame).then(() => {
      // Later, when nothing holds the frame any more.
      if (isLarge) setImmediate(() => globalThis.gc?.())
    })
  }
  readFrames(channel, { maxBytes: Number.POSITIVE_INFINITY, onFrame: answerAndTidy, onTooLong: die })
}

function startGuard(maxResidentBytes: number): void {
  const guard = new Worker(new URL('./guard.js', import.meta.url), {
    workerData: maxResidentBytes,
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  })
  guard.on('error', die)
}

function preferForTheOutOfMemoryKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE_ADJUSTMENT)
  } catch {
    // Not Linux, or not allowed: then the kernel takes the largest.
  }
}

/** At once and without cleaning up: there is nothing to keep, and the inference runtime must not be left in mid-run. */
function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
