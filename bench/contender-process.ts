/** A contender of the comparison with the peers, in a process of its own (`peers/contender.mjs`). */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Two JPEG files. */
export type PairFiles = readonly [string, string]

export interface Timing {
  /** Null when there is no face in one of the pictures, as far as the contender can see. */
  readonly score: number | null
  /** Wall clock, from the bytes of both files to the score. */
  readonly ms: number
  /** Processor time of all threads of the process. */
  readonly cpuMs: number
}

export interface ContenderProcess {
  /** From the start of the process to its first score. */
  readonly coldStartMs: number
  readonly time: (pair: PairFiles) => Promise<Timing>
  /** Ends the process. The most memory it has had at once, resident. */
  readonly end: () => Promise<{ readonly peakMiB: number }>
}

const PROGRAM = fileURLToPath(new URL('./peers/contender.mjs', import.meta.url))

/** @param name its file in `peers/`, without extension */
export async function startContender(name: string, pair: PairFiles): Promise<ContenderProcess> {
  const startMs = performance.now()
  // A plain process on compiled code, as users run it: without the TypeScript loader of this one.
  const env = { ...process.env, NODE_OPTIONS: '' }
  const child = fork(PROGRAM, [name, ...pair], { execArgv: [], env })
  await receive(child)
  const coldStartMs = performance.now() - startMs
  return {
    coldStartMs,
    async time(files) {
      child.send({ pair: files })
      const { score, ms, cpuMs } = await receive(child)
      return { score: typeof score === 'number' ? score : null, ms: numberOf(ms), cpuMs: numberOf(cpuMs) }
    },
    async end() {
      child.send({ end: true })
      return { peakMiB: numberOf((await receive(child)).peakMiB) }
    },
  }
}

/** The next message, which has fields. */
function receive(child: ChildProcess): Promise<Readonly<Record<string, unknown>>> {
  return new Promise((resolve, reject) => {
    const fail = (code: number | null) => reject(new Error(`The contender ended with code ${code}.`))
    child.once('exit', fail)
    child.once('message', (message) => {
      child.off('exit', fail)
      if (typeof message === 'object' && message !== null) resolve({ ...message })
      else reject(new Error(`Expected a message with fields but received ${typeof message}.`))
    })
  })
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`Expected a number but received ${typeof value}.`)
  return value
}
