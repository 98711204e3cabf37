// Run by stages.ts in a plain process on the compiled code, as users run it: the TypeScript loader costs a tenth more.
// Arguments: two image files, warm-ups, pairs, cache folder. Prints JSON: milliseconds of each pair and stage.
import { readFileSync } from 'node:fs'
import { createEngine } from '../dist/worker/engine.js'

const [fileA, fileB, warmUps, pairs, cacheDir] = process.argv.slice(2)
const engine = await createEngine({ cacheDir, maxPixels: 40_000_000 })
const [a, b] = [readFileSync(fileA), readFileSync(fileB)]
const pairMs = []
const stages = []
for (let i = -Number(warmUps); i < Number(pairs); i++) {
  const startMs = performance.now()
  const faceA = await engine.analyze(a)
  const faceB = await engine.analyze(b)
  engine.compare(faceA, faceB)
  if (i < 0) continue
  pairMs.push(performance.now() - startMs)
  stages.push(faceA.stages, faceB.stages)
}
await engine.close()
process.stdout.write(JSON.stringify({ pairMs, stages }))
