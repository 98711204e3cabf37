import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { readFrames, writeFrame } from './frames.js'
import {
  errorOf,
  MAX_REPLY_BYTES,
  type MemoryReport,
  type Operation,
  type OperationReply,
  packOperation,
  type Reply,
  unpackReply,
} from './message.js'

/** Pictures, tensors and networks live outside of this heap; what lives in it takes a tenth. */
const MAX_HEAP_MIB = 256
/** For each half of what is new in that heap. V8's own choice of 16 holds on to tensors for longer: 20 MB more at the peak, no faster. */
const MAX_NEW_HALF_MIB = 2

/** What a worker process may know of the environment: where libraries and temporary files are, and no secret. */
const PASSED_VARIABLES = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'SystemRoot',
]
const PASSED_PREFIXES = ['MALLOC_', 'VIPS_', 'UV_']

/**
 * For glibc, which would keep what large pictures took: in its many arenas, and below a threshold that it raises by itself up
 * to 32 MiB. Measured over three rounds of pictures of 4 megapixels in seven formats: 275 MiB, the same after each round,
 * instead of 425 and growing; the processor time of an image is the same.
 */
const MEMORY_SETTINGS = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(2 ** 20) }

interface Pending {
  readonly resolve: (reply: OperationReply) => void
  readonly reject: (error: Error) => void
}

/** The parent's end of one worker process: it has one image at a time, and may die at any time. */
export class WorkerProcess {
  /** Resolves when the networks are loaded. Rejects with a FaceCompareError when they cannot be, or when the process ends. */
  readonly ready: Promise<void>
  /** Resolves with the reason when the process is gone, and all that it had to say was heard. */
  readonly ended: Promise<Error>
  #isAlive = true
  #isSane = true
  #answers = 0
  #hasTaken = false
  #residentBytes = 0
  #reason: string | undefined
  #pending: Pending | undefined
  readonly #child: ChildProcess | undefined
  readonly #channel: Socket | undefined
  #lifeline: Socket | undefined
  #onReady: (reply: Reply) => void = () => {}
  #onEnd: (error: Error) => void = () => {}

  /** @param hello the first message; the process starts meanwhile */
  constructor(file: URL, hello: Promise<Uint8Array>) {
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve
    })
    this.ready = new Promise((resolve, reject) => {
      this.#onReady = (reply) => ('failure' in reply ? reject(errorOf(reply)) : resolve())
      this.ended.then(reject)
    })
    // Whoever awaits it later still sees the failure.
    this.ready.catch(() => undefined)
    try {
      this.#child = spawn(
        process.execPath,
        [
          `--max-old-space-size=${MAX_HEAP_MIB}`,
          `--max-semi-space-size=${MAX_NEW_HALF_MIB}`,
          '--expose-gc',
          fileURLToPath(file),
        ],
        {
          env: selectEnvironment(process.env),
          // Standard output belongs to the parent: what a library may print goes to standard error.
          stdio: ['ignore', 2, 2, 'pipe', 'pipe'],
        },
      )
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)))
      return
    }
    // Also of one that could not be started because no file descriptor was free.
    this.#child.once('error', (error) => this.#end(error))
    this.#child.once('exit', () => {
      this.#isAlive = false
    })
    // After `exit`, when everything that it had written was read.
    this.#child.once('close', (code, signal) => this.#end(new Error(this.#describeEnd(code, signal))))
    this.#channel = this.#listen(this.#child)
    hello.then(
      (message) => this.#write(message),
      () => this.kill('it was not needed'),
    )
    this.ready.then(
      () => this.#unref(),
      () => {},
    )
  }

  get isAlive(): boolean {
    return this.#isAlive
  }

  /** Images that it answered. */
  get answers(): number {
    return this.#answers
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Whether the last image has reached the process: if not, it had no part in its end. */
  get hasTaken(): boolean {
    return this.#hasTaken
  }

  /** Rejects when the process ends first, or has the image for longer than it may: it is killed then. */
  run(operation: Operation, image: Uint8Array, timeoutMs: number): Promise<OperationReply> {
    this.#hasTaken = false
    if (!this.#isAlive) return this.ended.then((error) => Promise.reject(error))
    this.#child?.ref()
    this.#channel?.ref()
    const deadline = setTimeout(() => this.kill('its image took too long'), timeoutMs)
    const reply = new Promise<OperationReply>((resolve, reject) => {
      this.#pending = { resolve, reject }
    })
    this.#write(packOperation(operation))
    this.#write(image)
    return reply.finally(() => {
      clearTimeout(deadline)
      this.#unref()
    })
  }

  /** Its memory about when it last replied; 0 before its networks are loaded. */
  get residentBytes(): number {
    return this.#residentBytes
  }

  /** Ends it at once; `ended` says when it is gone. */
  kill(reason: string): void {
    this.#reason ??= reason
    this.#isAlive = false
    // Whoever waits for its end still finds the program running, until the pipes are closed, too.
    for (const handle of [this.#child, this.#channel, this.#lifeline]) handle?.ref()
    this.#child?.kill('SIGKILL')
  }

  /** Undefined when the process has no pipes: then it was not started, which its error tells. */
  #listen(child: ChildProcess): Socket | undefined {
    // Without file descriptors there is no `stdio` at all, whatever its type says.
    const stdio: readonly unknown[] | undefined = child.stdio
    const [, , , channel, lifeline] = stdio ?? []
    if (!(channel instanceof Socket && lifeline instanceof Socket)) return undefined
    // A process that dies while it is written to: its end is told by the process itself.
    for (const socket of [channel, lifeline]) socket.on('error', () => {})
    lifeline.on('data', (text) => {
      this.#reason ??= String(text)
    })
    lifeline.unref()
    this.#lifeline = lifeline
    readFrames(channel, {
      maxBytes: MAX_REPLY_BYTES,
      onFrame: (frame) => this.#take(frame),
      onTooLong: () => this.kill('it sent more than a reply'),
    })
    return channel
  }

  #take(frame: Uint8Array): void {
    if (!this.#isSane) return
    if (frame.length === 0) {
      this.#hasTaken = true
      return
    }
    const reply = readReply(frame)
    const pending = this.#pending
    this.#residentBytes = reply?.residentBytes ?? this.#residentBytes
    if (!reply || (pending && 'packId' in reply)) {
      // What comes after it is not believed either: the call is lost.
      this.#isSane = false
      this.kill('it sent something else than a reply')
    } else if (!pending) {
      this.#onReady(reply)
    } else if (!('packId' in reply)) {
      this.#pending = undefined
      this.#answers++
      pending.resolve(reply)
    }
  }

  #write(message: Uint8Array): void {
    if (this.#channel && this.#isAlive) writeFrame(this.#channel, message)
  }

  /** An idle process keeps nobody's program from ending; one that was killed does, as its end is waited for. */
  #unref(): void {
    if (!this.#isAlive) return
    this.#child?.unref()
    this.#channel?.unref()
  }

  #end(error: Error): void {
    this.#isAlive = false
    this.#pending?.reject(error)
    this.#pending = undefined
    this.#onEnd(error)
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    const how = this.#reason ?? (signal ? `it was ended by ${signal}` : `it ended with ${String(code)}`)
    return `A worker process (${String(this.pid)}) was lost: ${how}.`
  }
}

function selectEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = Object.entries(env).filter(
    ([name]) => PASSED_VARIABLES.includes(name) || PASSED_PREFIXES.some((prefix) => name.startsWith(prefix)),
  )
  return { ...MEMORY_SETTINGS, ...Object.fromEntries(passed) }
}

function readReply(frame: Uint8Array): (Reply & MemoryReport) | undefined {
  try {
    return unpackReply(frame)
  } catch {
    return undefined
  }
}
