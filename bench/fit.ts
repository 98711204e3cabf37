/**
 * Fits the numbers of the default pack (means, share of the networks, threshold, calibration) and writes packs/default/fit.json:
 *
 *     npm run fit -- FOLDER
 *
 * FOLDER has `pairsDevTrain.txt` in LFW's format and the pictures in `images/`. Means, share and threshold come from the
 * people of DevTrain alone. The calibration comes from all-against-all impostor pairs of every person in the folder.
 */

import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'
import { parseLfwPairs } from '../src/evaluation/pairs.js'
import { fitCalibration, type Knots } from '../src/face/calibration.js'
import { DEFAULT_EFFORT } from '../src/face/effort.js'
import { fuse } from '../src/face/embed.js'
import { mapParts } from '../src/face/face.js'
import type { Fit } from '../src/face/fit.js'
import { dotProduct } from '../src/face/vectors.js'
import { DEFAULT_FIT_FILE, formatFit } from '../src/model/fit-file.js'
import { accuracyAt, bestThreshold, measureRoc, type ScoredPair } from './metrics.js'
import { embedFiles } from './raw-embeddings.js'

const SHARES = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]
const NO_CURVE: Knots = [
  [-1, 0],
  [1, 100],
]

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Usage: npm run fit -- FOLDER (with pairsDevTrain.txt and images/)\n')
  process.exit(2)
}
const pairs = parseLfwPairs(readFileSync(join(folder, 'pairsDevTrain.txt'), 'utf8'), join(folder, 'images'))
const trainPeople = new Set(pairs.flatMap((pair) => [personOf(pair.a), personOf(pair.b)]))
const found = await embedFiles(await listPictures(join(folder, 'images')), {
  cacheDir: envPaths('facecompare', { suffix: '' }).cache,
  effort: DEFAULT_EFFORT,
  threads: 2,
})
const faces = [...found].flatMap(([file, face]) => (face ? [{ file, person: personOf(file), face }] : []))
console.log(`${faces.length} faces in ${found.size} pictures`)
const fit = fitAll()
await writeFile(fileURLToPath(DEFAULT_FIT_FILE), formatFit(fit))

function personOf(file: string): string {
  return basename(dirname(file))
}

async function listPictures(images: string): Promise<readonly string[]> {
  const entries = await readdir(images, { recursive: true, withFileTypes: true })
  return entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name))
    .sort()
}

function fitAll(): Fit {
  const train = faces.filter(({ person }) => trainPeople.has(person)).map(({ face }) => face)
  const faceresMean = mean(train.flatMap(({ raw }) => raw.faceres.map((v) => v.map((x) => Math.sqrt(Math.max(0, x))))))
  const partMeans = mapParts((part) => ({
    resnet: mean(train.map(({ raw }) => raw.resnetParts[part])),
    faceres: mean(train.map(({ raw }) => raw.faceresParts[part])),
  }))
  const blank = { faceresMean, partMeans, calibration: NO_CURVE, partCalibrations: mapParts(() => NO_CURVE) }
  const byShare = SHARES.map((resnetShare) => measureShare({ ...blank, resnetShare, bestThreshold: 0 }))
  const best = byShare.toSorted((p, q) => q.auc - p.auc)[0]!
  const chosen = { ...blank, resnetShare: best.resnetShare, bestThreshold: best.threshold }
  console.log(`share of dlib's ResNet ${best.resnetShare}, threshold ${best.threshold.toFixed(4)}`)
  const fused = faces.map(({ person, face }) => ({ person, ...fuse(face.raw, chosen) }))
  const calibration = fitCalibration(
    impostorCosines(fused.map(({ person, embedding }) => ({ person, vector: embedding }))),
  )
  console.log('score', JSON.stringify(calibration))
  const partCalibrations = mapParts((part) => {
    // A third of the pictures: over a million pairs are enough for a part.
    const sample = fused.filter((_, i) => i % 3 === 0).map(({ person, parts }) => ({ person, vector: parts[part] }))
    const curve = fitCalibration(impostorCosines(sample))
    console.log(part, JSON.stringify(curve))
    return curve
  })
  return { ...chosen, calibration, partCalibrations }
}

/** Accuracy and AUC on DevTrain's pairs for one share of the networks. */
function measureShare(candidate: Fit) {
  const embeddings = new Map(faces.map(({ file, face }) => [file, fuse(face.raw, candidate)]))
  const scored = pairs.map(({ a, b, genuine }): ScoredPair => {
    const [p, q] = [embeddings.get(a), embeddings.get(b)]
    return { genuine, similarity: p && q ? dotProduct(p.embedding, q.embedding) : genuine ? -9 : 9 }
  })
  const threshold = bestThreshold(scored)
  const { auc } = measureRoc(scored)
  const accuracy = accuracyAt(scored, threshold)
  console.log(`share ${candidate.resnetShare}: accuracy ${(100 * accuracy).toFixed(2)} %, AUC ${auc.toFixed(5)}`)
  return { resnetShare: candidate.resnetShare, threshold, auc }
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}

/** The cosine similarities of all pairs of different people, highest first. */
function impostorCosines(vectors: readonly { readonly person: string; readonly vector: Float32Array }[]): Float32Array {
  const cosines = new Float32Array((vectors.length * (vectors.length - 1)) / 2)
  let count = 0
  for (const [i, p] of vectors.entries()) {
    for (let j = i + 1; j < vectors.length; j++) {
      const q = vectors[j]!
      if (p.person !== q.person) cosines[count++] = dotProduct(p.vector, q.vector)
    }
  }
  return cosines.subarray(0, count).sort().reverse()
}
