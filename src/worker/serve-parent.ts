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
 * What a picture of so many pixels leaves behind is collected at once, which takes some 10 ms. It lies outside of V8's heap, where V8 by
 * itself waits until there are 64 MiB of it: half of what a picture of 40 megapixels takes.
 */
const LARGE_PIXELS = 10_000_000
/** So large is the file of such a photograph: of a picture without a face nothing else is known. */
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
  /** Returns the face that was told of, if there was one. */
  async function answer(frame: Uint8Array): Promise<Face | undefined> {
    try {
      if (!engine) {
        send(await start(unpackOptions(frame)))
        return undefined
      }
      writeFrame(channel, TAKEN)
      const face = await engine.analyze(frame)
      send({ face })
      return face
    } catch (error) {
      send(packFailure(error))
      return undefined
    }
  }
  function answerAndTidy(frame: Uint8Array): void {
    const { length } = frame
    answer(frame).then((face) => {
      // Later, when nothing holds the frame any more.
      if (isLarge(face, length)) setImmediate(() => globalThis.gc?.())
    })
  }
  readFrames(channel, { maxBytes: Number.POSITIVE_INFINITY, onFrame: answerAndTidy, onTooLong: die })
}

function isLarge(face: Face | undefined, bytes: number): boolean {
  return face ? face.imageWidth * face.imageHeight >= LARGE_PIXELS : bytes >= LARGE_BYTES
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
