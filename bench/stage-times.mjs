// Run by stages.ts in a plain process on the compiled code, as users run it: the TypeScript loader costs a tenth more.
// Arguments: two image files, warm-ups, pairs, cache folder, effort. Prints JSON: milliseconds of each pair and stage, and
// processor milliseconds of all pairs, of the runs inside of them, and of the same runs on their own (see run-floor.mjs); and
// milliseconds that the facial parts take of a pair.
import { readFileSync } from 'node:fs'
import { createEngine } from '../dist/engine/local-engine.js'
import { DEFAULT_FIT_FILE, readFitFile } from '../dist/packs/fit-file.js'
import { alignChip } from '../dist/pipeline/align.js'
import { describeParts, poolParts } from '../dist/pipeline/parts.js'
import { cpuMs, watchRuns } from './run-floor.mjs'

const [fileA, fileB, warmUps, pairs, cacheDir, effort] = process.argv.slice(2)
const runs = watchRuns()
const engine = await createEngine({ cacheDir, maxPixels: 40_000_000, effort })
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const pairMs = []
const stages = []
const partsMs = []
let pipelineCpuMs = 0
const { fit } = await readFitFile(DEFAULT_FIT_FILE, effort)
const noise = (length) => Float32Array.from({ length }, Math.random)
const MAPS = {
  resnet: { values: noise(128 * 8 * 8), side: 8, origin: 9, stride: 16 },
  faceres: { values: noise(512 * 14 * 14), side: 14, origin: 0, stride: 16 },
}
for (let i = -Number(warmUps); i < Number(pairs); i++) {
  if (i === 0) runs.reset()
  const startMs = performance.now()
  const startCpuMs = cpuMs()
  const faceA = await engine.analyze(a)
  const faceB = await engine.analyze(b)
  engine.compare(faceA, faceB)
  const endCpuMs = cpuMs()
  const endMs = performance.now()
  runs.endRecording()
  // Beside each pair, so that both see the same machine.
  await runs.repeatAlone()
  if (i < 0) continue
  pairMs.push(endMs - startMs)
  stages.push(faceA.stages, faceB.stages)
  pipelineCpuMs += endCpuMs - startCpuMs
  partsMs.push(timeParts(faceA, faceB))
}
await engine.close()
process.stdout.write(JSON.stringify({ pairMs, stages, pipelineCpuMs, models: runs.report(), partsMs }))

/** Everything that the parts add to a pair, on maps of the networks' sizes: pooled, described, and compared with the rest. */
function timeParts(a, b) {
  const startMs = performance.now()
  for (const { landmarks } of [a, b]) {
    const resnet = poolParts(MAPS.resnet, landmarks, alignChip(landmarks, 150, 0.25))
    const faceres = effort === 'fast' ? undefined : poolParts(MAPS.faceres, landmarks, alignChip(landmarks, 224, 0.5))
    describeParts(resnet, faceres, fit.partMeans)
  }
  engine.compare(a, b)
  return performance.now() - startMs
}
