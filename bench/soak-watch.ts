/** What the service takes while it runs: memory and file descriptors by /proc, where there is one, the rest by its metrics. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Site } from './soak-site.js'

/** One look at the service. */
export interface Sample {
  readonly seconds: number
  /** Answers until then. */
  readonly calls: number
  /** Resident memory of the service's own process, KiB. */
  readonly serviceKiB: number
  /** Of its worker processes together; NaN where /proc does not tell. */
  readonly workersKiB: number
  /** Open file descriptors of the service and of its workers; NaN where /proc does not tell. */
  readonly descriptors: number
  readonly workerDescriptors: number
  /** Delay of the event loop since the last look, p99, ms. */
  readonly loopDelayMs: number
  readonly workerLosses: number
  /** Images that wait or are worked on, and bytes of uploads in memory. */
  readonly busyImages: number
  readonly uploadBytes: number
}

export async function look({ pid, readMetrics }: Site, seconds: number, calls: number): Promise<Sample> {
  const read = metricReader(await readMetrics())
  const workers = childrenOf(pid)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    seconds,
    calls,
    serviceKiB: read('process_resident_memory_bytes') / 1024,
    workersKiB: workers ? sum(workers.map(residentKiB)) : Number.NaN,
    descriptors: countDescriptors(pid),
    workerDescriptors: workers ? sum(workers.map(countDescriptors)) : Number.NaN,
    loopDelayMs: 1000 * read('nodejs_eventloop_lag_p99_seconds'),
    workerLosses: read('facecompare_worker_losses_total'),
    busyImages: read('facecompare_queue_images') + read('facecompare_running_images'),
    uploadBytes: read('facecompare_upload_memory_bytes'),
  }
}

function metricReader(text: string): (name: string) => number {
  return (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN)
}

function childrenOf(pid: number): readonly number[] | undefined {
  const text = readProc(`/proc/${pid}/task/${pid}/children`)
  return text?.split(' ').flatMap((id) => (id.trim() === '' ? [] : [Number(id)]))
}

/** 0 of a process that has just ended. */
function residentKiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1] ?? 0)
}

function countDescriptors(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return Number.NaN
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
