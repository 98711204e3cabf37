/**
 * Where the time of a comparison goes: medians of each stage of one image, of a whole pair of 250 px JPEGs in one
 * thread, and of the time from process start to the ready line with a warm model cache. Writes `bench/results/stages.json`.
 *
 *     npm run bench
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'
import { cutPerson } from '../scripts/sample-people.js'
import type { Stages } from '../src/face/face.js'
import { formatTable, median } from './figures.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

const PAIRS = 100
const WARM_UPS = 10
const STARTS = 5

const { pairMs, stages } = await timeStages()
const startMs: number[] = []
for (let i = 0; i < STARTS; i++) startMs.push(await timeStart())

const STAGES = { decode: 'decodeMs', detect: 'detectMs', align: 'alignMs', embed: 'embedMs' } as const
const stageMs = Object.fromEntries(
  Object.entries(STAGES).map(([name, key]) => [name, median(stages.map((s) => s[key]))]),
)
const figures = { pairs: PAIRS, stageMs, pairMs: median(pairMs), starts: STARTS, startMs: median(startMs) }
const setting = describeSetting()
console.log(`${formatSetting(setting)}\n${PAIRS} pairs in one thread, medians in ms\n`)
const rows = [
  ...Object.entries(stageMs).map(([name, ms]) => [`${name}, an image`, ms.toFixed(1)]),
  ['whole pair, two 250 px JPEGs', figures.pairMs.toFixed(1)],
  [`start to ready, warm model cache, ${STARTS} starts`, figures.startMs.toFixed(0)],
]
console.log(formatTable(rows))
console.log(`\n${writeResult('stages', figures, setting)}`)

async function timeStages(): Promise<{ readonly pairMs: readonly number[]; readonly stages: readonly Stages[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
  const files = [join(folder, 'a.jpg'), join(folder, 'b.jpg')] as const
  await writeFile(files[0], await cutPerson('man'))
  await writeFile(files[1], await cutPerson('manAgain'))
  const cacheDir = process.env.FACECOMPARE_CACHE_DIR ?? envPaths('facecompare', { suffix: '' }).cache
  const program = fileURLToPath(new URL('./stage-times.mjs', import.meta.url))
  const args = [program, ...files, String(WARM_UPS), String(PAIRS), cacheDir]
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
