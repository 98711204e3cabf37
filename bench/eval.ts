/**
 * Accuracy of the whole pipeline, from JPEG bytes, on labelled pairs in LFW's format:
 *
 *     npm run eval -- FOLDER --pairs pairsDevTest.txt
 *
 * FOLDER has the pairs file and the pictures in `images/`. The accuracy is that at the threshold of the model pack, which
 * was chosen on DevTrain. A pair with an undetected face counts as an error, whatever its label.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import envPaths from 'env-paths'
import type { Face } from '../src/engine.js'
import { FaceCompareError } from '../src/errors.js'
import { accuracyAt, bestThreshold, measureRoc, type ScoredPair } from '../src/evaluation/metrics.js'
import { type LabelledPair, parseLfwPairs } from '../src/evaluation/pairs.js'
import { DEFAULT_FIT_FILE, readFitFile } from '../src/model/fit-file.js'
import { type EnginePool, startEnginePool } from '../src/worker/pool.js'
import { createProgress } from './progress.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { pairs: { type: 'string' }, workers: { type: 'string', default: '2' } },
})
const [folder] = positionals
if (!folder || !values.pairs) {
  process.stderr.write(
    'Usage: npm run eval -- FOLDER --pairs FILE (a pairs file in FOLDER, pictures in FOLDER/images)\n',
  )
  process.exit(2)
}
const text = await readFile(join(folder, values.pairs), 'utf8').catch(() => {
  process.stderr.write(`There is no pairs file ${join(folder, values.pairs ?? '')}; name the folder that has it.\n`)
  process.exit(2)
})
const pairs = parseLfwPairs(text, join(folder, 'images'))

const workers = Number(values.workers)
const { fit: fitted } = await readFitFile(DEFAULT_FIT_FILE)
const engine = await startEnginePool({
  cacheDir: process.env.FACECOMPARE_CACHE_DIR ?? envPaths('facecompare', { suffix: '' }).cache,
  maxPixels: 40_000_000,
  workers,
  queueSize: 64,
  timeoutMs: 60_000,
  threadFile: new URL('../dist/worker/thread.js', import.meta.url),
})
await engine.ready
const faces = await analyzeAll(engine, [...new Set(pairs.flatMap((pair) => [pair.a, pair.b]))])
report(pairs.map((pair) => scorePair(pair)))
await engine.close()

/** All faces by file; `undefined` where none was found. */
async function analyzeAll(pool: EnginePool, files: readonly string[]): Promise<ReadonlyMap<string, Face | undefined>> {
  const progress = createProgress('images', files.length)
  const found = new Map<string, Face | undefined>()
  const rest = files.values()
  const lane = async (): Promise<void> => {
    for (const file of rest) {
      found.set(file, await analyzeFile(pool, file))
      progress.advance()
    }
  }
  // One image more than there are threads, so that no thread waits for the disk.
  await Promise.all(Array.from({ length: workers + 1 }, lane))
  return found
}

async function analyzeFile(pool: EnginePool, file: string): Promise<Face | undefined> {
  try {
    return await pool.analyze(await readFile(file))
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return undefined
    throw error
  }
}

function scorePair({ a, b, genuine }: LabelledPair): ScoredPair {
  const faceA = faces.get(a)
  const faceB = faces.get(b)
  if (!faceA || !faceB) return { genuine, similarity: genuine ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY }
  return { genuine, similarity: engine.compare(faceA, faceB).cosine }
}

function report(scored: readonly ScoredPair[]): void {
  const threshold = fitted.bestThreshold
  const roc = measureRoc(scored)
  const undetected = [...faces].filter(([, face]) => !face).map(([file]) => file)
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`
  const lines = [
    ['pairs', `${scored.length} (${scored.filter((pair) => pair.genuine).length} genuine)`],
    ['images', `${faces.size}, ${undetected.length} undetected`],
    ['accuracy', `${percent(accuracyAt(scored, threshold))} at cosine ${threshold.toFixed(4)}, the pack's threshold`],
    ['best possible', `${percent(accuracyAt(scored, bestThreshold(scored)))} with a threshold chosen on these pairs`],
    ['ROC AUC', roc.auc.toFixed(5)],
    ['EER', percent(roc.equalErrorRate)],
    ['TAR at FAR 1e-2', percent(roc.tarAtFar(1e-2))],
    ['TAR at FAR 1e-3', percent(roc.tarAtFar(1e-3))],
  ] as const
  for (const [name, value] of lines) console.log(`${name.padEnd(16)} ${value}`)
  for (const file of undetected) console.log(`no face found in ${file}`)
}
