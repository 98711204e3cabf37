/** The tables and plots of the documents that show what benchmarks found: `bench/results/*.json`, as the runs wrote them. */

import { existsSync, readFileSync } from 'node:fs'
import type { AttributeResults } from '../bench/attribute-report.js'
import type { Certainty } from '../bench/certainty-figures.js'
import { formatMarkdownTable as table } from '../bench/figures.js'
import type { PackGroups } from '../bench/group-figures.js'
import type { Bar as HttpBar, HttpResults } from '../bench/http-report.js'
import type { Bar as PeerBar } from '../bench/peer-bars.js'
import type { QualityMeasured } from '../bench/quality-report.js'
import type { Setting } from '../bench/result-file.js'
import type { KindFigures, SharedFigures } from '../bench/scale-figures.js'
import type { SearchBar, SearchFigures, VectorFigures } from '../bench/search-figures.js'
import type { SoakSummary } from '../bench/soak-report.js'
import { drawKinds, drawSharing } from './draw-plots.js'
import { renderAttributes } from './render-attributes.js'
import { renderCertainty } from './render-certainty.js'
import { type EnrolmentResults, renderEnrolment } from './render-enrolment.js'
import { renderGroups, renderPeople, renderStrangers } from './render-groups.js'
import { renderQuality } from './render-quality.js'
import { renderNeeds, renderSearch, renderVectors } from './render-search.js'
import { type Language, WORDS, type Words } from './result-words.js'

interface Contender {
  readonly pairMs: number
  readonly cpuMs: number
  readonly coldStartMs: number
  readonly peakMiB: number
  readonly photoPairMs: number
  readonly photoPeakMiB: number
}

interface Runs {
  readonly multiplyAdds: number
  readonly runMs: number
}

/** What the files hold, by their names. */
interface Results {
  readonly attributes: AttributeResults
  readonly certainty: Certainty
  readonly peers: {
    readonly contenders: Readonly<Record<'facecompare' | 'human' | 'faceApi', Contender>>
    readonly bars: readonly PeerBar[]
  }
  readonly stages: {
    readonly stageMs: Readonly<Record<'decode' | 'detect' | 'align' | 'embed', number>>
    readonly pairMs: number
    readonly imageCpuMs: number
    readonly floorCpuMs: number
    readonly networks: readonly { readonly name: string; readonly runs: number; readonly bareCpuMs: number }[]
    readonly shareInside: number
    readonly shareOfParts: number
    readonly startMs: number
  }
  readonly roofline: {
    readonly side: number
    /** Multiply-adds a second. */
    readonly peak: number
    readonly networks: readonly (Runs & { readonly title: string; readonly side: number })[]
    /** All runs of a pair. */
    readonly pair: Runs
  }
  readonly groups: { readonly packs: readonly PackGroups[] }
  readonly quality: QualityMeasured
  readonly scale: {
    readonly shared: readonly SharedFigures[]
    readonly kinds: readonly KindFigures[]
    readonly bars: readonly { readonly what: string; readonly value: number; readonly most: number }[]
  }
  readonly search: { readonly sizes: readonly SearchFigures[]; readonly bars: readonly SearchBar[] }
  readonly 'search-vectors': VectorFigures & { readonly bars: readonly SearchBar[] }
  readonly enrolment: EnrolmentResults
  readonly http: HttpResults & { readonly bars: readonly HttpBar[] }
  readonly soak: SoakSummary & { readonly problems: readonly string[] }
}

/** Boundary code: the benchmarks write these files, and nothing else does. */
function read<Name extends keyof Results>(name: Name): (Results[Name] & Setting) | undefined {
  const file = new URL(`../bench/results/${name}.json`, import.meta.url)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Results[Name] & Setting) : undefined
}

/** What a block of a document shows, by its name, in the language of the document. */
export const RESULT_BLOCKS = {
  peers: (language: Language) => withResult('peers', language, renderPeers),
  stages: (language: Language) => withResult('stages', language, renderStages),
  roofline: (language: Language) => withResult('roofline', language, renderRoofline),
  groups: (language: Language) => withResult('groups', language, renderGroups),
  strangers: (language: Language) => withResult('groups', language, renderStrangers),
  people: (language: Language) => withResult('groups', language, renderPeople),
  attributes: (language: Language) =>
    withResult('attributes', language, (result, words) => renderAttributes(result, words, language)),
  certainty: (language: Language) => withResult('certainty', language, (result) => renderCertainty(result, language)),
  quality: (language: Language) => withResult('quality', language, (result) => renderQuality(result, language)),
  'scale-sharing': (language: Language) => withResult('scale', language, renderSharing),
  'scale-kinds': (language: Language) => withResult('scale', language, renderKinds),
  search: (language: Language) => withResult('search', language, (result) => renderSearch(result, language)),
  'search-needs': (language: Language) => withResult('search', language, ({ sizes }) => renderNeeds(sizes, language)),
  pgvector: (language: Language) =>
    withResult(
      'search-vectors',
      language,
      (result) => renderVectors(result, language),
      'npm run bench:search -- --pgvector',
    ),
  enrolment: (language: Language) =>
    withResult('enrolment', language, (result) => renderEnrolment(result, language), 'npm run bench:enrol -- FOLDER'),
  http: (language: Language) => withResult('http', language, renderHttp),
  soak: (language: Language) => withResult('soak', language, renderSoak, 'npm run soak'),
} as const

/** Pictures of the documents, by their file in `docs/`. */
export const PLOTS = {
  'sharing.svg': () => drawnFrom('scale', ({ shared }) => drawSharing(shared)),
  'kinds.svg': () => drawnFrom('scale', ({ kinds }) => drawKinds(kinds)),
} as const

function withResult<Name extends keyof Results>(
  name: Name,
  language: Language,
  render: (result: Results[Name] & Setting, words: Words) => string,
  command = `npm run bench:${name}`,
): string {
  const words = WORDS[language]
  const result = read(name)
  if (!result) return words.notMeasured(command)
  return `${render(result, words)}\n\n${describe(result, words)}`
}

function drawnFrom<Name extends keyof Results>(
  name: Name,
  draw: (result: Results[Name]) => string,
): string | undefined {
  const result = read(name)
  return result && draw(result)
}

function describe({ date, cpu, cpuCount, node, commit }: Setting, words: Words): string {
  return words.measured({ day: date.slice(0, 10), cpuCount, cpu, node, commit: commit?.slice(0, 7) ?? '' })
}

function renderPeers({ contenders, bars }: Results['peers'], words: Words): string {
  const { facecompare, human, faceApi } = contenders
  const row = (name: string, figures: Contender) => [
    name,
    `${figures.pairMs.toFixed(0)} ms`,
    `${(figures.pairMs / facecompare.pairMs).toFixed(1)}`,
    `${figures.coldStartMs.toFixed(0)} ms`,
    `${figures.photoPairMs.toFixed(0)} ms`,
    `${figures.photoPeakMiB.toFixed(0)} MiB`,
  ]
  const rows = [
    row('facecompare', facecompare),
    row('@vladmandic/human (wasm)', human),
    row('@vladmandic/face-api (wasm)', faceApi),
  ]
  return `${table(words.peers, rows)}\n\n${describeMissed(bars, words)}`
}

function renderStages(figures: Results['stages'], words: Words): string {
  const { pairMs, stageMs, imageCpuMs, floorCpuMs, networks, shareInside, shareOfParts, startMs } = figures
  const { decode, detect, align, embed } = stageMs
  const times = [pairMs, decode, detect, align, embed, imageCpuMs, floorCpuMs].map((ms) => ms.toFixed(1))
  const runs = networks.map(({ name, runs, bareCpuMs }) => words.runsOf(words.named(name), runs, bareCpuMs.toFixed(1)))
  return [
    table(words.stages, [[...times, percent(shareInside), percent(shareOfParts)]]),
    runs.join('\n'),
    words.startMs(startMs.toFixed(0)),
  ].join('\n\n')
}

function renderRoofline({ side, peak, networks, pair }: Results['roofline'], words: Words): string {
  const row = (name: string, { multiplyAdds, runMs }: Runs) => [
    name,
    (multiplyAdds / 1e6).toFixed(0),
    runMs.toFixed(1),
    (multiplyAdds / runMs / 1e6).toFixed(1),
    percent((1000 * multiplyAdds) / runMs / peak),
  ]
  return table(words.roof, [
    row(words.roofOf(side), { multiplyAdds: side ** 3, runMs: (1000 * side ** 3) / peak }),
    ...networks.map((network) => row(`${words.named(network.title)}, ${network.side} px`, network)),
    row(words.allOfPair, pair),
  ])
}

function renderSharing({ shared }: Results['scale'], words: Words): string {
  return table(
    words.sharing,
    shared.map(({ workers, intraOpThreads, pairsPerSecond, aloneMs, peakMiB }) => [
      `${workers} x ${intraOpThreads}`,
      pairsPerSecond.toFixed(1),
      aloneMs.toFixed(1),
      peakMiB.toFixed(0),
    ]),
  )
}

function renderKinds({ kinds, bars }: Results['scale'], words: Words): string {
  const small = kinds[0]?.pairMs ?? Number.NaN
  const rows = kinds.map(({ name, kilobytes, pairMs, stageMs, score, peakMiB }) => [
    words.named(name),
    kilobytes.toFixed(0),
    pairMs.toFixed(0),
    (pairMs / small).toFixed(1),
    ...[stageMs.decodeMs, stageMs.detectMs, stageMs.alignMs, stageMs.embedMs].map((ms) => ms.toFixed(1)),
    score.toFixed(2),
    peakMiB.toFixed(0),
  ])
  const verdicts = bars.map(({ what, value, most }) => words.atMost(words.named(what), value.toFixed(2), most))
  return `${table(words.kinds, rows)}\n\n${verdicts.join('\n')}`
}

function renderHttp(results: Results['http'], words: Words): string {
  const { workers, serviceTimeMs, sweeps, saturation, doors, oneClient, overloads, memory, bars } = results
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
  const lines = [
    ...saturation.map(({ format, share }) => words.saturation(format, percent(share))),
    ...doors.map(({ door, cost }) => words.door(door, percent(cost))),
    words.oneClient(percent(oneClient.share), serviceTimeMs.toFixed(0)),
    ...overloads.map(({ name, p99InServiceTimes, figures }) =>
      words.overload({
        name: words.named(name),
        serviceTimes: p99InServiceTimes.toFixed(1),
        refused: percent(figures.refused / (figures.accepted + figures.refused)),
        refusedWithinMs: figures.refusedP50Ms.toFixed(0),
      }),
    ),
    ...(memory
      ? [
          words.memory({
            calls: memory.calls,
            startMiB: memory.startMiB.toFixed(0),
            endMiB: memory.endMiB.toFixed(0),
            slopeKiB: memory.slopeKiBPerThousandCalls.toFixed(0),
          }),
        ]
      : []),
  ]
  return [words.httpSetting(workers), table(words.http, loads), lines.join('\n'), describeMissed(bars, words)].join(
    '\n\n',
  )
}

function describeMissed(bars: readonly (HttpBar | PeerBar)[], words: Words): string {
  const missed = bars.filter(({ holds }) => !holds).map(({ what }) => words.named(what))
  return missed.length === 0 ? words.allHold : words.missed(missed)
}

function renderSoak(summary: Results['soak'], words: Words): string {
  const { codes, memory, descriptors, loopDelayP99Ms, problems, seconds, calls, kinds, answersPerSecond, left } =
    summary
  const answers = (of: Readonly<Record<string, number>>) => Object.values(of).reduce((sum, n) => sum + n, 0)
  const rows = Object.entries(codes).map(([nature, of]) => [
    words.soakNature(nature),
    String(answers(of)),
    String(of[0] ?? 0),
    String(of[15] ?? 0),
    String(of[213] ?? 0),
    String(Object.keys(of).length),
  ])
  const grows = Object.entries(memory).map(([name, { startMiB, endMiB, kibPerThousandCalls }]) => {
    return words.soakMemory(words.named(name), startMiB.toFixed(0), endMiB.toFixed(0), kibPerThousandCalls.toFixed(0))
  })
  return [
    table(words.soak, rows),
    [
      words.soakCalls({
        calls,
        kinds,
        left,
        seconds: seconds.toFixed(0),
        answersPerSecond: answersPerSecond.toFixed(1),
      }),
      ...grows,
      words.soakDescriptors(descriptors),
      words.soakDelay(loopDelayP99Ms.median.toFixed(0), loopDelayP99Ms.most.toFixed(0)),
    ].join('\n'),
    problems.length === 0 ? words.soakGood : words.soakBad(problems),
  ].join('\n\n')
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`
}
