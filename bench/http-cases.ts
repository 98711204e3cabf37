import { median, type Point, quantile, slope } from './figures.js'
import type {
  BareAnswer,
  BarePipeline,
  LoadAnswer,
  LoadGenerator,
  LoadJob,
  ProbeAnswer,
  Service,
} from './http-processes.js'
import { DOORS, type Door, FORMATS, type Format } from './http-requests.js'

/** What is measured with: three processes, and whole requests in files. */
export interface Bench {
  readonly service: Service
  readonly bare: BarePipeline
  readonly load: LoadGenerator
  readonly workers: number
  readonly requestFiles: Readonly<Record<Format, string>>
  /** The same as JSON, with pictures of a camera's size. */
  readonly largeRequestFile: string
  /** Writes the request of a door anew, because it gets old, and tells the file. */
  readonly writeDoorRequest: (door: Door) => Promise<string>
  /** Seconds of one measurement. */
  readonly seconds: number
  readonly rounds: number
}

/** One measurement of the service under load. */
export interface LoadFigures {
  readonly connections: number
  readonly callsPerSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly refused: number
  readonly refusedP50Ms: number
  readonly refusedP99Ms: number
  readonly withoutRetryAfter: number
  readonly accepted: number
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
  readonly rssMiB: number
  /** Processor time of the service and of the load generator for each answer. */
  readonly serviceCpuMsPerAnswer: number
  readonly loadCpuMsPerAnswer: number
}

export interface Sweep {
  readonly format: Format
  readonly rows: readonly LoadFigures[]
}

/** Calls a second at saturation, a round each. */
export interface Saturation {
  readonly format: Format
  readonly barePairsPerSecond: readonly number[]
  readonly callsPerSecond: readonly number[]
  /** Median of the rounds' shares. */
  readonly share: number
  readonly bareCpuMsPerPair: number
  readonly figures: LoadFigures
}

/** Calls over a door at saturation, in turns with the same calls over the first wire, as JSON as well. */
export interface DoorFigures {
  readonly door: Door
  readonly callsPerSecond: readonly number[]
  readonly firstWireCallsPerSecond: readonly number[]
  /** How long a call takes over the door, in times of the first wire: median of the rounds. */
  readonly cost: number
  readonly figures: LoadFigures
}

export interface OneClient {
  /** Median of A's analysis and then B's, one after the other. */
  readonly sumMs: number
  readonly latencyMs: number
  readonly shares: readonly number[]
  readonly share: number
}

export interface Overload {
  readonly name: string
  readonly figures: LoadFigures
  /** p99 of the accepted calls, in latencies of one call alone. */
  readonly p99InServiceTimes: number
}

export interface Memory {
  readonly calls: number
  /** Answers without a similarity, and the first of them. */
  readonly wrong: number
  readonly firstWrong?: string
  readonly seconds: number
  readonly startMiB: number
  readonly endMiB: number
  /** Of the resident memory, over the second half of the calls. */
  readonly slopeKiBPerThousandCalls: number
  readonly heapSlopeKiBPerThousandCalls: number
  readonly samples: readonly { readonly calls: number; readonly rssMiB: number; readonly heapMiB: number }[]
}

const CONNECTIONS = [1, 2, 4, 8, 16, 32, 64] as const
const MOST_CONNECTIONS = 64
/** What a refusal asks for. */
const RETRY_AFTER_MS = 1000
const MEBIBYTE = 1024 * 1024

/** So many calls at once leave no thread without work, and all of them find room: one image in work and two waiting for each. */
function saturatingConnections(workers: number): number {
  return Math.max(1, Math.floor((3 * workers) / 2))
}

/** From one connection to 64; those that are refused come again when they were asked to. */
export async function measureSweep(bench: Bench, format: Format): Promise<Sweep> {
  const rows: LoadFigures[] = []
  for (const connections of CONNECTIONS) {
    rows.push(await measureLoad(bench, { ...jobOf(bench, format, connections), pauseMs: RETRY_AFTER_MS }))
  }
  return { format, rows }
}

/** The service and the bare pipeline in turns. */
export async function measureSaturation(bench: Bench): Promise<readonly Saturation[]> {
  const lanes = saturatingConnections(bench.workers)
  const bare: BareAnswer[] = []
  const loads: Record<Format, LoadFigures[]> = { multipart: [], json: [] }
  for (let round = 0; round < bench.rounds; round++) {
    bare.push(await bench.bare.together({ seconds: bench.seconds, lanes }))
    for (const format of FORMATS) loads[format].push(await measureLoad(bench, jobOf(bench, format, lanes)))
  }
  const barePairsPerSecond = bare.map(({ pairs, elapsedMs }) => (pairs / elapsedMs) * 1000)
  return FORMATS.map((format) => {
    const callsPerSecond = loads[format].map((figures) => figures.callsPerSecond)
    return {
      format,
      barePairsPerSecond,
      callsPerSecond,
      share: median(callsPerSecond.map((rate, round) => rate / (barePairsPerSecond[round] ?? Number.NaN))),
      bareCpuMsPerPair: median(bare.map(({ cpuMs, pairs }) => cpuMs / pairs)),
      figures: medianRound(loads[format]),
    }
  })
}

/** The doors and the first wire in turns, with the same pictures. */
export async function measureDoors(bench: Bench): Promise<readonly DoorFigures[]> {
  const lanes = saturatingConnections(bench.workers)
  const firstWire: LoadFigures[] = []
  const loads: Record<Door, LoadFigures[]> = { rekognition: [], iai: [] }
  for (let round = 0; round < bench.rounds; round++) {
    const job = jobOf(bench, 'json', lanes)
    firstWire.push(await measureLoad(bench, job))
    for (const door of DOORS) {
      loads[door].push(await measureLoad(bench, { ...job, files: [await bench.writeDoorRequest(door)] }))
    }
  }
  const firstWireCallsPerSecond = firstWire.map(({ callsPerSecond }) => callsPerSecond)
  return DOORS.map((door) => {
    const callsPerSecond = loads[door].map((figures) => figures.callsPerSecond)
    const costs = callsPerSecond.map((rate, round) => (firstWireCallsPerSecond[round] ?? Number.NaN) / rate)
    return { door, callsPerSecond, firstWireCallsPerSecond, cost: median(costs), figures: medianRound(loads[door]) }
  })
}

/** One client's latency against the time that its two images take one after the other. */
export async function measureOneClient(bench: Bench): Promise<OneClient> {
  const rounds: { readonly sumMs: number; readonly latencyMs: number }[] = []
  for (let round = 0; round < bench.rounds; round++) {
    const sumMs = median(await bench.bare.alone(bench.seconds / 2))
    const { p50Ms } = await measureLoad(bench, { ...jobOf(bench, 'multipart', 1), seconds: bench.seconds / 2 })
    rounds.push({ sumMs, latencyMs: p50Ms })
  }
  const shares = rounds.map(({ sumMs, latencyMs }) => latencyMs / sumMs)
  return {
    sumMs: median(rounds.map(({ sumMs }) => sumMs)),
    latencyMs: median(rounds.map(({ latencyMs }) => latencyMs)),
    shares,
    share: median(shares),
  }
}

/** Far more calls than can be answered: from clients that come again when they were asked to, and from rude ones. */
export async function measureOverload(bench: Bench, serviceTimeMs: number): Promise<readonly Overload[]> {
  const overloads: Overload[] = []
  for (const [name, pauseMs] of [
    ['come again after Retry-After', RETRY_AFTER_MS],
    ['come again after 100 ms', 100],
    ['come again at once', 0],
  ] as const) {
    const job = { ...jobOf(bench, 'multipart', MOST_CONNECTIONS), seconds: 2 * bench.seconds, pauseMs }
    const figures = await measureLoad(bench, job)
    overloads.push({ name, figures, p99InServiceTimes: figures.p99Ms / serviceTimeMs })
  }
  return overloads
}

/** Large pictures in JSON, the most work for the event loop that usual clients make. */
export function measureLargeJson(bench: Bench): Promise<LoadFigures> {
  const job = jobOf(bench, 'json', saturatingConnections(bench.workers))
  return measureLoad(bench, { ...job, files: [bench.largeRequestFile], seconds: 2 * bench.seconds })
}

/** Resident memory over many calls in both formats. */
export async function measureMemory(bench: Bench, calls: number): Promise<Memory> {
  const samples: { readonly calls: number; readonly rssMiB: number; readonly heapMiB: number }[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  const sample = async (done: number) => {
    const { rssBytes, heapBytes } = await bench.service.probe()
    samples.push({ calls: done, rssMiB: round(rssBytes / MEBIBYTE, 2), heapMiB: round(heapBytes / MEBIBYTE, 2) })
  }
  const job = jobOf(bench, 'multipart', saturatingConnections(bench.workers))
  const { seconds: _, ...endless } = job
  const answer = await bench.load.run(
    { ...endless, files: FORMATS.map((format) => bench.requestFiles[format]), calls, progress: true },
    (done) => {
      if (performance.now() - lastMs < 1000) return
      lastMs = performance.now()
      void sample(done)
    },
  )
  const late = samples.filter((s) => s.calls >= calls / 2)
  const slopeOf = (read: (s: (typeof samples)[number]) => number) =>
    slope(late.map((s): Point => ({ x: s.calls / 1000, y: read(s) * 1024 })))
  return {
    calls,
    wrong: answer.wrong.length,
    ...(answer.wrong[0] === undefined ? {} : { firstWrong: answer.wrong[0] }),
    seconds: round(answer.elapsedMs / 1000, 1),
    startMiB: samples[0]?.rssMiB ?? Number.NaN,
    endMiB: samples.at(-1)?.rssMiB ?? Number.NaN,
    slopeKiBPerThousandCalls: slopeOf((s) => s.rssMiB),
    heapSlopeKiBPerThousandCalls: slopeOf((s) => s.heapMiB),
    samples,
  }
}

/** Both sides at work before anything is measured. */
export async function warmUp(bench: Bench): Promise<void> {
  const lanes = saturatingConnections(bench.workers)
  await bench.bare.together({ seconds: bench.seconds / 2, lanes })
  for (const format of FORMATS) {
    await measureLoad(bench, { ...jobOf(bench, format, lanes), seconds: bench.seconds / 2 })
  }
}

/** The figures of the round in the middle. */
function medianRound(rounds: readonly LoadFigures[]): LoadFigures {
  const rate = quantile(
    rounds.map(({ callsPerSecond }) => callsPerSecond),
    0.5,
  )
  const middle = rounds.find(({ callsPerSecond }) => callsPerSecond === rate)
  if (!middle) throw new RangeError('Expected at least one round')
  return middle
}

function jobOf({ service, requestFiles, seconds }: Bench, format: Format, connections: number): LoadJob {
  return { port: service.port, files: [requestFiles[format]], connections, seconds }
}

async function measureLoad({ service, load }: Bench, job: LoadJob): Promise<LoadFigures> {
  const before = await service.probe()
  const answer = await load.run(job)
  requireRight(answer)
  return toFigures(job.connections, answer, before, await service.probe())
}

function requireRight({ wrong }: LoadAnswer): void {
  if (wrong.length > 0) throw new Error(`Expected a similarity or a refusal but received ${wrong[0]}`)
}

function toFigures(connections: number, load: LoadAnswer, before: ProbeAnswer, after: ProbeAnswer): LoadFigures {
  const { acceptedMs, refusedMs, withoutRetryAfter, elapsedMs } = load
  const answers = acceptedMs.length + refusedMs.length
  return {
    connections,
    callsPerSecond: (acceptedMs.length / elapsedMs) * 1000,
    p50Ms: quantile(acceptedMs, 0.5),
    p95Ms: quantile(acceptedMs, 0.95),
    p99Ms: quantile(acceptedMs, 0.99),
    accepted: acceptedMs.length,
    refused: refusedMs.length,
    refusedP50Ms: quantile(refusedMs, 0.5),
    refusedP99Ms: quantile(refusedMs, 0.99),
    withoutRetryAfter,
    delayP50Ms: after.delayP50Ms,
    delayP99Ms: after.delayP99Ms,
    delayMaxMs: after.delayMaxMs,
    rssMiB: after.rssBytes / MEBIBYTE,
    serviceCpuMsPerAnswer: (after.cpuMs - before.cpuMs) / answers,
    loadCpuMsPerAnswer: load.cpuMs / answers,
  }
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
