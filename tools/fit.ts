/**
 * Fits the numbers of the default pack (cohort, calibration, quality, facial parts, threshold) and writes
 * packs/default/fit.json:
 *
 *     npm run fit -- LFW GROUPS
 *
 * LFW has `pairsDevTrain.txt` in LFW's format and the pictures in `images/`; DevTrain's people alone are looked at. GROUPS has
 * `fit.txt`, lines of `GROUP/NNNN_SEX_AGE.jpg`, and the pictures in `images/`. To be run when a network of the pack, or the way to
 * it, has changed; the next build takes the file up. The same pictures give the same file.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { mapParts, type PartName } from '../src/engine/face.js'
import { readPackNumbers } from '../src/engine/pack-numbers.js'
import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { formatFit, type PackFit } from '../src/packs/fit-file.js'
import { DEFAULT_PACK_FOLDER } from '../src/packs/resolve.js'
import { type Knots, similarityAtScore } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import type { PartFit } from '../src/score/fit.js'
import { directionFrom, dotProduct } from '../src/score/vectors.js'
import { parseLfwPairs } from '../support/lfw-pairs.js'
import { accuracyAt, bestThreshold, measureRoc, type ScoredPair } from '../support/metrics.js'
import { createProgress } from '../support/progress.js'
import { fitCalibration } from './fit-calibration.js'
import { byGroup, fitCohort, scaleAll, scaleFitted } from './fit-cohort.js'
import { fitFaceLikeness } from './fit-face-likeness.js'
import { embedDegraded, embedPlain, type FittedFace, findRepeated, listGroups, listPortraits } from './fit-faces.js'
import { findLeastLength, fitQuality, LENGTHS_ALONE, lengthOfFace } from './fit-quality.js'
import { fitThresholds, splitIntoFolds } from './fit-thresholds.js'
import { fitUpright } from './fit-upright.js'

const FIT_FILE = fileURLToPath(new URL('../packs/default/fit.json', import.meta.url))
/** What the engine reads: numbers that are half done stand there only while this program runs. */
const BUILT_FILE = join(DEFAULT_PACK_FOLDER, 'fit.json')
/** Of DevTrain's pictures so many are enough for a part: over a million pairs. */
const PART_SAMPLE = 2
/** Of DevTrain's pictures so many are enough to tell which way up a face is. */
const UPRIGHT_SAMPLE = 3
/** And so many to tell what is a face at all. */
const LIKENESS_SAMPLE = 8
/** Of so many plain faces one is made poor in every way. */
const POOR_SAMPLE = { ofPress: 17, ofGroups: 12 } as const

const NOTHING_FITTED = {
  bestThreshold: 0,
  calibration: [
    [-1, 0],
    [1, 100],
  ],
  supportedScore: 0,
  madeFrom: { persons: 0, pictures: 0, genuinePairs: 0, impostorPairs: 0, date: '' },
} as const

const [folder, groupsFolder] = process.argv.slice(2)
if (!folder || !groupsFolder) {
  process.stderr.write(
    'Usage: npm run fit -- LFW GROUPS (with pairsDevTrain.txt and images/, and with fit.txt and images/)\n',
  )
  process.exit(2)
}
const pairs = parseLfwPairs(readFileSync(join(folder, 'pairsDevTrain.txt'), 'utf8'), join(folder, 'images'))
const portraits = (await listPortraits(folder)).filter(({ of }) => of === 'DevTrain')
const builtBefore = readFileSync(BUILT_FILE)
process.on('exit', (code) => {
  if (code !== 0) writeFileSync(BUILT_FILE, builtBefore)
})
const content = (await readPackNumbers({ calibration: 'none' })).content
const trainPictures = portraits.map(({ file }) => file)
const upright = await fitUpright(takeEach(UPRIGHT_SAMPLE, trainPictures))
// What is embedded from here on stands the right way up,
await writeForNow({ pack: content, upright })
const faceLikeness = await fitFaceLikeness(takeEach(LIKENESS_SAMPLE, trainPictures))
// is a face, and tells the length of its embedding.
await writeForNow({ pack: content, upright, faceLikeness, quality: LENGTHS_ALONE })
const train = await embedPlain(portraits)
const allGroups = await embedPlain(listGroups(groupsFolder))
const repeated = findRepeated(allGroups)
console.log(`left out, because an earlier picture shows the same person: ${[...repeated].join(', ')}`)
const isKept = ({ person }: FittedFace): boolean => !repeated.has(person)
const groups = allGroups.filter(isKept)
const plain = [...train, ...groups]
const sample = [...takeEach(POOR_SAMPLE.ofPress, train), ...takeEach(POOR_SAMPLE.ofGroups, allGroups)]
const poor = (await embedDegraded(sample)).filter(isKept)
console.log(`${train.length} faces of the press, ${groups.length} of groups, ${poor.length} poor ones`)
const cohort = fitCohort(plain, poor)
const folds = splitIntoFolds(plain, poor)
// What is refused decides no score, and the scores say what is to be refused: those of plain pictures come first.
const leastLength = findLeastLength(poor, tellKnown(fitThresholds(folds, () => false)))
const calibration = fitThresholds(folds, (face) => lengthOfFace(face) >= leastLength)
const impostors = compareStrangers(train, ({ face }) => face.embedding).length
const text = keepDate(
  formatFit({
    pack: content,
    bestThreshold: findThreshold(),
    calibration,
    supportedScore: 90,
    madeFrom: {
      persons: new Set(plain.map(({ person }) => person)).size,
      pictures: plain.length + poor.length,
      genuinePairs: (train.length * (train.length - 1)) / 2 - impostors,
      impostorPairs: impostors,
      groups: [...byGroup(groups, ({ name, sex, age }) => [name, sex, age].join(', '))].map(([name, faces]) => ({
        name,
        impostorPairs: (faces.length * (faces.length - 1)) / 2,
      })),
      date: new Date().toISOString().slice(0, 10),
    },
    parts: mapParts(fitPart),
    upright,
    faceLikeness,
    quality: fitQuality(plain, poor, leastLength),
    cohort,
  }),
)
for (const file of [FIT_FILE, BUILT_FILE]) await writeFile(file, text)

async function writeForNow(known: Pick<PackFit, 'pack' | 'upright' | 'faceLikeness' | 'quality'>): Promise<void> {
  await writeFile(BUILT_FILE, formatFit({ ...NOTHING_FITTED, ...known }))
}

/** The date of the file that is there, where nothing else has changed. */
function keepDate(text: string): string {
  const withoutDate = (file: string) => file.replace(/"date": "[^"]*"/, '')
  const before = readFileSync(FIT_FILE, 'utf8')
  return withoutDate(before) === withoutDate(text) ? before : text
}

function takeEach<T>(step: number, list: readonly T[]): readonly T[] {
  return list.filter((_, i) => i % step === 0)
}

function fitPart(part: PartName): PartFit {
  const mean = meanOf(train.map(({ face }) => face.parts[part]))
  const describe = ({ face }: FittedFace) => directionFrom(mean, face.parts[part])
  const vectors = new Map(train.map((fitted) => [fitted.file, describe(fitted)]))
  report(part, (a, b) => {
    const [p, q] = [vectors.get(a), vectors.get(b)]
    return p && q && dotProduct(p, q)
  })
  return { mean, calibration: fitCalibration(compareStrangers(takeEach(PART_SAMPLE, train), describe)) }
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0]?.length ?? 0)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  return Float32Array.from(sum, (value) => value / vectors.length)
}

/** The relative similarity that tells DevTrain's pairs apart best. */
function findThreshold(): number {
  const scaled = new Map(scaleAll(cohort, train).map((face) => [face.file, face]))
  return report('score', (a, b) => {
    const [p, q] = [scaled.get(a), scaled.get(b)]
    return p && q && relativeSimilarity(dotProduct(p.face.embedding, q.face.embedding), p.scale, q.scale)
  })
}

/** Whether a poor face reaches a score of 70 beside the picture that it was made from. */
function tellKnown(curve: Knots): (face: FittedFace) => boolean {
  const scaled = new Map(scaleAll(cohort, plain).map((face) => [face.file, face]))
  const least = similarityAtScore(curve, 70)
  return (poorFace) => {
    const own = scaled.get(poorFace.file)
    const cosine = own ? dotProduct(own.face.embedding, poorFace.face.embedding) : 0
    return own !== undefined && relativeSimilarity(cosine, own.scale, scaleFitted(cohort, poorFace)) >= least
  }
}

/** Says how DevTrain's pairs are told apart, and gives the threshold that does it best. */
function report(name: string, similarityOf: (a: string, b: string) => number | undefined): number {
  const scored = pairs.map(({ a, b, genuine }): ScoredPair => {
    const missing = genuine ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
    return { genuine, similarity: similarityOf(a, b) ?? missing }
  })
  const threshold = bestThreshold(scored)
  const accuracy = (100 * accuracyAt(scored, threshold)).toFixed(2)
  console.log(`${name}: accuracy ${accuracy} %, AUC ${measureRoc(scored).auc.toFixed(5)}, at ${threshold.toFixed(4)}`)
  return threshold
}

/** The cosine similarities of all pairs of different people, highest first. */
function compareStrangers(all: readonly FittedFace[], vectorOf: (face: FittedFace) => Float32Array): Float32Array {
  const similarities = new Float32Array((all.length * (all.length - 1)) / 2)
  let count = 0
  const progress = createProgress('impostor pairs, a hundredth', 100)
  let done = 0
  for (const share of multiplyAllPairs(all.map(vectorOf), (i, j, product) => {
    if (all[i]!.person !== all[j]!.person) similarities[count++] = product
  })) {
    for (; done < 100 * share; done++) progress.advance()
  }
  return similarities.subarray(0, count).sort().reverse()
}
