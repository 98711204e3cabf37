/** The three processes of http.ts: the service as it is built, the same pipeline without HTTP, and the load. */
import { type ChildProcess, fork } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config } from '../src/config.js'
import { BENCH_APP } from './http-requests.js'

/** What the probe inside the service tells: of the event loop since it was last asked, the rest of the whole process. */
export interface ProbeAnswer {
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  readonly cpuMs: number
}

export interface LoadJob {
  readonly port: number
  /** Files with whole requests, sent in turn. */
  readonly files: readonly string[]
  readonly connections: number
  readonly seconds?: number
  readonly calls?: number
  /** How long a connection waits after a refusal. */
  readonly pauseMs?: number
  /** Whether progress is told, every hundred calls. */
  readonly progress?: boolean
}

export interface LoadAnswer {
  readonly acceptedMs: readonly number[]
  readonly refusedMs: readonly number[]
  /** Answers that are neither a similarity nor a refusal of code 15. */
  readonly wrong: readonly string[]
  readonly withoutRetryAfter: number
  readonly elapsedMs: number
  /** Processor time of the load generator. */
  readonly cpuMs: number
}

export interface BareAnswer {
  readonly pairs: number
  readonly elapsedMs: number
  readonly cpuMs: number
}

export interface Service {
  readonly port: number
  readonly probe: () => Promise<ProbeAnswer>
  readonly stop: () => Promise<void>
}

export interface BarePipeline {
  readonly together: (job: { readonly seconds: number; readonly lanes: number }) => Promise<BareAnswer>
  readonly alone: (seconds: number) => Promise<readonly number[]>
  readonly stop: () => Promise<void>
}

export interface LoadGenerator {
  readonly run: (job: LoadJob, onProgress?: (calls: number) => void) => Promise<LoadAnswer>
  readonly stop: () => Promise<void>
}

const PROBE = new URL('./event-loop-probe.mjs', import.meta.url)
const SERVICE = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const BARE = fileURLToPath(new URL('./http-bare.mjs', import.meta.url))
const LOAD = fileURLToPath(new URL('./http-load.mjs', import.meta.url))

/** Starts the built service on a free port and waits for its ready line. */
export async function startService(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  nodeFlags: readonly string[] = [],
): Promise<Service> {
  const { appid, secretId, secretKey } = BENCH_APP
  const child = start(SERVICE, ['serve'], {
    execArgv: ['--import', PROBE.href, ...nodeFlags],
    env: {
      FACECOMPARE_BOOTSTRAP_APP: `${appid}:${secretId}:${secretKey}`,
      FACECOMPARE_DATA_DIR: dataDir,
      FACECOMPARE_PORT: '0',
      ...settings,
    },
    logFile: join(dataDir, 'service.log'),
  })
  const port = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += String(chunk)
      const found = /ready on http:\/\/[^\s;]*:(\d+);/.exec(text)?.[1]
      if (found) resolve(Number(found))
    })
    child.once('exit', (code) => reject(new Error(`The service ended with ${String(code)}.`)))
  })
  return { port, probe: () => ask<ProbeAnswer>(child, undefined), stop: () => stop(child, 'SIGTERM') }
}

export async function startBarePipeline(
  { workers, cacheDir, maxPixels, modelPack, effort }: Config,
  images: readonly string[],
): Promise<BarePipeline> {
  const child = start(BARE, [JSON.stringify({ workers, cacheDir, maxPixels, modelPack, effort }), ...images])
  await new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`The bare pipeline ended with ${String(code)}.`)))
  })
  return {
    together: (job) => ask<BareAnswer>(child, job),
    alone: async (seconds) => (await ask<{ readonly sumMs: readonly number[] }>(child, { alone: true, seconds })).sumMs,
    stop: () => stop(child),
  }
}

export function startLoadGenerator(): LoadGenerator {
  const child = start(LOAD, [])
  return { run: (job, onProgress) => ask<LoadAnswer>(child, job, onProgress), stop: () => stop(child) }
}

interface StartOptions {
  readonly execArgv?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Takes standard error; standard output is then read here. */
  readonly logFile?: string
}

function start(file: string, args: readonly string[], options: StartOptions = {}): ChildProcess {
  return fork(file, args, {
    // Not those of this process: the TypeScript loader is none of theirs.
    execArgv: [...(options.execArgv ?? [])],
    env: { ...process.env, NODE_OPTIONS: '', ...options.env },
    stdio: [
      'ignore',
      options.logFile ? 'pipe' : 'inherit',
      options.logFile ? openSync(options.logFile, 'a') : 'inherit',
      'ipc',
    ],
  })
}

let lastId = 0

/** Both sides of the channel are files of this folder, so that the shape of an answer is theirs to keep. */
function ask<T>(child: ChildProcess, job: object | undefined, onProgress?: (calls: number) => void): Promise<T> {
  lastId++
  const id = lastId
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      child.off('message', take).off('exit', lose)
      settle()
    }
    const lose = () => finish(() => reject(new Error('A process of the benchmark ended too early.')))
    const take = (message: { id?: number; answer?: T; failure?: string; progress?: number }) => {
      if (message.progress !== undefined) onProgress?.(message.progress)
      if (message.id !== id) return
      const { answer, failure } = message
      finish(() => (answer === undefined ? reject(new Error(failure)) : resolve(answer)))
    }
    child.on('message', take).once('exit', lose)
    child.send({ id, job })
  })
}

async function stop(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  if (signal) child.kill(signal)
  else child.disconnect()
  await ended
}
