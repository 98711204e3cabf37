// The pipeline of the service without HTTP, on the compiled code: what http.ts and enrol.ts compare with, and what scale.ts
// measures. Arguments: the settings of the engine as JSON, and image A and image B where pairs are asked for. Over IPC:
// { id, job } -> { id, answer }.
import { readFileSync } from 'node:fs'
import { startEnginePool } from '../dist/worker/pool.js'
import { familyUsage } from './family-usage.mjs'

const [engine, ...files] = process.argv.slice(2)
const [a, b] = files.map((file) => readFileSync(file))
const pool = await startEnginePool({ ...JSON.parse(engine), queueSize: 1000, timeoutMs: 60_000 })
await pool.ready

process.on('message', async ({ id, job }) => {
  try {
    process.send({ id, answer: await answer(job) })
  } catch (error) {
    process.send({ id, failure: String(error) })
  }
})
process.on('disconnect', async () => {
  await pool.close()
  process.exit(0)
})
process.send({ ready: true })

function answer(job) {
  if (job.files) return timeFaces(job)
  return job.alone ? timeAlone(job.seconds) : timeTogether(job)
}

/** The most prominent face of each picture as an enrolment wants it, `lanes` pictures at a time; pictures without one are not counted. */
async function timeFaces({ files, lanes }) {
  const images = files.map((file) => readFileSync(file)).values()
  const startMs = performance.now()
  const cpuMsBefore = familyUsage().cpuMs
  const wanted = { which: 'largest', attributes: pool.tellsAttributes, templates: true }
  let faces = 0
  async function lane() {
    for (const image of images) {
      try {
        await pool.findFaces(image, wanted)
        faces++
      } catch {
        // Without a face, or with too poor a one.
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return { faces, elapsedMs: performance.now() - startMs, cpuMs: familyUsage().cpuMs - cpuMsBefore }
}

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
