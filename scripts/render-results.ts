/** The tables and plots of the documents that show what benchmarks found: `bench/results/*.json`, as the runs wrote them. */
import { existsSync, readFileSync } from 'node:fs'
import type { Bar as HttpBar, HttpResults } from '../bench/http-report.js'
import type { Bar as PeerBar } from '../bench/peer-bars.js'
import type { Setting } from '../bench/result-file.js'
import type { KindFigures, SharedFigures } from '../bench/scale-figures.js'
import type { SoakSummary } from '../bench/soak-report.js'

interface Contender {
  readonly pairMs: number
  readonly cpuMs: number
  readonly coldStartMs: number
  readonly peakMiB: number
  readonly photoPairMs: number
  readonly photoPeakMiB: number
}

interface StageFigures {
  readonly stageMs: Readonly<Record<'decode' | 'detect' | 'align' | 'embed', number>>
  readonly pairMs: number
  readonly imageCpuMs: number
  readonly floorCpuMs: number
  readonly shareInside: number
  readonly shareOfParts: number
}

/** What the files hold, by their names. */
interface Results {
  readonly peers: {
    readonly contenders: Readonly<Record<'fast' | 'default' | 'human' | 'faceApi', Contender>>
    readonly bars: readonly PeerBar[]
  }
  readonly stages: {
    readonly efforts: Readonly<Record<'fast' | 'default' | 'best', StageFigures>>
    readonly startMs: number
  }
  readonly roofline: {
    readonly side: number
    readonly peaks: Readonly<Record<'fp32' | 'int8', number>>
    readonly networks: readonly {
      readonly title: string
      readonly precision: 'fp32' | 'int8'
      readonly multiplyAdds: number
      readonly runMs: number
      readonly perSecond: number
      readonly shareOfRoof: number
    }[]
    readonly efforts: readonly {
      readonly effort: string
      readonly multiplyAddsOfPair: number
      readonly roofMsOfPair: number
      readonly runMsOfPair: number
    }[]
  }
  readonly scale: {
    readonly shared: readonly SharedFigures[]
    readonly kinds: readonly KindFigures[]
    readonly bars: readonly { readonly what: string; readonly value: number; readonly most: number }[]
  }
  readonly http: HttpResults & { readonly bars: readonly HttpBar[] }
  readonly soak: SoakSummary & { readonly problems: readonly string[] }
}

/** Boundary code: the benchmarks write these files, and nothing else does. */
function read<Name extends keyof Results>(name: Name): (Results[Name] & Setting) | undefined {
  const file = new URL(`../bench/results/${name}.json`, import.meta.url)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results[Name] & Setting) : undefined
}

/** What a block of a document shows, by its name: text between `<!-- NAME -->` and `<!-- end of NAME -->`. */
export const RESULT_BLOCKS = {
  peers: () => withResult('peers', renderPeers),
  stages: () => withResult('stages', renderStages),
  roofline: () => withResult('roofline', renderRoofline),
  'scale-sharing': () => withResult('scale', renderSharing),
  'scale-kinds': () => withResult('scale', renderKinds),
  http: () => withResult('http', renderHttp),
  soak: () => withResult('soak', renderSoak, 'npm run soak'),
} as const

/** Pictures of the documents, by their file in `docs/`. */
export const PLOTS = {
  'sharing.svg': () => drawnFrom('scale', ({ shared }) => drawSharing(shared)),
  'kinds.svg': () => drawnFrom('scale', ({ kinds }) => drawKinds(kinds)),
} as const

function withResult<Name extends keyof Results>(
  name: Name,
  render: (result: Results[Name] & Setting) => string,
  command = `npm run bench:${name}`,
): string {
  const result = read(name)
  if (!result) return `Not measured yet: \`${command}\`.`
  return `${render(result)}\n\n${describe(result)}`
}

function drawnFrom<Name extends keyof Results>(
  name: Name,
  draw: (result: Results[Name]) => string,
): string | undefined {
  const result = read(name)
  return result && draw(result)
}

function describe({ date, cpu, cpuCount, node, commit }: Setting): string {
  const of = commit ? `, commit ${commit.slice(0, 7)}` : ''
  return `Measured ${date.slice(0, 10)} on ${cpuCount} cores of an ${cpu}, shared with others, Node ${node}${of}.`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(heads), `|---|${'---:|'.repeat(heads.length - 1)}`, ...rows.map(line)].join('\n')
}

function renderPeers({ contenders }: Results['peers']): string {
  const { fast, default: standard, human, faceApi } = contenders
  const row = (name: string, figures: Contender) => [
    name,
    `${figures.pairMs.toFixed(0)} ms`,
    `${(figures.pairMs / standard.pairMs).toFixed(1)}`,
    `${figures.coldStartMs.toFixed(0)} ms`,
    `${figures.photoPairMs.toFixed(0)} ms`,
    `${figures.photoPeakMiB.toFixed(0)} MiB`,
  ]
  return table(
    ['one thread', 'pair of 250 px', 'times default', 'start to first score', 'pair of 12 MP', 'peak memory, 12 MP'],
    [
      row('facecompare, `fast`', fast),
      row('facecompare, `default`', standard),
      row('@vladmandic/human (wasm)', human),
      row('@vladmandic/face-api (wasm)', faceApi),
    ],
  )
}

function renderStages({ efforts, startMs }: Results['stages']): string {
  const rows = Object.entries(efforts).map(
    ([effort, { pairMs, stageMs, imageCpuMs, floorCpuMs, shareInside, shareOfParts }]) => [
      `\`${effort}\``,
      ...[pairMs, stageMs.decode, stageMs.detect, stageMs.align, stageMs.embed, imageCpuMs, floorCpuMs].map((ms) =>
        ms.toFixed(1),
      ),
      percent(shareInside),
      percent(shareOfParts),
    ],
  )
  const heads = [
    'effort',
    'pair, ms',
    'decode',
    'detect',
    'align',
    'embed',
    'processor ms an image',
    'bare runs',
    'inside of the runs',
    'facial parts',
  ]
  return `${table(heads, rows)}\n\nFrom start to ready with a warm model cache: ${startMs.toFixed(0)} ms.`
}

function renderRoofline({ side, peaks, networks, efforts }: Results['roofline']): string {
  const giga = (perSecond: number) => (perSecond / 1e9).toFixed(1)
  const roofs = (['fp32', 'int8'] as const).map((precision) => [
    `the roof: matrices of ${side} x ${side}, ${precision}`,
    (side ** 3 / 1e6).toFixed(0),
    ((1000 * side ** 3) / peaks[precision]).toFixed(1),
    giga(peaks[precision]),
    '',
  ])
  const rows = networks.map(({ title, precision, multiplyAdds, runMs, perSecond, shareOfRoof }) => [
    `${title}, ${precision}`,
    (multiplyAdds / 1e6).toFixed(0),
    runMs.toFixed(1),
    giga(perSecond),
    percent(shareOfRoof),
  ])
  const ofPairs = efforts.map(({ effort, multiplyAddsOfPair, roofMsOfPair, runMsOfPair }) => [
    `\`${effort}\``,
    (multiplyAddsOfPair / 1e6).toFixed(0),
    roofMsOfPair.toFixed(1),
    runMsOfPair.toFixed(1),
  ])
  return [
    table(['one core', 'million multiply-adds', 'ms', 'billion a second', 'of the roof'], [...roofs, ...rows]),
    table(['a pair of easy pictures', 'million multiply-adds', 'ms at the roof', 'ms in the runs'], ofPairs),
  ].join('\n\n')
}

function renderSharing({ shared }: Results['scale']): string {
  return table(
    ['processes x threads of one run', 'pairs a second', 'a pair alone, ms', 'peak memory, MiB'],
    shared.map(({ workers, intraOpThreads, pairsPerSecond, aloneMs, peakMiB }) => [
      `${workers} x ${intraOpThreads}`,
      pairsPerSecond.toFixed(1),
      aloneMs.toFixed(1),
      peakMiB.toFixed(0),
    ]),
  )
}

function renderKinds({ kinds, bars }: Results['scale']): string {
  const small = kinds[0]?.pairMs ?? Number.NaN
  const rows = kinds.map(({ name, kilobytes, pairMs, stageMs, score, peakMiB }) => [
    name,
    kilobytes.toFixed(0),
    pairMs.toFixed(0),
    (pairMs / small).toFixed(1),
    ...[stageMs.decodeMs, stageMs.detectMs, stageMs.alignMs, stageMs.embedMs].map((ms) => ms.toFixed(1)),
    score.toFixed(2),
    peakMiB.toFixed(0),
  ])
  const heads = ['pair of', 'kB', 'ms', 'times', 'decode', 'detect', 'align', 'embed', 'score', 'peak MiB']
  const verdicts = bars.map(({ what, value, most }) => `- ${what}: ${value.toFixed(2)} (at most ${most})`)
  return `${table(heads, rows)}\n\n${verdicts.join('\n')}`
}

function renderHttp(results: Results['http']): string {
  const { workers, serviceTimeMs, sweeps, saturation, oneClient, overloads, memory, bars } = results
  const loads = sweeps.flatMap(({ format, rows }) =>
    rows.map((f) => [
      format,
      String(f.connections),
      f.callsPerSecond.toFixed(1),
      ...[f.p50Ms, f.p95Ms, f.p99Ms].map((ms) => ms.toFixed(0)),
      percent(f.refused / (f.accepted + f.refused)),
      f.delayP99Ms.toFixed(1),
      f.rssMiB.toFixed(0),
    ]),
  )
  const heads = [
    'calls',
    'connections',
    'answered a second',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'refused',
    'loop p99 ms',
    'MiB',
  ]
  const lines = [
    ...saturation.map(
      ({ format, share }) => `- at saturation, ${format}: ${percent(share)} of the bare pipeline's pairs`,
    ),
    `- one client: a call takes ${percent(oneClient.share)} of A's time and B's together, ${serviceTimeMs.toFixed(0)} ms`,
    ...overloads.map(({ name, p99InServiceTimes, figures }) => {
      const refused = percent(figures.refused / (figures.accepted + figures.refused))
      return `- 64 connections that ${name}: p99 of the accepted is ${p99InServiceTimes.toFixed(1)} service times, ${refused} refused, half of those within ${figures.refusedP50Ms.toFixed(0)} ms`
    }),
    ...(memory
      ? [
          `- ${memory.calls} calls in a row: from ${memory.startMiB.toFixed(0)} to ${memory.endMiB.toFixed(0)} MiB, ${memory.slopeKiBPerThousandCalls.toFixed(0)} KiB a thousand calls over the second half`,
        ]
      : []),
  ]
  const missed = bars.filter(({ holds }) => !holds).map(({ what }) => what)
  const verdict = missed.length === 0 ? 'All bars of the benchmark hold.' : `Missed: ${missed.join('; ')}.`
  return `${workers} worker processes; pictures of 250 px; who is refused comes again when asked to.\n\n${table(heads, loads)}\n\n${lines.join('\n')}\n\n${verdict}`
}

function renderSoak(summary: Results['soak']): string {
  const { codes, memory, descriptors, loopDelayP99Ms, problems, seconds, calls, kinds, answersPerSecond, left } =
    summary
  const answers = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((sum, n) => sum + n, 0)
  const rows = Object.entries(codes).map(([nature, of]) => [
    `${nature} calls`,
    String(answers(of)),
    String(of[0] ?? 0),
    String(of[15] ?? 0),
    String(of[213] ?? 0),
    String(Object.keys(of).length),
  ])
  const grows = Object.entries(memory).map(([name, { startMiB, endMiB, kibPerThousandCalls }]) => {
    return `- memory of the ${name}: from ${startMiB.toFixed(0)} to ${endMiB.toFixed(0)} MiB, ${kibPerThousandCalls.toFixed(0)} KiB a thousand calls`
  })
  return [
    table(['', 'answered', 'with 0', 'with 15', 'with 213', 'different codes'], rows),
    [
      `- ${calls} calls of ${kinds} kinds in ${seconds.toFixed(0)} s, ${answersPerSecond.toFixed(1)} answers a second; ${left} clients left before their answer`,
      ...grows,
      `- file descriptors: ${descriptors.before} before, at most ${descriptors.most}, ${descriptors.after} after`,
      `- event-loop delay p99 over 2 s: median ${loopDelayP99Ms.median.toFixed(0)} ms, at most ${loopDelayP99Ms.most.toFixed(0)} ms`,
    ].join('\n'),
    problems.length === 0 ? 'Nothing was wrong.' : `Wrong: ${problems.join(' ')}`,
  ].join('\n\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}

/** Bars from left to right, each with its value, in colours that dark and light pages carry. */
function drawBars(
  title: string,
  bars: readonly { readonly label: string; readonly parts: readonly number[] }[],
  legend: readonly string[],
  unit: string,
): string {
  const height = 26
  const left = 190
  const width = 640
  const top = 44
  const total = ({ parts }: { readonly parts: readonly number[] }) => parts.reduce((sum, value) => sum + value, 0)
  const longest = Math.max(...bars.map(total))
  const perUnit = (width - left - 80) / longest
  const rows = bars.map((bar, i) => {
    const y = top + i * height
    let x = left
    const pieces = bar.parts.map((value, part) => {
      const piece = `<rect x="${x.toFixed(1)}" y="${y}" width="${(value * perUnit).toFixed(1)}" height="16" fill="${COLOURS[part % COLOURS.length]}"/>`
      x += value * perUnit
      return piece
    })
    const label = `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${bar.label}</text>`
    return `${label}${pieces.join('')}<text x="${(x + 6).toFixed(1)}" y="${y + 12}">${total(bar).toFixed(total(bar) < 20 ? 1 : 0)} ${unit}</text>`
  })
  const keys = legend.map(
    (name, i) =>
      `<rect x="${left + i * 90}" y="24" width="10" height="10" fill="${COLOURS[i % COLOURS.length]}"/><text x="${left + i * 90 + 15}" y="33">${name}</text>`,
  )
  const bottom = top + bars.length * height + 6
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom}" width="${width}" height="${bottom}" role="img" aria-label="${title}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${bottom}" fill="#fff"/>`,
    `<text x="8" y="15" font-weight="bold">${title}</text>`,
    ...keys,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}

const COLOURS = ['#3b6ea8', '#d98c3a', '#5f9e6e', '#8d6aa8'] as const

function drawSharing(shared: readonly SharedFigures[]): string {
  const bars = shared.map(({ workers, intraOpThreads, pairsPerSecond }) => ({
    label: `${workers} x ${intraOpThreads}`,
    parts: [pairsPerSecond],
  }))
  return drawBars('Pairs a second by processes x threads of one run', bars, [], 'pairs/s')
}

function drawKinds(kinds: readonly KindFigures[]): string {
  const bars = kinds.map(({ name, stageMs }) => ({
    label: name,
    parts: [stageMs.decodeMs, stageMs.detectMs, stageMs.alignMs, stageMs.embedMs],
  }))
  return drawBars('Time of a pair in one thread, ms', bars, ['decode', 'detect', 'align', 'embed'], 'ms')
}
