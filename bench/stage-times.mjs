// Run by stages.ts in a plain process on the compiled code, as users run it: the TypeScript loader costs a tenth more.
// Arguments: two image files, warm-ups, pairs. Prints JSON: milliseconds of each pair and stage, and processor milliseconds of
// all pairs, of the runs inside of them, and of the same runs on their own (see run-floor.mjs); and milliseconds that the
// facial parts take of a pair.
import { readFileSync } from 'node:fs'
import { mapParts } from '../dist/engine/face.js'
import { createEngine } from '../dist/engine/local-engine.js'
import { resolvePack } from '../dist/packs/resolve.js'
import { alignFivePoints, fivePointsOf } from '../dist/pipeline/five-points.js'
import { poolParts } from '../dist/pipeline/parts.js'
import { directionFrom, joinWeighted, normalise } from '../dist/score/vectors.js'
import { cpuMs, watchRuns } from './run-floor.mjs'

const [fileA, fileB, warmUps, pairs] = process.argv.slice(2)
const runs = watchRuns()
const engine = await createEngine({ maxPixels: 40_000_000 })
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const pairMs = []
const stages = []
const partsMs = []
let pipelineCpuMs = 0
const { parts } = engine.numbers.fit
const { size, maps } = await noiseMaps()
// Behind the runs that loading makes.
runs.startRecording()
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
process.stdout.write(JSON.stringify({ pairMs, stages, pipelineCpuMs, networks: runs.report(), partsMs }))

/** Maps of the sizes that the embedder gives: six numbers a channel and map are the parts' descriptors. */
async function noiseMaps() {
  const [{ entry, maps }] = (await resolvePack(undefined)).embedders
  const channels = parts.nose.mean.length / 6 / maps.length
  const { size } = entry.inputForm
  const noise = (side) => Float32Array.from({ length: channels * side * side }, Math.random)
  return { size, maps: maps.map((map) => ({ ...map, side: size / map.stride, values: noise(size / map.stride) })) }
}

/** Everything that the parts add to a pair: pooled, described, and compared with the rest. */
function timeParts(a, b) {
  const startMs = performance.now()
  for (const { landmarks } of [a, b]) {
    const toImage = alignFivePoints(fivePointsOf(landmarks), size)
    const pooled = maps.map((map) => poolParts(map, landmarks, toImage))
    const shares = maps.map(({ weight }) => weight)
    mapParts((part) =>
      directionFrom(
        parts[part].mean,
        joinWeighted(
          pooled.map((of) => normalise(of[part])),
          shares,
        ),
      ),
    )
  }
  engine.compare(a, b)
  return performance.now() - startMs
}
