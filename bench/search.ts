/**
 * What a search in a gallery costs as it grows, on made-up templates of 512 numbers:
 *
 *     npm run bench:search -- [--most 1000000] [--genuine 1000] [--strangers 500] [--rounds 25]
 *     npm run bench:search -- --pgvector [--most 100000]
 *
 * The first measures the index in memory and compares its first candidates with those of comparing all in floats; the second
 * does so with pgvector, in a PostgreSQL server that comes inside an npm package or the one that TEST_DATABASE_URL names. Both
 * print a table and whether the bars hold (exit code 1 when one does not), and write `bench/results/search.json` and
 * `search-vectors.json`.
 */
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { TemplateIndex } from '../src/gallery/template-index.js'
import type { Likeness } from '../src/gallery/template-rows.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { dotProduct } from '../src/score/vectors.js'
import { createProgress } from '../support/progress.js'
import { formatTable, median } from './figures.js'
import { COLUMNS, makeUpFace, makeUpProbe } from './made-up-faces.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'
import { type Agreement, judgeSearch, type SearchBar, type SearchFigures } from './search-figures.js'

const SIZES = [1000, 10_000, 100_000, 1_000_000]
/** Faces of this number and higher are never enrolled. */
const STRANGERS_FROM = 500_000_000
const BLOCK = 1000
/** Unmeasured searches: the compilers of the runtime need some. */
const WARM_UPS = 10
/** What a second look compares. */
const SECOND_LOOK = 20

type Costs = Pick<SearchFigures, 'searchMs' | 'cpuMs' | 'waitMs' | 'residentMB'>

const { values } = parseArgs({
  options: {
    most: { type: 'string' },
    genuine: { type: 'string', default: '1000' },
    strangers: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '25' },
    pgvector: { type: 'boolean', default: false },
  },
})
const [genuine, strangers, rounds] = [Number(values.genuine), Number(values.strangers), Number(values.rounds)]
const setting = describeSetting()
console.log(`${formatSetting(setting)}\n`)
if (values.pgvector) {
  const { formatVectors, judgeVectors, measureVectors } = await import('./search-vectors.js')
  const vectors = await measureVectors(Number(values.most ?? 100_000), makeProbes())
  const bars = judgeVectors(vectors)
  report(formatVectors(vectors), bars)
  console.log(writeResult('search-vectors', { ...vectors, bars }, setting))
} else {
  const sizes = await measureMemory(SIZES.filter((size) => size <= Number(values.most ?? Number.POSITIVE_INFINITY)))
  const bars = judgeSearch(sizes)
  report(formatSizes(sizes), bars)
  console.log(writeResult('search', { sizes, bars }, setting))
}

async function measureMemory(sizes: readonly number[]): Promise<readonly SearchFigures[]> {
  const index = new TemplateIndex(COLUMNS)
  const made = makeProbes()
  const probes = [...made.genuine, ...made.strangers]
  const costs: Costs[] = []
  const progress = createProgress('thousands of templates', (sizes.at(-1) ?? 0) / BLOCK)
  for (const size of sizes) {
    for (let i = index.size; i < size; i++) {
      index.add(makeUpFace(i))
      if ((i + 1) % BLOCK === 0) progress.advance()
    }
    costs.push(await measureCosts(index, probes))
  }
  // Before the runtime of the networks takes up memory of its own.
  const agreements = await measureAgreements(index, sizes, probes)
  return sizes.map((templates, i) => ({ templates, ...costs[i]!, ...agreements[i]! }))
}

function makeProbes() {
  return {
    genuine: Array.from({ length: genuine }, (_, i) => makeUpProbe(i % BLOCK)),
    strangers: Array.from({ length: strangers }, (_, i) => makeUpFace(STRANGERS_FROM + i)),
  }
}

async function measureCosts(index: TemplateIndex, probes: readonly Likeness[]): Promise<Costs> {
  const times: number[] = []
  const cpuTimes: number[] = []
  const waits: number[] = []
  for (let round = -WARM_UPS; round < rounds; round++) {
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    const searching = watchLoop()
    await index.search(probes.at(round % probes.length)!, { count: SECOND_LOOK })
    const elapsedMs = performance.now() - startMs
    const { user, system } = process.cpuUsage(cpu)
    const waitMs = await searching.stop()
    if (round < 0) continue
    times.push(elapsedMs)
    cpuTimes.push((user + system) / 1000)
    waits.push(waitMs)
  }
  return {
    searchMs: median(times),
    cpuMs: median(cpuTimes),
    waitMs: median(waits),
    residentMB: process.memoryUsage.rss() / 1e6,
  }
}

/** Tells how long the event loop stood still at most. */
function watchLoop() {
  let [lastMs, mostMs, watching] = [performance.now(), 0, true]
  const watch = async () => {
    while (watching) {
      await setImmediate()
      const nowMs = performance.now()
      mostMs = Math.max(mostMs, nowMs - lastMs)
      lastMs = nowMs
    }
  }
  const watched = watch()
  return {
    async stop() {
      watching = false
      await watched
      return mostMs
    },
  }
}

async function measureAgreements(index: TemplateIndex, sizes: readonly number[], probes: readonly Likeness[]) {
  const { openBruteForce } = await import('./brute-force.js')
  const floats = await openBruteForce(probes, COLUMNS)
  const agreements = []
  const progress = createProgress('thousands of templates in floats', (sizes.at(-1) ?? 0) / BLOCK)
  let fed = 0
  for (const size of sizes) {
    for (; fed < size; fed += BLOCK) {
      await floats.feed(Array.from({ length: BLOCK }, (_, i) => makeUpFace(fed + i)))
      progress.advance()
    }
    const wanted = floats.first().map(({ row }) => row)
    const same = await compareFirsts(index, size, probes, wanted)
    agreements.push({ genuine: agree(same.slice(0, genuine)), strangers: agree(same.slice(genuine)) })
  }
  await floats.close()
  return agreements
}

interface Same {
  readonly eightBits: boolean
  readonly secondLook: boolean
}

async function compareFirsts(
  index: TemplateIndex,
  size: number,
  probes: readonly Likeness[],
  wanted: readonly number[],
): Promise<readonly Same[]> {
  const rows = size === index.size ? undefined : Uint32Array.from({ length: size }, (_, row) => row)
  const same: Same[] = []
  for (const [p, probe] of probes.entries()) {
    const found = await index.search(probe, { count: SECOND_LOOK, rows })
    const exact = found
      .map(({ row }) => ({ row, similarity: compareFloats(probe, makeUpFace(row)) }))
      .toSorted((a, b) => b.similarity - a.similarity)
    same.push({ eightBits: found[0]?.row === wanted[p], secondLook: exact[0]?.row === wanted[p] })
  }
  return same
}

function compareFloats(a: Likeness, b: Likeness): number {
  return relativeSimilarity(dotProduct(a.embedding, b.embedding), a.cohort, b.cohort)
}

function agree(same: readonly Same[]): Agreement {
  const share = (is: (one: Same) => boolean) => same.filter(is).length / same.length
  return { probes: same.length, eightBits: share((one) => one.eightBits), secondLook: share((one) => one.secondLook) }
}

function formatSizes(sizes: readonly SearchFigures[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`
  return formatTable([
    ['templates', 'ms', 'processor ms', 'wait ms', 'MB', 'genuine', 'second look', 'strangers', 'second look'],
    ...sizes.map(({ templates, searchMs, cpuMs, waitMs, residentMB, ...shares }) => [
      String(templates),
      ...[searchMs, cpuMs, waitMs].map((ms) => ms.toFixed(2)),
      residentMB.toFixed(0),
      ...[shares.genuine, shares.strangers].flatMap((of) => [percent(of.eightBits), percent(of.secondLook)]),
    ]),
  ])
}

function report(table: string, bars: readonly SearchBar[]): void {
  const rows = bars.map(({ what, value, most, least, holds }) => [
    what,
    value.toPrecision(4),
    most === undefined ? `at least ${least}` : `at most ${most}`,
    holds ? 'pass' : 'FAIL',
  ])
  console.log(`${table}\n\n${formatTable([['bar', 'measured', '', ''], ...rows])}\n`)
  process.exitCode = bars.every(({ holds }) => holds) ? 0 : 1
}
