// Run by stages.ts in a plain process on the compiled code, as users run it: the TypeScript loader costs a tenth more.
// Arguments: two image files, warm-ups, pairs, cache folder, effort. Prints JSON: milliseconds of each pair and stage, and
// processor milliseconds of all pairs, of the runs inside of them, and of the same runs on their own (see run-floor.mjs).
import { readFileSync } from 'node:fs'
import { createEngine } from '../dist/worker/engine.js'
import { cpuMs, watchRuns } from './run-floor.mjs'

const [fileA, fileB, warmUps, pairs, cacheDir, effort] = process.argv.slice(2)
const runs = watchRuns()
const engine = await createEngine({ cacheDir, maxPixels: 40_000_000, effort })
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const pairMs = []
const stages = []
let pipelineCpuMs = 0
for (let i = -Number(warmUps); i < Number(pairs); i++) {
  if (i === 0) runs.reset()
  const startMs = performance.now()
  const startCpuMs = cpuMs()
  const faceA = await engine.analyze(a)
  const faceB = await engine.analyze(b)
  engine.compare(faceA, faceB)
  const endCpuMs = cpuMs()
  const endMs = performance.now()
  // Beside each pair, so that both see the same machine.
  await runs.repeatAlone()
  if (i < 0) continue
  pairMs.push(endMs - startMs)
  stages.push(faceA.stages, faceB.stages)
  pipelineCpuMs += endCpuMs - startCpuMs
}
await engine.close()
process.stdout.write(JSON.stringify({ pairMs, stages, pipelineCpuMs, models: runs.report() }))
