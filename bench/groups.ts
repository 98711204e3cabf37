/**
 * What the scores are worth for strangers of one group and one sex, who resemble each other more than any two people do:
 *
 *     npm run bench:groups -- FOLDER [--lfw FOLDER] [--fit] [--json FILE]
 *
 * FOLDER has `test.txt` with one `GROUP/NNNN_SEX_AGE.jpg` a line and the pictures in `images/`; every pair of one group and one
 * sex counts as two strangers. With `--lfw`, a folder with `pairsDevTest.txt` and `images/`, also what the scores, and thresholds
 * that hold in the worst group, cost the people of DevTest. `--fit` takes the pictures of `fit.txt` as well. Prints tables and
 * writes figures, no names, into FILE, else (unless with `--fit`) into `bench/results/groups.json`, whose first figures
 * are replaced; those behind them, of a pack of earlier days, stay.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { analyzeForGrouping } from '../src/cli/embed.js'
import { compareAll, type Picture, readPairsFiles } from '../src/evaluation/data-set.js'
import { embedPictures } from '../src/evaluation/embed-pictures.js'
import type { FaceVectors } from '../src/evaluation/face-vectors.js'
import { similarityAtScore } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { dotProduct } from '../src/score/vectors.js'
import { startEnginePool } from '../src/worker/pool.js'
import { createProgress } from '../support/progress.js'
import { type Compared, measureGroups, measurePeople, type PackGroups, PROMISES, readSubject } from './group-figures.js'
import { describeGroups } from './group-report.js'
import { describeSetting, formatSetting, readResult, writeResult } from './result-file.js'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { lfw: { type: 'string' }, fit: { type: 'boolean', default: false }, json: { type: 'string' } },
})
const [folder] = positionals
if (!folder) endWith('Usage: npm run bench:groups -- FOLDER [--lfw FOLDER] [--fit] [--json FILE]')
const names = [...readList(folder, 'test.txt'), ...(values.fit ? readList(folder, 'fit.txt') : [])]
const inGroups = names.map((name) => ({ name, file: join(folder, 'images', name) }))
const people = values.lfw === undefined ? [] : await listPeople(values.lfw)
const { found, compared, pack } = await embed([...inGroups, ...people])
const measured = measureGroups(names.map(readSubject), found.slice(0, names.length), compared)
const figures: PackGroups = {
  pack,
  date: new Date().toISOString(),
  groups: measured.groups,
  ...(people.length > 0 && {
    people: measurePeople(
      people.map(({ name }) => dirname(name)),
      found.slice(names.length),
      compared,
      measured.keeping,
    ),
  }),
}
const setting = describeSetting()
console.log(`${formatSetting(setting)}\n\n${describeGroups(figures)}`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`)
else if (!values.fit) {
  // Boundary code: this program alone writes the file.
  const kept = readResult('groups') as { readonly packs: readonly PackGroups[] } | undefined
  const earlier = kept?.packs.slice(1).filter((other) => other.pack !== pack) ?? []
  console.log(`\n${writeResult('groups', { packs: [figures, ...earlier] }, setting)}`)
}

function readList(root: string, list: string): readonly string[] {
  const file = join(root, list)
  if (!existsSync(file)) {
    endWith(
      `There is no ${file}. The pictures by group (UTKFace, cut down) are no part of the project, because their terms allow non-commercial research only.`,
    )
  }
  return readFileSync(file, 'utf8').trim().split(/\r?\n/)
}

function endWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

async function listPeople(root: string): Promise<readonly Picture[]> {
  return compareAll(await readPairsFiles(root, ['pairsDevTest.txt'])).pictures
}

/** For each picture the place of its face among those that are compared. */
async function embed(pictures: readonly Picture[]) {
  const workers = availableParallelism()
  const pool = await startEnginePool({
    maxPixels: 40_000_000,
    workers,
    queueSize: workers,
    timeoutMs: 120_000,
    workerFile: new URL('../dist/worker/worker.js', import.meta.url),
  })
  try {
    await pool.ready
    const progress = createProgress('pictures', pictures.length)
    const { outcomes } = await embedPictures(pictures, {
      analyze: (bytes) => analyzeForGrouping(pool, bytes),
      lanes: workers + 1,
      signal: new AbortController().signal,
      onPicture: () => progress.advance(),
    })
    const faces: FaceVectors[] = []
    const found = outcomes.map((outcome) => ('face' in outcome ? faces.push(outcome.face) - 1 : undefined))
    const { fit, content } = pool.numbers
    const compared: Compared = {
      similarityOf(a, b) {
        const [p, q] = [faces[a]!, faces[b]!]
        return relativeSimilarity(dotProduct(p.embedding, q.embedding), p.cohort, q.cohort)
      },
      thresholds: PROMISES.map(({ score }) => similarityAtScore(fit.calibration, score)),
    }
    return { found, compared, pack: content }
  } finally {
    await pool.close()
  }
}
