/**
 * How well pictures are grouped by person, by linkage and threshold:
 *
 *     npm run bench:grouping -- FOLDER [--cache FILE]
 *
 * FOLDER has `pairsDevTrain.txt` and `pairsDevTest.txt` in LFW's format and the pictures in `images/`. The people of DevTrain
 * choose the linkage and the threshold, those of DevTest are told. Prints the tables and writes `bench/results/grouping.json`.
 */
import { parseArgs } from 'node:util'
import { analyzeForGrouping } from '../src/cli/embed.js'
import { groupFaces } from '../src/dedupe/group-faces.js'
import { averageLinkage, type Linkage } from '../src/dedupe/linkage.js'
import { compareAll, readPairsFiles } from '../src/evaluation/data-set.js'
import { embedPictures } from '../src/evaluation/embed-pictures.js'
import { type EmbeddingCache, openEmbeddingCache } from '../src/evaluation/embedding-cache.js'
import { similarityAtScore } from '../src/score/calibration.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import { formatTable } from './figures.js'
import { measureGroups } from './grouping-figures.js'
import { writeResult } from './result-file.js'

const LINKAGES: Readonly<Record<string, Linkage>> = {
  single: Math.max,
  average: averageLinkage,
  complete: Math.min,
}
const SCORES = [60, 65, 70, 75, 80, 82, 84, 85, 90, 95]

const { positionals, values } = parseArgs({ allowPositionals: true, options: { cache: { type: 'string' } } })
const [folder] = positionals
if (!folder) {
  process.stderr.write('Usage: npm run bench:grouping -- FOLDER [--cache FILE]\n')
  process.exit(2)
}
const pool = await startBuiltEngine()
const cache = values.cache === undefined ? undefined : await openEmbeddingCache(values.cache)
const { calibration } = pool.numbers.fit
const lists = []
try {
  for (const list of ['DevTrain', 'DevTest'])
    lists.push({ list, ...(await measureList(folder, `pairs${list}.txt`, cache)) })
} finally {
  await Promise.all([pool.close(), cache?.close()])
}
console.log(`\nwritten to ${writeResult('grouping', { lists })}`)

async function measureList(root: string, pairsFile: string, kept: EmbeddingCache | undefined) {
  const { pictures, pairing } = compareAll(await readPairsFiles(root, [pairsFile]))
  if (pairing.kind !== 'all') throw new Error('Expected all pairs')
  const progress = createProgress(pairsFile, pictures.length)
  const { outcomes } = await embedPictures(pictures, {
    analyze: (bytes) => analyzeForGrouping(pool, bytes),
    cache: kept,
    lanes: LANES,
    signal: new AbortController().signal,
    onPicture: () => progress.advance(),
  })
  const found = [...outcomes.entries()].flatMap(([i, outcome]) =>
    'face' in outcome ? [{ face: outcome.face, person: pairing.personOf[i] ?? -1 }] : [],
  )
  const faces = found.map(({ face }) => face)
  const personOf = found.map(({ person }) => person)
  const rows = []
  for (const [linkage, link] of Object.entries(LINKAGES)) {
    for (const score of SCORES) {
      const groups = await groupFaces(faces, { leastSimilarity: similarityAtScore(calibration, score), linkage: link })
      rows.push({
        linkage,
        score,
        ...measureGroups(
          groups.map(({ members }) => members),
          personOf,
        ),
      })
    }
  }
  console.log(`\n${pairsFile}: ${faces.length} faces of ${pairing.persons.length} people, all against all\n`)
  console.log(
    formatTable([
      ['linkage', 'score', 'precision', 'recall', 'F1', 'groups', 'mixed groups'],
      ...rows.map(({ linkage, score, precision, recall, f1, groups, mixedGroups }) => [
        linkage,
        String(score),
        ...[precision, recall, f1].map((share) => (100 * share).toFixed(2)),
        String(groups),
        String(mixedGroups),
      ]),
    ]),
  )
  return { faces: faces.length, people: pairing.persons.length, rows }
}
