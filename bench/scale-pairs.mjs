// Run by scale.ts: pairs of one kind in one thread, on the compiled code. Arguments: options of the engine as JSON, images A
// and B. Over IPC: { id } -> { id, answer: { ms, stages: of both images together, score, faces: seen in A, peakMiB } }.
import { readFileSync } from 'node:fs'
import { createEngine } from '../dist/engine/local-engine.js'
import { readPeakBytes } from './family-usage.mjs'

const [options, fileA, fileB] = process.argv.slice(2)
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const engine = await createEngine(JSON.parse(options))

process.on('message', async ({ id }) => {
  try {
    process.send({ id, answer: await timePair() })
  } catch (error) {
    process.send({ id, failure: String(error) })
  }
})
process.on('disconnect', async () => {
  await engine.close()
  process.exit(0)
})
process.send({ ready: true })

async function timePair() {
  const startMs = performance.now()
  const faceA = await engine.analyze(a)
  const faceB = await engine.analyze(b)
  const { similarity } = engine.compare(faceA, faceB)
  const ms = performance.now() - startMs
  const stages = Object.fromEntries(Object.entries(faceA.stages).map(([name, of]) => [name, of + faceB.stages[name]]))
  return { ms, stages, score: similarity, faces: faceA.faceCount, peakMiB: readPeakBytes() / 2 ** 20 }
}
