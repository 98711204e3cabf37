import { formatTable } from './figures.js'
import type { DoorFigures, LoadFigures, Memory, OneClient, Overload, Saturation, Sweep } from './http-cases.js'

export interface HttpResults {
  readonly workers: number
  /** Latency of one call with one client, p50. */
  readonly serviceTimeMs: number
  readonly sweeps: readonly Sweep[]
  readonly saturation: readonly Saturation[]
  readonly doors: readonly DoorFigures[]
  readonly largeJson: LoadFigures
  readonly oneClient: OneClient
  readonly overloads: readonly Overload[]
  /** Absent when no calls were asked for. */
  readonly memory?: Memory
}

export interface Bar {
  readonly what: string
  readonly value: number
  readonly limit: number
  readonly holds: boolean
}

const LEAST_SHARE_OF_BARE = 0.85
const MOST_DOOR_COST = 1.1
const MOST_DELAY_P99_MS = 20
const MOST_SHARE_OF_SUM = 0.65
const MOST_SERVICE_TIMES = 10
/** Less than a tenth of a picture in each call; the allocators alone make it waver by some hundred. */
const MOST_SLOPE_KIB = 1000

export function judge(results: HttpResults): readonly Bar[] {
  const { saturation, doors, oneClient, overloads, largeJson, memory } = results
  return [
    ...saturation.map((s) => atLeast(`calls a second over bare pairs, ${s.format}`, s.share, LEAST_SHARE_OF_BARE)),
    ...doors.map((d) => atMost(`a call over the door ${d.door}, in times of the first wire`, d.cost, MOST_DOOR_COST)),
    ...saturation.map((s) =>
      atMost(`event-loop delay p99 at saturation, ${s.format}, ms`, s.figures.delayP99Ms, MOST_DELAY_P99_MS),
    ),
    atMost('event-loop delay p99, large pictures in JSON, ms', largeJson.delayP99Ms, MOST_DELAY_P99_MS),
    // With one thread there is nothing to run side by side.
    ...(results.workers > 1
      ? [atMost('one client: latency over the sum of both images', oneClient.share, MOST_SHARE_OF_SUM)]
      : []),
    ...overloads.map((o) =>
      atMost(
        `64 connections, ${o.name}: p99 of the accepted in service times`,
        o.p99InServiceTimes,
        MOST_SERVICE_TIMES,
      ),
    ),
    atMost(
      'refusals without Retry-After',
      overloads.reduce((sum, o) => sum + o.figures.withoutRetryAfter, 0),
      0,
    ),
    ...(memory
      ? [atMost('resident memory, KiB a thousand calls', memory.slopeKiBPerThousandCalls, MOST_SLOPE_KIB)]
      : []),
  ]
}

function atLeast(what: string, value: number, limit: number): Bar {
  return { what, value, limit, holds: value >= limit }
}

function atMost(what: string, value: number, limit: number): Bar {
  return { what, value, limit, holds: value <= limit }
}

/** What was measured, but for the memory, as text. */
export function describeResults(results: HttpResults): string {
  const { sweeps, saturation, doors, oneClient, overloads } = results
  const sections = [
    ...sweeps.map(({ format, rows }) => [
      `${format}, 250 px; who is refused comes again after Retry-After`,
      loadTable(rows),
    ]),
    [
      'at saturation',
      formatTable([
        ['', 'bare pairs/s', 'calls/s', 'share', 'CPU ms/pair bare', 'CPU ms/call', 'load CPU ms/call'],
        ...saturation.map((s) => [
          s.format,
          range(s.barePairsPerSecond),
          range(s.callsPerSecond),
          percent(s.share),
          s.bareCpuMsPerPair.toFixed(1),
          s.figures.serviceCpuMsPerAnswer.toFixed(1),
          s.figures.loadCpuMsPerAnswer.toFixed(2),
        ]),
      ]),
    ],
    [
      'over the doors, at saturation',
      formatTable([
        ['', 'calls/s', 'of the first wire', 'cost', 'CPU ms/call'],
        ...doors.map((d) => [
          d.door,
          range(d.callsPerSecond),
          range(d.firstWireCallsPerSecond),
          percent(d.cost),
          d.figures.serviceCpuMsPerAnswer.toFixed(1),
        ]),
      ]),
    ],
    ['large pictures (1600 px) in JSON', loadTable([results.largeJson])],
    [
      'one client',
      `A and then B ${oneClient.sumMs.toFixed(1)} ms, a call ${oneClient.latencyMs.toFixed(1)} ms: ${percent(oneClient.share)}`,
    ],
    ...overloads.map(({ name, figures, p99InServiceTimes }) => [
      `overload, those refused ${name}: p99 is ${p99InServiceTimes.toFixed(1)} service times of ${results.serviceTimeMs.toFixed(1)} ms`,
      loadTable([figures]),
    ]),
  ]
  return sections.map(([title, text]) => `${title}\n${text}\n`).join('\n')
}

export function describeBars(bars: readonly Bar[]): string {
  const rows = bars.map((b) => [b.what, b.value.toFixed(2), b.limit.toFixed(2), b.holds ? 'pass' : 'FAIL'])
  return `bars\n${formatTable([['', 'measured', 'bar', ''], ...rows])}`
}

function loadTable(rows: readonly LoadFigures[]): string {
  return formatTable([
    [
      'connections',
      'calls/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'refused',
      'their p50',
      'p99 ms',
      'loop p50 ms',
      'p99 ms',
      'max ms',
      'RSS MiB',
    ],
    ...rows.map((f) => [
      String(f.connections),
      ...[f.callsPerSecond, f.p50Ms, f.p95Ms, f.p99Ms].map((v) => v.toFixed(1)),
      percent(f.refused / (f.accepted + f.refused)),
      ...(f.refused > 0 ? [f.refusedP50Ms, f.refusedP99Ms].map((v) => v.toFixed(1)) : ['', '']),
      ...[f.delayP50Ms, f.delayP99Ms, f.delayMaxMs].map((v) => v.toFixed(1)),
      f.rssMiB.toFixed(0),
    ]),
  ])
}

export function describeMemory(m: Memory): string {
  return (
    `memory\n${m.calls} calls in ${m.seconds} s: from ${m.startMiB} to ${m.endMiB} MiB; over the second half ` +
    `${m.slopeKiBPerThousandCalls.toFixed(0)} KiB a thousand calls (JavaScript's heap: ${m.heapSlopeKiBPerThousandCalls.toFixed(0)})\n`
  )
}

function range(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(1)}-${Math.max(...values).toFixed(1)}`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
