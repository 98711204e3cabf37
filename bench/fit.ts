/**
 * Fits the numbers of the default pack (means, share of the networks, cohort, thresholds, calibrations) and writes
 * packs/default/fit.json:
 *
 *     npm run fit -- FOLDER
 *
 * FOLDER has `pairsDevTrain.txt` in LFW's format and the pictures in `images/`. Means, share, cohort and thresholds come from
 * the people of DevTrain alone. The calibrations come from all-against-all impostor pairs of every person in the folder.
 */

import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'
import { mapParts } from '../src/engine/face.js'
import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { parseLfwPairs } from '../src/evaluation/pairs.js'
import { DEFAULT_FIT_FILE, type EffortFit, formatFit } from '../src/packs/fit-file.js'
import { CROPS, countViews, DEFAULT_EFFORT, type Effort } from '../src/pipeline/effort.js'
import { fuse, type RawEmbedding } from '../src/pipeline/embed.js'
import { fitCalibration, type Knots } from '../src/score/calibration.js'
import { type Cohort, headOfCohort, measureNearest, relativeSimilarity } from '../src/score/cohort.js'
import type { Fit } from '../src/score/fit.js'
import { dotProduct } from '../src/score/vectors.js'
import { accuracyAt, bestThreshold, measureRoc, type ScoredPair } from './metrics.js'
import { createProgress } from './progress.js'
import { seeded } from './random.js'
import { embedFiles } from './raw-embeddings.js'
import { makeCohort } from './synthetic-cohort.js'

const SHARES = [0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95]
/** Numbers of dlib's embedding, which are the first of a fused one, and of FaceRes's. */
const RESNET_LENGTH = 128
const FACERES_LENGTH = 1024
const NO_CURVE: Knots = [
  [-1, 0],
  [1, 100],
]

type Members = Pick<Cohort, 'head' | 'axes' | 'members'>

const folder = process.argv[2]
if (!folder) {
  process.stderr.write('Usage: npm run fit -- FOLDER (with pairsDevTrain.txt and images/)\n')
  process.exit(2)
}
const pairs = parseLfwPairs(readFileSync(join(folder, 'pairsDevTrain.txt'), 'utf8'), join(folder, 'images'))
const trainPeople = new Set(pairs.flatMap((pair) => [personOf(pair.a), personOf(pair.b)]))
const found = await embedFiles(await listPictures(join(folder, 'images')), {
  cacheDir: envPaths('facecompare', { suffix: '' }).cache,
  // Its crops begin with those of the others.
  effort: 'best',
  threads: 2,
})
const faces = [...found].flatMap(([file, face]) => (face ? [{ file, person: personOf(file), face }] : []))
console.log(`${faces.length} faces in ${found.size} pictures`)
await writeFile(fileURLToPath(DEFAULT_FIT_FILE), fitAll())

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

/** The text of the fit file. */
function fitAll(): string {
  const train = faces.filter(({ person }) => trainPeople.has(person))
  const roots = train.map(({ face }) => face.raw.faceres[0]!.map((x) => Math.sqrt(Math.max(0, x))))
  const partMeans = mapParts((part) => ({
    resnet: mean(train.map(({ face }) => face.raw.resnetParts[part])),
    faceres: mean(train.flatMap(({ face }) => face.raw.faceresParts?.[part] ?? [])),
  }))
  const partCalibrations = mapParts(() => NO_CURVE)
  const blank = { faceresMean: mean(roots), partMeans, bestThreshold: 0, calibration: NO_CURVE, partCalibrations }
  const best = SHARES.map((resnetShare) => measureShare({ ...blank, resnetShare })).toSorted(
    (p, q) => q.auc - p.auc,
  )[0]!
  console.log(`share of dlib's ResNet ${best.candidate.resnetShare}`)
  const efforts = {
    fast: fitEffort(best.candidate, headOfCohort(best.members, FACERES_LENGTH), 'fast'),
    default: fitEffort(best.candidate, best.members, 'default'),
    best: fitEffort(best.candidate, best.members, 'best'),
  }
  return formatFit(best.candidate, best.members, efforts)
}

/** Accuracy and AUC on DevTrain's pairs for one share of the networks, at the default effort. */
function measureShare(candidate: Fit) {
  const members = makeMembers(candidate)
  const cohort = { ...members, ...measureStanding(candidate, members, DEFAULT_EFFORT) }
  const { accuracy, auc } = measurePairs({ ...candidate, cohort }, DEFAULT_EFFORT)
  console.log(`share ${candidate.resnetShare}: accuracy ${(100 * accuracy).toFixed(2)} %, AUC ${auc.toFixed(5)}`)
  return { candidate, members, auc }
}

/** A cohort made from one face of each person of DevTrain. */
function makeMembers(fit: Fit): Members {
  const ofPeople = new Map(fuseTrain(fit, DEFAULT_EFFORT).map(({ person, embedding }) => [person, embedding]))
  return makeCohort([...ofPeople.values()], RESNET_LENGTH, fit.resnetShare, seeded(20_26))
}

/** How DevTrain's faces stand to a cohort on average. */
function measureStanding(fit: Fit, members: Members, effort: Effort): EffortFit['cohort'] {
  const measured = fuseTrain(fit, effort).map(({ embedding }) => measureNearest(members, embedding))
  const average = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  return { mean: average(measured.map((m) => m.mean)), deviation: average(measured.map((m) => m.deviation)) }
}

function fuseTrain(fit: Fit, effort: Effort) {
  return faces
    .filter(({ person }) => trainPeople.has(person))
    .map(({ person, face }) => ({ person, ...fuse(takeViews(face.raw, effort), fit) }))
}

/** Threshold from DevTrain's pairs, curves from the impostor pairs of all people. */
function fitEffort(candidate: Fit, members: Members, effort: Effort): EffortFit {
  const standing = measureStanding(candidate, members, effort)
  const fit = { ...candidate, cohort: { ...members, ...standing } }
  const fused = faces.map(({ person, face }) => ({ person, ...fuse(takeViews(face.raw, effort), fit) }))
  const calibration = fitCalibration(
    compareImpostors(
      fused,
      ({ embedding }) => embedding,
      (cosine, p, q) => relativeSimilarity(cosine, p.cohort, q.cohort),
    ),
  )
  const { accuracy, auc, threshold } = measurePairs(fit, effort)
  const figures = `accuracy ${(100 * accuracy).toFixed(2)} %, AUC ${auc.toFixed(5)}, threshold ${threshold.toFixed(4)}`
  console.log(`${effort}: ${figures}, score ${JSON.stringify(calibration)}`)
  // A third of the pictures: over a million pairs are enough for a part.
  const sample = fused.filter((_, i) => i % 3 === 0)
  const partCalibrations = mapParts((part) => {
    const curve = fitCalibration(compareImpostors(sample, ({ parts }) => parts[part]))
    console.log(`${effort}: ${part} ${JSON.stringify(curve)}`)
    return curve
  })
  return { bestThreshold: threshold, cohort: standing, calibration, partCalibrations }
}

/** What a smaller effort would have made. */
function takeViews(raw: RawEmbedding, effort: Effort): RawEmbedding {
  const { resnet, faceres } = CROPS[effort]
  return {
    resnet: raw.resnet.slice(0, countViews(resnet)),
    faceres: raw.faceres.slice(0, countViews(faceres)),
    resnetParts: raw.resnetParts,
    ...(faceres.length > 0 && raw.faceresParts ? { faceresParts: raw.faceresParts } : {}),
  }
}

/** How DevTrain's pairs are told apart. */
function measurePairs(fit: Fit, effort: Effort) {
  const byFile = new Map(faces.map(({ file, face }) => [file, fuse(takeViews(face.raw, effort), fit)]))
  const scored = pairs.map(({ a, b, genuine }): ScoredPair => {
    const [p, q] = [byFile.get(a), byFile.get(b)]
    if (!p || !q) return { genuine, similarity: genuine ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY }
    return { genuine, similarity: relativeSimilarity(dotProduct(p.embedding, q.embedding), p.cohort, q.cohort) }
  })
  const threshold = bestThreshold(scored)
  return { threshold, accuracy: accuracyAt(scored, threshold), auc: measureRoc(scored).auc }
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]!.length)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}

/** The similarities of all pairs of different people, highest first; `read` makes them of dot products. */
function compareImpostors<T extends { readonly person: string }>(
  all: readonly T[],
  vectorOf: (face: T) => Float32Array,
  read: (product: number, p: T, q: T) => number = (product) => product,
): Float32Array {
  const similarities = new Float32Array((all.length * (all.length - 1)) / 2)
  let count = 0
  const take = (i: number, j: number, product: number): void => {
    const [p, q] = [all[i]!, all[j]!]
    if (p.person !== q.person) similarities[count++] = read(product, p, q)
  }
  const progress = createProgress('impostor pairs, a hundredth', 100)
  let done = 0
  for (const share of multiplyAllPairs(all.map(vectorOf), take)) {
    for (; done < 100 * share; done++) progress.advance()
  }
  return similarities.subarray(0, count).sort().reverse()
}
