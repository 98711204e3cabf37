/** What a soak found: growth over time, the verdict, and its text. Pure. */
import { ERRORS } from '../src/errors.js'
import { formatTable, median, slope } from './figures.js'
import { NATURES, OK } from './soak-kinds.js'
import type { Ending } from './soak-site.js'
import { countCodes, type Tally } from './soak-tally.js'
import type { Sample } from './soak-watch.js'

export interface Growth {
  /** Memory at the end of the warm-up and at the end, medians of a few looks, MiB. */
  readonly startMiB: number
  readonly endMiB: number
  /** By least squares over all looks after the warm-up. */
  readonly kibPerThousandCalls: number
}

export interface SoakRun {
  readonly seconds: number
  readonly tally: Tally
  /** In the order of time. */
  readonly samples: readonly Sample[]
  /** Before the load and after it, when nothing is under way. */
  readonly restBefore: Sample
  readonly restAfter: Sample
  readonly ending: Ending
  /** The codes that some call must have been answered with. */
  readonly wantedCodes: readonly number[]
}

/** The first part of a run, in which caches and allocators fill. */
const WARM_UP = 1 / 3
const LOOKS_AT_THE_ENDS = 5
/**
 * A call that loses a hundredth of a picture of 250 x 250 pixels loses 2 MiB in a thousand calls. What the allocators do with
 * large pictures makes the line waver: as long as all of the growth is within that, it is not told from it.
 */
const MOST_SLOPE_KIB = 2048
const WAVER_MIB = 64
/** Timers of kept connections and the pools of clients may leave a few for a moment; a leak leaves one a call. */
const MOST_DESCRIPTORS_LEFT = 8

export function growthOf(samples: readonly Sample[], read: (sample: Sample) => number): Growth {
  const last = samples.at(-1)?.seconds ?? 0
  const late = samples.filter(({ seconds }) => seconds >= last * WARM_UP)
  const values = late.map(read)
  return {
    startMiB: median(values.slice(0, LOOKS_AT_THE_ENDS)) / 1024,
    endMiB: median(values.slice(-LOOKS_AT_THE_ENDS)) / 1024,
    kibPerThousandCalls: slope(late.map((sample) => ({ x: sample.calls / 1000, y: read(sample) }))),
  }
}

export function isLeak({ startMiB, endMiB, kibPerThousandCalls }: Growth): boolean {
  return kibPerThousandCalls > MOST_SLOPE_KIB && endMiB - startMiB > WAVER_MIB
}

const MEMORIES = {
  service: (sample: Sample) => sample.serviceKiB,
  workers: (sample: Sample) => sample.workersKiB,
} as const

/** One plain sentence for everything that is wrong; none when the service has stood the test. */
export function judge(run: SoakRun): readonly string[] {
  const { tally, restBefore, restAfter, ending, samples, wantedCodes } = run
  const codes = countCodes(tally)
  const missing = wantedCodes.filter((code) => !codes.has(code))
  const answeredOk = codes.get(OK) ?? 0
  const recordedOk = ending.usage.filter(({ code }) => code === OK).reduce((sum, { calls }) => sum + calls, 0)
  const left = (what: string, before: number, after: number, most: number) =>
    after - before > most ? [`${what}: ${before} before the load, ${after} after it.`] : []
  return [
    ...troubles('calls without an answer', tally.unanswered),
    ...troubles('answers that were not to come', tally.unexpected),
    ...count('answers of code 213', codes.get(ERRORS.INTERNAL.code) ?? 0),
    ...count('worker processes that were lost', restAfter.workerLosses),
    ...(missing.length > 0 ? [`No call was answered with the code ${missing.join(', ')}.`] : []),
    ...Object.entries(MEMORIES).flatMap(([name, read]) => {
      const growth = growthOf(samples, read)
      return isLeak(growth) ? [`The memory of the ${name} grows: ${describeGrowth(growth)}.`] : []
    }),
    ...left('File descriptors of the service', restBefore.descriptors, restAfter.descriptors, MOST_DESCRIPTORS_LEFT),
    ...left(
      'File descriptors of the workers',
      restBefore.workerDescriptors,
      restAfter.workerDescriptors,
      MOST_DESCRIPTORS_LEFT,
    ),
    ...left('Images under way', 0, restAfter.busyImages, 0),
    ...left('Bytes of uploads in memory', 0, restAfter.uploadBytes, 0),
    ...(recordedOk < answeredOk ? [`${answeredOk} calls were answered with 0, but ${recordedOk} recorded.`] : []),
    ...ending.loggedErrors.slice(0, 3).map((line) => `The service logged an error: ${line}`),
    ...(ending.exitCode === 0 ? [] : [`The service ended with ${String(ending.exitCode)} instead of 0.`]),
  ]
}

function troubles(what: string, { count: calls, examples }: Tally['unanswered']): readonly string[] {
  return calls === 0 ? [] : [`${calls} ${what}: ${examples.join('; ')}.`]
}

function count(what: string, number: number): readonly string[] {
  return number === 0 ? [] : [`${number} ${what}.`]
}

/** What is kept in the file of results. */
export function summarise(run: SoakRun) {
  const { tally, samples, seconds, restBefore, restAfter } = run
  const delays = samples.map(({ loopDelayMs }) => loopDelayMs)
  return {
    seconds,
    calls: tally.calls,
    answersPerSecond: tally.answered / seconds,
    unanswered: tally.unanswered.count,
    unexpected: tally.unexpected.count,
    codes: Object.fromEntries(
      NATURES.map((nature) => [nature, Object.fromEntries(sorted(countCodes(tally, nature)))] as const),
    ),
    left: [...tally.kinds.values()].reduce((sum, { left }) => sum + left, 0),
    kinds: tally.kinds.size,
    memory: { service: growthOf(samples, MEMORIES.service), workers: growthOf(samples, MEMORIES.workers) },
    descriptors: {
      before: restBefore.descriptors,
      most: Math.max(...samples.map(({ descriptors }) => descriptors)),
      after: restAfter.descriptors,
    },
    loopDelayP99Ms: { median: median(delays), most: Math.max(...delays) },
    workerLosses: restAfter.workerLosses,
  }
}

export type SoakSummary = ReturnType<typeof summarise>

/** The most frequent first. */
function sorted(codes: ReadonlyMap<number, number>) {
  return [...codes].sort(([, a], [, b]) => b - a)
}

export function describeKinds({ kinds }: Tally): string {
  return formatTable([
    ['kind of call', 'calls', 'answers by code'],
    ...[...kinds]
      .toSorted(([, a], [, b]) => NATURES.indexOf(a.nature) - NATURES.indexOf(b.nature))
      .map(([name, { nature, calls, left, codes }]) => [
        `${nature}: ${name}`,
        String(calls),
        [...sorted(codes).map(([code, n]) => `${code}: ${n}`), ...(left > 0 ? [`left: ${left}`] : [])].join(', '),
      ]),
  ])
}

export function describeSummary(summary: SoakSummary): string {
  const { calls, seconds, answersPerSecond, kinds, memory, descriptors, loopDelayP99Ms, left } = summary
  return [
    `${calls} calls of ${kinds} kinds in ${seconds.toFixed(0)} s, ${answersPerSecond.toFixed(1)} answers a second; ${left} clients left`,
    ...Object.entries(memory).map(([name, growth]) => `memory of the ${name}: ${describeGrowth(growth)}`),
    `file descriptors: ${descriptors.before} before, ${descriptors.most} at most, ${descriptors.after} after`,
    `event-loop delay p99: median ${loopDelayP99Ms.median.toFixed(1)} ms, at most ${loopDelayP99Ms.most.toFixed(1)} ms`,
  ].join('\n')
}

function describeGrowth({ startMiB, endMiB, kibPerThousandCalls }: Growth): string {
  return `from ${startMiB.toFixed(0)} to ${endMiB.toFixed(0)} MiB, ${kibPerThousandCalls.toFixed(0)} KiB a thousand calls`
}
