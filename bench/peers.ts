/**
 * This project beside `@vladmandic/human` and `@vladmandic/face-api` (both WebAssembly in Node), in one run and on the
 * same pairs of JPEGs, whole path from the bytes to the score, one thread each:
 *
 *     npm run bench:peers [-- --rounds 12]
 *
 * Every contender has a process of its own, and they take turns of the same few pairs, so that what else the machine does
 * hits all alike. A turn is several pairs long, as a service works, whose networks stay in the processor's caches; the first
 * pair of a turn, which finds there what the others left, is told as well. Prints a table and whether the bars hold (exit
 * code 1 when one does not), and writes `bench/results/peers.json`. Takes some five minutes.
 */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cutPerson, type SamplePerson } from '../support/sample-people.js'
import { takePhoto } from './camera-photos.js'
import {
  type Contender,
  type ContenderProcess,
  type PairFiles,
  startContender,
  type Timing,
} from './contender-process.js'
import { formatTable, median } from './figures.js'
import { type Bar, type Figures, judge, type PeerFigures } from './peer-bars.js'
import { createProgress } from './progress.js'
import { describeSetting, formatSetting, readVersions, writeResult } from './result-file.js'

const PAIRS: readonly (readonly [SamplePerson, SamplePerson])[] = [
  ['man', 'manAgain'],
  ['womanAtParty', 'womanInBar'],
  ['womanInBar', 'otherWoman'],
  ['manAgain', 'otherWoman'],
]
const WARM_UP_ROUNDS = 2
/** How often each pair is compared in a turn. */
const REPEATS = 2
const COLD_STARTS = 5
const PHOTO_ROUNDS = 4
const PEERS_FOLDER = fileURLToPath(new URL('./peers', import.meta.url))
const PEER_PACKAGES = ['@vladmandic/human', '@vladmandic/face-api', '@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']

/** In the order of the table. */
const NAMES = ['fast', 'default', 'human', 'faceApi'] as const
type Name = (typeof NAMES)[number]
const TITLES: Readonly<Record<Name, string>> = {
  fast: 'facecompare, fast',
  default: 'facecompare, default',
  human: 'human',
  faceApi: 'face-api',
}

interface Measured extends PeerFigures {
  /** The first pair of a turn. */
  readonly firstPairMs: number
  readonly peakMiB: number
  /** The very first start, when facecompare has no model cache yet; the peers have none. */
  readonly firstStartMs: number
  readonly photoPairMs: number
  /** One a pair; null where the contender sees no face. */
  readonly scores: readonly (number | null)[]
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '12' } } })
installPeers()
const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
try {
  const measured = await measure(folder, Number(values.rounds))
  const setting = describeSetting()
  const versions = { ...setting.versions, ...readVersions(join(PEERS_FOLDER, 'node_modules'), PEER_PACKAGES) }
  const bars = judge(measured)
  console.log(`${formatSetting(setting)}\nOne thread each, medians\n`)
  print(measured, bars)
  const file = writeResult('peers', { contenders: measured, bars }, { ...setting, versions })
  console.log(`\n${file}`)
  if (bars.some(({ holds }) => !holds)) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** The peers are no dependency of the project, so that its users do not install them. */
function installPeers(): void {
  const installed = statSync(join(PEERS_FOLDER, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false })
  const wanted = statSync(join(PEERS_FOLDER, 'package-lock.json'))
  if (installed && installed.mtimeMs >= wanted.mtimeMs) return
  const args = ['ci', '--prefix', PEERS_FOLDER, '--ignore-scripts', '--no-audit', '--no-fund']
  // Under `npm run` npm tells its own path, which also works where `npm` itself is a script of the shell.
  const npm = process.env.npm_execpath
  if (npm) execFileSync(process.execPath, [npm, ...args], { stdio: 'inherit' })
  else execFileSync('npm', args, { stdio: 'inherit' })
}

async function measure(files: string, rounds: number): Promise<Record<Name, Measured>> {
  const pairs = await Promise.all(PAIRS.map((people, i) => writePair(files, `${i}`, people, (who) => cutPerson(who))))
  const photos = await writePair(files, 'photo', ['man', 'manAgain'], (who, i) => takePhoto(who, i))
  const contenders = contendersWith(join(files, 'cache'))
  const [firstPair] = pairs
  if (!firstPair) throw new Error('Expected pairs')
  const { coldStartMs, firstStartMs } = await timeColdStarts(contenders, firstPair)
  const small = await takeTurns('pairs', contenders, repeat(pairs, REPEATS), { warmUps: WARM_UP_ROUNDS, rounds })
  const large = await takeTurns('photographs', contenders, [photos], { warmUps: 1, rounds: PHOTO_ROUNDS })
  return eachContender((name) => ({
    pairMs: median(small[name].timings.map(({ ms }) => ms)),
    firstPairMs: median(small[name].timings.filter((_, i) => i % (REPEATS * pairs.length) === 0).map(({ ms }) => ms)),
    cpuMs: median(small[name].timings.map(({ cpuMs }) => cpuMs)),
    peakMiB: small[name].peakMiB,
    coldStartMs: median(coldStartMs[name]),
    firstStartMs: firstStartMs[name],
    photoPairMs: median(large[name].timings.map(({ ms }) => ms)),
    photoPeakMiB: large[name].peakMiB,
    scores: small[name].timings.slice(0, pairs.length).map(({ score }) => score),
  }))
}

/** Each effort has a cache of its own, so that both have a first start. */
function contendersWith(cache: string): Readonly<Record<Name, Contender>> {
  return {
    fast: { file: 'facecompare', options: { effort: 'fast', cacheDir: `${cache}-fast` } },
    default: { file: 'facecompare', options: { effort: 'default', cacheDir: `${cache}-default` } },
    human: { file: 'human', options: {} },
    faceApi: { file: 'face-api', options: {} },
  }
}

async function writePair(
  files: string,
  name: string,
  people: readonly [SamplePerson, SamplePerson],
  makeJpeg: (person: SamplePerson, index: number) => Promise<Uint8Array>,
): Promise<PairFiles> {
  const pair = [join(files, `${name}-a.jpg`), join(files, `${name}-b.jpg`)] as const
  await writeFile(pair[0], await makeJpeg(people[0], 0))
  await writeFile(pair[1], await makeJpeg(people[1], 1))
  return pair
}

/** The first round fills caches, ours and those of the file system. */
async function timeColdStarts(contenders: Readonly<Record<Name, Contender>>, pair: PairFiles) {
  const progress = createProgress('cold starts', (COLD_STARTS + 1) * NAMES.length)
  const times = eachContender((): number[] => [])
  for (let i = 0; i <= COLD_STARTS; i++) {
    for (const name of NAMES) {
      const contender = await startContender(contenders[name], pair)
      times[name].push(contender.coldStartMs)
      await contender.end()
      progress.advance()
    }
  }
  return {
    firstStartMs: eachContender((name) => times[name][0] ?? Number.NaN),
    coldStartMs: eachContender((name) => times[name].slice(1)),
  }
}

interface Turns {
  readonly timings: readonly Timing[]
  readonly peakMiB: number
}

/** All contenders are alive throughout; one works while the others wait. */
async function takeTurns(
  label: string,
  contenders: Readonly<Record<Name, Contender>>,
  pairs: readonly PairFiles[],
  { warmUps, rounds }: { readonly warmUps: number; readonly rounds: number },
): Promise<Record<Name, Turns>> {
  const [firstPair] = pairs
  if (!firstPair) throw new Error('Expected pairs')
  const running: { readonly name: Name; readonly contender: ContenderProcess }[] = []
  for (const name of NAMES) running.push({ name, contender: await startContender(contenders[name], firstPair) })
  const timings = eachContender((): Timing[] => [])
  const progress = createProgress(label, warmUps + rounds)
  for (let round = -warmUps; round < rounds; round++) {
    for (const { name, contender } of running) {
      for (const pair of pairs) {
        const timing = await contender.time(pair)
        if (round >= 0) timings[name].push(timing)
      }
    }
    progress.advance()
  }
  const peaks = eachContender(() => Number.NaN)
  for (const { name, contender } of running) peaks[name] = (await contender.end()).peakMiB
  return eachContender((name) => ({ timings: timings[name], peakMiB: peaks[name] }))
}

function repeat<T>(list: readonly T[], times: number): readonly T[] {
  return Array.from({ length: times }, () => list).flat()
}

function eachContender<T>(make: (name: Name) => T): Record<Name, T> {
  return { fast: make('fast'), default: make('default'), human: make('human'), faceApi: make('faceApi') }
}

function print(measured: Readonly<Record<Name, Measured>> & Figures, bars: readonly Bar[]): void {
  const rows = NAMES.map((name) => {
    const figures = measured[name]
    const ratios = (['fast', 'default'] as const).map((ours) => (figures.pairMs / measured[ours].pairMs).toFixed(1))
    const numbers = [figures.cpuMs, figures.coldStartMs, figures.firstStartMs, figures.peakMiB]
    const photos = [figures.photoPairMs, figures.photoPeakMiB]
    const whole = [...numbers, ...photos].map((value) => value.toFixed(0))
    const unseen = figures.scores.filter((score) => score === null).length
    return [
      TITLES[name],
      figures.pairMs.toFixed(1),
      ...ratios,
      figures.firstPairMs.toFixed(1),
      ...whole,
      String(unseen),
    ]
  })
  const head = [
    '',
    'pair ms',
    '/ fast',
    '/ default',
    'first',
    'CPU ms',
    'cold ms',
    'very first',
    'MiB',
    '12 MP ms',
    '12 MP MiB',
  ]
  console.log(formatTable([[...head, 'no face'], ...rows]))
  console.log(`
pair: two 250 px JPEGs, bytes to score; / fast, / default: times as long as that effort of facecompare;
first: the first pair of a turn, after the others' turns; CPU: processor time of all threads; cold: process start to
first score, files cached by the system and the model cache filled (very first: still empty); MiB: peak resident memory, 12 MP of a process that compares 12-megapixel photographs;
no face: pairs of ${PAIRS.length} in which the contender sees no face and gives no score
`)
  const barRows = bars.map(({ what, bar, ratio, cpuRatio, holds }) => {
    return [what, ratio.toFixed(2), cpuRatio?.toFixed(2) ?? '', `>= ${bar}`, holds ? 'pass' : 'FAIL']
  })
  console.log(formatTable([['bar (theirs over ours)', 'ratio', 'of CPU', 'wanted', ''], ...barRows]))
}
