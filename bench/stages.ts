/**
 * Where the time of a comparison goes: medians of each stage of one image, of a whole pair of 250 px JPEGs in one
 * thread, and of the time from process start to the ready line with a warm model cache.
 *
 *     npm run bench
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'
import { cutPerson } from '../scripts/sample-people.js'
import type { Stages } from '../src/face/face.js'
import { createEngine } from '../src/worker/engine.js'

const PAIRS = 100
const WARM_UPS = 10
const STARTS = 5

const engine = await createEngine({
  cacheDir: process.env.FACECOMPARE_CACHE_DIR ?? envPaths('facecompare', { suffix: '' }).cache,
  maxPixels: 40_000_000,
})
const [a, b] = [await cutPerson('man'), await cutPerson('manAgain')]
const pairMs: number[] = []
const stages: Stages[] = []
for (let i = 0; i < WARM_UPS + PAIRS; i++) {
  const startMs = performance.now()
  const faceA = await engine.analyze(a)
  const faceB = await engine.analyze(b)
  engine.compare(faceA, faceB)
  if (i < WARM_UPS) continue
  pairMs.push(performance.now() - startMs)
  stages.push(faceA.stages, faceB.stages)
}
await engine.close()

const startMs: number[] = []
for (let i = 0; i < STARTS; i++) startMs.push(await timeStart())

console.log(`${cpus()[0]?.model.trim()}, Node ${process.version}, ${PAIRS} pairs in one thread, medians in ms`)
for (const stage of ['decodeMs', 'detectMs', 'alignMs', 'embedMs'] as const) {
  console.log(
    `${stage.replace('Ms', '').padEnd(16)}${median(stages.map((s) => s[stage]))
      .toFixed(1)
      .padStart(7)}  an image`,
  )
}
console.log(`${'whole pair'.padEnd(16)}${median(pairMs).toFixed(1).padStart(7)}  two 250 px JPEGs`)
console.log(
  `${'start to ready'.padEnd(16)}${median(startMs).toFixed(0).padStart(7)}  warm model cache, ${STARTS} starts`,
)

function median(values: readonly number[]): number {
  return values.toSorted((p, q) => p - q)[Math.floor(values.length / 2)] ?? Number.NaN
}

async function timeStart(): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-bench-'))
  const server = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
  const env = { ...process.env, FACECOMPARE_PORT: '0', FACECOMPARE_DATA_DIR: dataDir }
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
