// The pipeline of the service without HTTP, on the compiled code: what http.ts compares with, and what scale.ts measures.
// Arguments: the settings of the engine as JSON, image A, image B. Over IPC: { id, job } -> { id, answer }.
import { readFileSync } from 'node:fs'
import { startEnginePool } from '../dist/worker/pool.js'
import { familyUsage } from './family-usage.mjs'

const [engine, fileA, fileB] = process.argv.slice(2)
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const pool = await startEnginePool({ ...JSON.parse(engine), queueSize: 1000, timeoutMs: 60_000 })
await pool.ready

process.on('message', async ({ id, job }) => {
  try {
    process.send({ id, answer: await (job.alone ? timeAlone(job.seconds) : timeTogether(job)) })
  } catch (error) {
    process.send({ id, failure: String(error) })
  }
})
process.on('disconnect', async () => {
  await pool.close()
  process.exit(0)
})
process.send({ ready: true })

/** Pairs as fast as they go; `lanes` of them are always under way, so that no worker waits. */
async function timeTogether({ seconds, lanes }) {
  const startMs = performance.now()
  const cpuMsBefore = familyUsage().cpuMs
  let pairs = 0
  async function lane() {
    while (performance.now() - startMs < seconds * 1000) {
      const [faceA, faceB] = await Promise.all([pool.analyze(a), pool.analyze(b)])
      pool.compare(faceA, faceB)
      pairs++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const { cpuMs, peakBytes } = familyUsage()
  return { pairs, elapsedMs: performance.now() - startMs, cpuMs: cpuMs - cpuMsBefore, peakMiB: peakBytes / 2 ** 20 }
}

/** Milliseconds of A's analysis and then B's, one image at a time. */
async function timeAlone(seconds) {
  const endMs = performance.now() + seconds * 1000
  const sumMs = []
  while (performance.now() < endMs) {
    const startMs = performance.now()
    const faceA = await pool.analyze(a)
    const faceB = await pool.analyze(b)
    pool.compare(faceA, faceB)
    sumMs.push(performance.now() - startMs)
  }
  return { sumMs }
}
