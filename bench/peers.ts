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
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { installPackages } from '../support/install-packages.js'
import { createProgress } from '../support/progress.js'
import { cutPerson, type SamplePerson } from '../support/sample-people.js'
import { takePhoto } from './camera-photos.js'
import { type ContenderProcess, type PairFiles, startContender, type Timing } from './contender-process.js'
import { formatTable, median } from './figures.js'
import { type Bar, type Figures, judge, type PeerFigures } from './peer-bars.js'
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
const NAMES = ['facecompare', 'human', 'faceApi'] as const
type Name = (typeof NAMES)[number]
const TITLES: Readonly<Record<Name, string>> = {
  facecompare: 'facecompare',
  human: 'human',
  faceApi: 'face-api',
}
/** Their files in `peers/`, without extension. */
const FILES: Readonly<Record<Name, string>> = { facecompare: 'facecompare', human: 'human', faceApi: 'face-api' }

interface Measured extends PeerFigures {
  /** The first pair of a turn. */
  readonly firstPairMs: number
  readonly peakMiB: number
  /** One a pair; null where the contender sees no face. */
  readonly scores: readonly (number | null)[]
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '12' } } })
await installPackages(PEERS_FOLDER)
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

async function measure(files: string, rounds: number): Promise<Record<Name, Measured>> {
  const pairs = await Promise.all(PAIRS.map((people, i) => writePair(files, `${i}`, people, (who) => cutPerson(who))))
  const photos = await writePair(files, 'photo', ['man', 'manAgain'], (who, i) => takePhoto(who, i))
  const [firstPair] = pairs
  if (!firstPair) throw new Error('Expected pairs')
  const coldStartMs = await timeColdStarts(firstPair)
  const small = await takeTurns('pairs', repeat(pairs, REPEATS), { warmUps: WARM_UP_ROUNDS, rounds })
  const large = await takeTurns('photographs', [photos], { warmUps: 1, rounds: PHOTO_ROUNDS })
  return eachContender((name) => ({
    pairMs: median(small[name].timings.map(({ ms }) => ms)),
    firstPairMs: median(small[name].timings.filter((_, i) => i % (REPEATS * pairs.length) === 0).map(({ ms }) => ms)),
    cpuMs: median(small[name].timings.map(({ cpuMs }) => cpuMs)),
    peakMiB: small[name].peakMiB,
    coldStartMs: median(coldStartMs[name]),
    photoPairMs: median(large[name].timings.map(({ ms }) => ms)),
    photoPeakMiB: large[name].peakMiB,
    scores: small[name].timings.slice(0, pairs.length).map(({ score }) => score),
  }))
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

/** The first round fills the file system's cache. */
async function timeColdStarts(pair: PairFiles): Promise<Record<Name, readonly number[]>> {
  const progress = createProgress('cold starts', (COLD_STARTS + 1) * NAMES.length)
  const times = eachContender((): number[] => [])
  for (let i = 0; i <= COLD_STARTS; i++) {
    for (const name of NAMES) {
      const contender = await startContender(FILES[name], pair)
      if (i > 0) times[name].push(contender.coldStartMs)
      await contender.end()
      progress.advance()
    }
  }
  return times
}

interface Turns {
  readonly timings: readonly Timing[]
  readonly peakMiB: number
}

/** All contenders are alive throughout; one works while the others wait. */
async function takeTurns(
  label: string,
  pairs: readonly PairFiles[],
  { warmUps, rounds }: { readonly warmUps: number; readonly rounds: number },
): Promise<Record<Name, Turns>> {
  const [firstPair] = pairs
  if (!firstPair) throw new Error('Expected pairs')
  const running: { readonly name: Name; readonly contender: ContenderProcess }[] = []
  for (const name of NAMES) running.push({ name, contender: await startContender(FILES[name], firstPair) })
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
  return { facecompare: make('facecompare'), human: make('human'), faceApi: make('faceApi') }
}

function print(measured: Readonly<Record<Name, Measured>> & Figures, bars: readonly Bar[]): void {
  const rows = NAMES.map((name) => {
    const { pairMs, firstPairMs, cpuMs, coldStartMs, peakMiB, photoPairMs, photoPeakMiB, scores } = measured[name]
    return [
      TITLES[name],
      pairMs.toFixed(1),
      (pairMs / measured.facecompare.pairMs).toFixed(1),
      firstPairMs.toFixed(1),
      ...[cpuMs, coldStartMs, peakMiB, photoPairMs, photoPeakMiB].map((value) => value.toFixed(0)),
      String(scores.filter((score) => score === null).length),
    ]
  })
  const head = ['', 'pair ms', 'x ours', 'first', 'CPU ms', 'cold ms', 'MiB', '12 MP ms', '12 MP MiB', 'no face']
  console.log(formatTable([head, ...rows]))
  console.log(`
pair: two 250 px JPEGs, bytes to score; first: the first pair of a turn, after the others' turns; CPU: processor time of all
threads; cold: process start to first score, files cached by the system; MiB: peak resident memory, 12 MP of a process that
compares 12-megapixel photographs; no face: pairs of ${PAIRS.length} in which the contender sees no face and gives no score
`)
  const barRows = bars.map(({ what, kind, limit, value, cpuRatio, holds }) => {
    return [what, value.toFixed(2), cpuRatio?.toFixed(2) ?? '', `${kind} ${limit}`, holds ? 'pass' : 'FAIL']
  })
  console.log(formatTable([['bar', 'measured', 'of CPU', 'wanted', ''], ...barRows]))
}
