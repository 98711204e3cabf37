import './ignore-signals.js'

import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { FacesInPicture, FindOptions } from '../engine/face.js'
import { readFrames, writeFrame } from './frames.js'
import {
  CHANNEL_FD,
  type Operation,
  packFailure,
  packReply,
  type Reply,
  TAKEN,
  unpackOperation,
  unpackOptions,
  type WorkerOptions,
} from './message.js'

interface OpenedEngine {
  readonly numbers: { readonly id: string }
  readonly findFaces: (image: Uint8Array, options: FindOptions) => Promise<FacesInPicture>
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

/** The body of a worker process: opens the engine that the first message asks for, then does one operation on one image at a time. */
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
  /** Returns the picture that was told of, if there was one. */
  async function answer({ options }: Operation, image: Uint8Array): Promise<FacesInPicture | undefined> {
    writeFrame(channel, TAKEN)
    try {
      if (!engine) throw new Error('Expected the options of the engine first.')
      const picture = await engine.findFaces(image, options)
      send({ picture })
      return picture
    } catch (error) {
      send(packFailure(error))
      return undefined
    }
  }
  let hasOptions = false
  /** What is to be done with the next frame. */
  let operation: Operation | undefined
  function take(frame: Uint8Array): void {
    if (!hasOptions) {
      hasOptions = true
      start(unpackOptions(frame)).catch(packFailure).then(send)
    } else if (!operation) {
      operation = unpackOperation(frame)
    } else {
      const { length } = frame
      const answered = answer(operation, frame)
      operation = undefined
      answered.then((picture) => {
        // Later, when nothing holds the frame any more.
        if (isLarge(picture, length)) setImmediate(() => globalThis.gc?.())
      })
    }
  }
  readFrames(channel, { maxBytes: Number.POSITIVE_INFINITY, onFrame: take, onTooLong: die })
}

function isLarge(picture: FacesInPicture | undefined, bytes: number): boolean {
  return picture ? picture.imageWidth * picture.imageHeight >= LARGE_PIXELS : bytes >= LARGE_BYTES
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
