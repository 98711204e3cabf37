/**
 * Fits the numbers of the default pack (means of the facial parts, threshold, calibrations) and writes
 * packs/default/fit.json:
 *
 *     npm run fit -- FOLDER
 *
 * FOLDER has `pairsDevTrain.txt` in LFW's format and the pictures in `images/`. Means and threshold come from the people of
 * DevTrain alone, the calibrations from all-against-all impostor pairs of every person in the folder. To be run when a
 * network of the pack, or the way to it, has changed; the next build takes the file up.
 */
import { readFileSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Face, mapParts, type PartName } from '../src/engine/face.js'
import { readPackNumbers } from '../src/engine/pack-numbers.js'
import { FaceCompareError } from '../src/errors.js'
import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { parseLfwPairs } from '../src/evaluation/pairs.js'
import { formatFit } from '../src/packs/fit-file.js'
import { DEFAULT_PACK_FOLDER } from '../src/packs/resolve.js'
import { fitCalibration } from '../src/score/calibration.js'
import type { PartFit } from '../src/score/fit.js'
import { directionFrom, dotProduct } from '../src/score/vectors.js'
import { startEnginePool } from '../src/worker/pool.js'
import { accuracyAt, bestThreshold, measureRoc, type ScoredPair } from '../support/metrics.js'
import { createProgress } from '../support/progress.js'
import { fitFaceLikeness } from './fit-face-likeness.js'
import { fitUpright } from './fit-upright.js'

const FIT_FILE = fileURLToPath(new URL('../packs/default/fit.json', import.meta.url))
/** Of the pictures so many are enough for a part: over a million pairs. */
const PART_SAMPLE = 3
/** Of DevTrain's pictures so many are enough to tell which way up a face is. */
const UPRIGHT_SAMPLE = 3
/** And so many to tell what is a face at all. */
const LIKENESS_SAMPLE = 8

const NOTHING_FITTED = {
  bestThreshold: 0,
  calibration: [
    [-1, 0],
    [1, 100],
  ],
  supportedScore: 0,
  madeFrom: { persons: 0, pictures: 0, genuinePairs: 0, impostorPairs: 0, date: '' },
} as const

interface Embedded {
  readonly file: string
  readonly person: string
  readonly face: Face
}

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Usage: npm run fit -- FOLDER (with pairsDevTrain.txt and images/)\n')
  process.exit(2)
}
const pairs = parseLfwPairs(readFileSync(join(folder, 'pairsDevTrain.txt'), 'utf8'), join(folder, 'images'))
const trainPeople = new Set(pairs.flatMap(({ a, b }) => [personOf(a), personOf(b)]))
const content = (await readPackNumbers({ calibration: 'none' })).content
const trainPictures = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))].sort()
const upright = await fitUpright(takeEach(UPRIGHT_SAMPLE, trainPictures))
// What is embedded from here on stands the right way up.
await writeFile(join(DEFAULT_PACK_FOLDER, 'fit.json'), formatFit({ ...NOTHING_FITTED, pack: content, upright }))
const faceLikeness = await fitFaceLikeness(takeEach(LIKENESS_SAMPLE, trainPictures))
// And what shows none is left out.
const known = { ...NOTHING_FITTED, pack: content, upright, faceLikeness }
await writeFile(join(DEFAULT_PACK_FOLDER, 'fit.json'), formatFit(known))
const faces = await embedAll(await listPictures(join(folder, 'images')))
const train = faces.filter(({ person }) => trainPeople.has(person))
const { threshold } = measurePairs('score', ({ embedding }) => embedding)
const impostors = compareImpostors(faces, ({ embedding }) => embedding)
const text = formatFit({
  pack: content,
  bestThreshold: threshold,
  calibration: fitCalibration(impostors),
  supportedScore: 90,
  madeFrom: {
    persons: new Set(faces.map(({ person }) => person)).size,
    pictures: faces.length,
    genuinePairs: (faces.length * (faces.length - 1)) / 2 - impostors.length,
    impostorPairs: impostors.length,
    date: new Date().toISOString().slice(0, 10),
  },
  parts: mapParts(fitPart),
  upright,
  faceLikeness,
})
await writeFile(FIT_FILE, text)

function takeEach<T>(step: number, list: readonly T[]): readonly T[] {
  return list.filter((_, i) => i % step === 0)
}

function personOf(file: string): string {
  return basename(dirname(file))
}

async function listPictures(images: string): Promise<readonly string[]> {
  const entries = await readdir(images, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/** Nothing fitted is in what comes out: the parts are not centred. */
async function embedAll(files: readonly string[]) {
  const workers = availableParallelism()
  const options = { maxPixels: 40e6, calibration: 'none', workers, queueSize: 2 * workers, timeoutMs: 60_000 } as const
  const pool = await startEnginePool({ ...options, workerFile: new URL('../dist/worker/worker.js', import.meta.url) })
  await pool.ready
  const progress = createProgress('pictures', files.length)
  const found: Embedded[] = []
  const rest = files.values()
  const work = async () => {
    for (const file of rest) {
      const face = await pool.analyze(await readFile(file)).catch((error: unknown) => {
        if (!(error instanceof FaceCompareError)) throw error
        console.log(`${file}: ${error.message}`)
      })
      if (face) found.push({ file, person: personOf(file), face })
      progress.advance()
    }
  }
  await Promise.all(Array.from({ length: 2 * workers }, work))
  await pool.close()
  console.log(`${found.length} faces in ${files.length} pictures`)
  return found.toSorted((p, q) => (p.file < q.file ? -1 : 1))
}

function fitPart(part: PartName): PartFit {
  const mean = meanOf(train.map(({ face }) => face.parts[part]))
  const describe = ({ parts }: Face) => directionFrom(mean, parts[part])
  measurePairs(part, describe)
  const sample = takeEach(PART_SAMPLE, faces)
  return { mean, calibration: fitCalibration(compareImpostors(sample, describe)) }
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}

/** How DevTrain's pairs are told apart. */
function measurePairs(name: string, vectorOf: (face: Face) => Float32Array) {
  const vectors = new Map(train.map(({ file, face }) => [file, vectorOf(face)]))
  const scored = pairs.map(({ a, b, genuine }): ScoredPair => {
    const [p, q] = [vectors.get(a), vectors.get(b)]
    if (!p || !q) return { genuine, similarity: genuine ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY }
    return { genuine, similarity: dotProduct(p, q) }
  })
  const threshold = bestThreshold(scored)
  const accuracy = (100 * accuracyAt(scored, threshold)).toFixed(2)
  console.log(`${name}: accuracy ${accuracy} %, AUC ${measureRoc(scored).auc.toFixed(5)}, at ${threshold.toFixed(4)}`)
  return { threshold }
}

/** The cosine similarities of all pairs of different people, highest first. */
function compareImpostors(all: readonly Embedded[], vectorOf: (face: Face) => Float32Array): Float32Array {
  const similarities = new Float32Array((all.length * (all.length - 1)) / 2)
  let count = 0
  const take = (i: number, j: number, product: number): void => {
    if (all[i]!.person !== all[j]!.person) similarities[count++] = product
  }
  const progress = createProgress('impostor pairs, a hundredth', 100)
  let done = 0
  for (const share of multiplyAllPairs(
    all.map(({ face }) => vectorOf(face)),
    take,
  )) {
    for (; done < 100 * share; done++) progress.advance()
  }
  return similarities.subarray(0, count).sort().reverse()
}
