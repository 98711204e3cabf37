/**
 * Where the time of a comparison goes: medians of each stage of one image and of a whole pair of 250 px JPEGs in one
 * thread; the floor, which is the processor time of the networks' runs by themselves, and how much of the pipeline's lies
 * inside of its runs; and the time from process start to the ready line with a warm model cache. For each effort, or the one
 * that is asked for. Writes `bench/results/stages.json`.
 *
 *     npm run bench -- [--effort fast|default|best]
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import envPaths from 'env-paths'
import { EFFORTS, type Effort } from '../src/face/effort.js'
import type { Stages } from '../src/face/face.js'
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
  readonly models: readonly {
    readonly name: string
    readonly runs: number
    /** Processor milliseconds of all runs in the pipeline, and of the same runs by themselves. */
    readonly insideMs: number
    readonly bareMs: number
  }[]
}

const { values: options } = parseArgs({ options: { effort: { type: 'string' } } })
const efforts = EFFORTS.filter((effort) => options.effort === undefined || options.effort === effort)
if (efforts.length === 0) throw new Error(`Expected --effort to be one of ${EFFORTS.join(', ')}.`)
const measured = []
for (const effort of efforts) measured.push([effort, summarise(await timeStages(effort))] as const)
const startMs: number[] = []
for (let i = 0; i < STARTS; i++) startMs.push(await timeStart())

const setting = describeSetting()
console.log(`${formatSetting(setting)}\n${PAIRS} pairs of 250 px JPEGs in one thread`)
for (const [effort, figures] of measured) console.log(`\n${formatEffort(effort, figures)}`)
const start = median(startMs)
console.log(`\nstart to ready, warm model cache, median of ${STARTS}: ${start.toFixed(0)} ms`)
const figures = { pairs: PAIRS, efforts: Object.fromEntries(measured), starts: STARTS, startMs: start }
console.log(`\n${writeResult('stages', figures, setting)}`)

function summarise({ pairMs, stages, pipelineCpuMs, models, partsMs }: Times) {
  const images = 2 * PAIRS
  const insideCpuMs = models.reduce((sum, { insideMs }) => sum + insideMs, 0)
  const bareCpuMs = models.reduce((sum, { bareMs }) => sum + bareMs, 0)
  return {
    stageMs: Object.fromEntries(Object.entries(STAGES).map(([name, key]) => [name, median(stages.map((s) => s[key]))])),
    pairMs: median(pairMs),
    /** Processor milliseconds of one image. */
    imageCpuMs: pipelineCpuMs / images,
    floorCpuMs: bareCpuMs / images,
    models: models.map(({ name, runs, bareMs }) => ({
      name,
      runs: runs / images,
      bareCpuMs: bareMs / Math.max(1, runs),
    })),
    shareInside: insideCpuMs / pipelineCpuMs,
    partsMs: median(partsMs),
    shareOfParts: median(partsMs) / median(pairMs),
  }
}

function formatEffort(effort: Effort, figures: ReturnType<typeof summarise>): string {
  const { stageMs, pairMs, imageCpuMs, floorCpuMs, models, shareInside, partsMs, shareOfParts } = figures
  const verdict = shareInside >= MIN_SHARE_INSIDE ? 'reached' : 'missed'
  return formatTable([
    [`effort ${effort}`, 'ms'],
    ['whole pair, median', pairMs.toFixed(1)],
    ...Object.entries(stageMs).map(([name, ms]) => [`${name}, an image, median`, ms.toFixed(1)]),
    ['processor time of an image', imageCpuMs.toFixed(1)],
    ...models.map(({ name, runs, bareCpuMs }) => [`${name}: a run by itself, ${runs} an image`, bareCpuMs.toFixed(1)]),
    ['the floor: all its runs by themselves', floorCpuMs.toFixed(1)],
    ['the facial parts, of a pair', partsMs.toFixed(1)],
    [`their share of a pair (at most ${100 * MAX_SHARE_OF_PARTS} %)`, `${(100 * shareOfParts).toFixed(1)} %`],
    [`inside of the runs (at least ${100 * MIN_SHARE_INSIDE} %: ${verdict})`, `${(100 * shareInside).toFixed(0)} %`],
  ])
}

async function timeStages(effort: Effort): Promise<Times> {
  const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
  const files = [join(folder, 'a.jpg'), join(folder, 'b.jpg')] as const
  await writeFile(files[0], await cutPerson('man'))
  await writeFile(files[1], await cutPerson('manAgain'))
  const cacheDir = process.env.FACECOMPARE_CACHE_DIR ?? envPaths('facecompare', { suffix: '' }).cache
  const program = fileURLToPath(new URL('./stage-times.mjs', import.meta.url))
  const args = [program, ...files, String(WARM_UPS), String(PAIRS), cacheDir, effort]
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
