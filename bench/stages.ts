/**
 * Where the time of a comparison goes: medians of each stage of one image and of a whole pair of 250 px JPEGs in one
 * thread; the floor, which is the processor time of the networks' runs by themselves, and how much of the pipeline's lies
 * inside of its runs; and the time from process start to the ready line. Exits with 1 when a bar is missed. Writes
 * `bench/results/stages.json`.
 *
 *     npm run bench
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Stages } from '../src/engine/face.js'
import { cutPerson } from '../support/sample-people.js'
import { formatTable, median } from './figures.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

const PAIRS = 100
const WARM_UPS = 500
const STARTS = 5
/** The least part of the processor time that should lie inside of the networks' runs. */
const MIN_SHARE_INSIDE = 0.75
/** The most that the facial parts may take of a pair. */
const MAX_SHARE_OF_PARTS = 0.1
const STAGES = { decode: 'decodeMs', detect: 'detectMs', align: 'alignMs', embed: 'embedMs' } as const

/** What stage-times.mjs prints. */
interface Times {
  readonly pairMs: readonly number[]
  readonly stages: readonly Stages[]
  /** Processor milliseconds of all pairs. */
  readonly pipelineCpuMs: number
  /** What the facial parts add to each pair. */
  readonly partsMs: readonly number[]
  readonly networks: readonly {
    readonly name: string
    readonly runs: number
    /** Processor milliseconds of all runs in the pipeline, and of the same runs by themselves. */
    readonly insideMs: number
    readonly bareMs: number
  }[]
}

const figures = summarise(await timeStages())
const startMs: number[] = []
for (let i = 0; i < STARTS; i++) startMs.push(await timeStart())
const start = median(startMs)
const setting = describeSetting()
console.log(`${formatSetting(setting)}\n${PAIRS} pairs of 250 px JPEGs in one thread\n\n${format(figures)}`)
console.log(`\nstart to ready, median of ${STARTS}: ${start.toFixed(0)} ms`)
console.log(`\n${writeResult('stages', { pairs: PAIRS, ...figures, starts: STARTS, startMs: start }, setting)}`)
process.exitCode = figures.shareInside >= MIN_SHARE_INSIDE && figures.shareOfParts <= MAX_SHARE_OF_PARTS ? 0 : 1

function summarise({ pairMs, stages, pipelineCpuMs, networks, partsMs }: Times) {
  const images = 2 * PAIRS
  const sum = (read: (network: Times['networks'][number]) => number) =>
    networks.reduce((total, network) => total + read(network), 0)
  return {
    stageMs: Object.fromEntries(Object.entries(STAGES).map(([name, key]) => [name, median(stages.map((s) => s[key]))])),
    pairMs: median(pairMs),
    /** Processor milliseconds of one image. */
    imageCpuMs: pipelineCpuMs / images,
    floorCpuMs: sum(({ bareMs }) => bareMs) / images,
    networks: networks.map(({ name, runs, bareMs }) => ({
      name,
      runs: runs / images,
      bareCpuMs: bareMs / Math.max(1, runs),
    })),
    shareInside: sum(({ insideMs }) => insideMs) / pipelineCpuMs,
    partsMs: median(partsMs),
    shareOfParts: median(partsMs) / median(pairMs),
  }
}

function format(figures: ReturnType<typeof summarise>): string {
  const { stageMs, pairMs, imageCpuMs, floorCpuMs, networks, shareInside, partsMs, shareOfParts } = figures
  const verdict = (holds: boolean) => (holds ? 'reached' : 'missed')
  const inside = `at least ${100 * MIN_SHARE_INSIDE} %: ${verdict(shareInside >= MIN_SHARE_INSIDE)}`
  const ofParts = `at most ${100 * MAX_SHARE_OF_PARTS} %: ${verdict(shareOfParts <= MAX_SHARE_OF_PARTS)}`
  return formatTable([
    ['', 'ms'],
    ['whole pair, median', pairMs.toFixed(1)],
    ...Object.entries(stageMs).map(([name, ms]) => [`${name}, an image, median`, ms.toFixed(1)]),
    ['processor time of an image', imageCpuMs.toFixed(1)],
    ...networks.map(({ name, runs, bareCpuMs }) => [
      `${name}: a run by itself, ${runs} an image`,
      bareCpuMs.toFixed(1),
    ]),
    ['the floor: all its runs by themselves', floorCpuMs.toFixed(1)],
    ['the facial parts, of a pair', partsMs.toFixed(1)],
    [`their share of a pair (${ofParts})`, `${(100 * shareOfParts).toFixed(1)} %`],
    [`inside of the runs (${inside})`, `${(100 * shareInside).toFixed(0)} %`],
  ])
}

async function timeStages(): Promise<Times> {
  const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
  const files = [join(folder, 'a.jpg'), join(folder, 'b.jpg')] as const
  await writeFile(files[0], await cutPerson('man'))
  await writeFile(files[1], await cutPerson('manAgain'))
  const program = fileURLToPath(new URL('./stage-times.mjs', import.meta.url))
  const args = [program, ...files, String(WARM_UPS), String(PAIRS)]
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  await rm(folder, { recursive: true })
  return JSON.parse(printed)
}

async function timeStart(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
  const server = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const env = {
    ...process.env,
    FACECOMPARE_PORT: '0',
    FACECOMPARE_DATA_DIR: dataDir,
    FACECOMPARE_LOG_LEVEL: 'warn',
  }
  const begunMs = performance.now()
  const child = spawn(process.execPath, [server, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let text = ''
  for await (const chunk of child.stdout) {
    text += String(chunk)
    if (text.includes(' is ready on ')) break
  }
  const tookMs = performance.now() - begunMs
  child.kill('SIGTERM')
  await ended
  await rm(dataDir, { recursive: true, force: true })
  return tookMs
}
