/** The three processes of http.ts and enrol.ts: the service as it is built, the same pipeline without HTTP, and the load. */
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PoolOptions } from '../src/worker/pool.js'
import { ask, readiness, start, stop } from './child-process.js'
import { BENCH_APP } from './http-requests.js'

/** What the probe inside the service tells: of the event loop since it was last asked, the rest of all its processes. */
export interface ProbeAnswer {
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  readonly cpuMs: number
  /** Of the service's process alone, without those that look at pictures. */
  readonly ownCpuMs: number
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
  /** Of the answers to detect, newperson and addface: how many were found or enrolled. */
  readonly faces: number
  readonly refusedMs: readonly number[]
  /** Answers with neither a similarity nor faces that are no refusal of code 15, each as its status and its body. */
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
  /** The most memory that the process has had at once, resident. */
  readonly peakMiB: number
}

export interface FacesAnswer {
  readonly faces: number
  readonly elapsedMs: number
  readonly cpuMs: number
}

export interface Service {
  readonly port: number
  readonly child: ChildProcess
  readonly probe: () => Promise<ProbeAnswer>
  readonly stop: () => Promise<void>
}

export interface BarePipeline {
  readonly together: (job: { readonly seconds: number; readonly lanes: number }) => Promise<BareAnswer>
  readonly alone: (seconds: number) => Promise<readonly number[]>
  /** Files of pictures, each once: what an enrolment asks of the most prominent face of each. */
  readonly faces: (job: { readonly files: readonly string[]; readonly lanes: number }) => Promise<FacesAnswer>
  readonly stop: () => Promise<void>
}

export interface LoadGenerator {
  readonly run: (job: LoadJob, onProgress?: (calls: number) => void) => Promise<LoadAnswer>
  readonly stop: () => Promise<void>
}

export type PipelineOptions = Pick<PoolOptions, 'workers' | 'maxPixels' | 'modelPack' | 'intraOpThreads'>

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
  return { port, child, probe: () => ask<ProbeAnswer>(child, undefined), stop: () => stop(child, 'SIGTERM') }
}

/** The pool of processes without HTTP; `images` are the files of A and B, which `faces` does without. */
export async function startBarePipeline(
  { workers, maxPixels, modelPack, intraOpThreads }: PipelineOptions,
  images: readonly string[] = [],
): Promise<BarePipeline> {
  const options = { workers, maxPixels, modelPack, intraOpThreads }
  const child = start(BARE, [JSON.stringify(options), ...images])
  await readiness(child)
  return {
    together: (job) => ask<BareAnswer>(child, job),
    faces: (job) => ask<FacesAnswer>(child, job),
    alone: async (seconds) => (await ask<{ readonly sumMs: readonly number[] }>(child, { alone: true, seconds })).sumMs,
    stop: () => stop(child),
  }
}

export function startLoadGenerator(): LoadGenerator {
  const child = start(LOAD, [])
  return { run: (job, onProgress) => ask<LoadAnswer>(child, job, onProgress), stop: () => stop(child) }
}
