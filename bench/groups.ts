/**
 * What the scores are worth for strangers of one group and one sex, who resemble each other more than any two people do:
 *
 *     npm run bench:groups -- FOLDER [--lfw FOLDER] [--fit] [--json FILE]
 *
 * FOLDER has `test.txt` with one `GROUP/NNNN_SEX_AGE.jpg` a line and the pictures in `images/`; every pair of one group and one
 * sex counts as two strangers, but for those of bench/one-child.csv: of the pairs of children that score 70 and more, which were looked at
 * one by one, those that are one photograph twice, or two of one sitting, or show the same mark on a forehead. With `--lfw`, a folder with `pairsDevTest.txt` and `images/`, also what the scores, and thresholds
 * that hold in the worst group, cost the people of DevTest. `--fit` takes the pictures of `fit.txt` as well. Prints tables and
 * writes figures, no names, into FILE, else (unless with `--fit`) into `bench/results/groups.json`, whose first figures
 * are replaced; those behind them, of a pack of earlier days, stay.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { analyzeForGrouping } from '../src/cli/embed.js'
import { compareAll, type Picture, readPairsFiles } from '../src/evaluation/data-set.js'
import { embedPictures } from '../src/evaluation/embed-pictures.js'
import { binAtScore } from '../src/evaluation/figures.js'
import { PROMISES } from '../src/evaluation/group-figures.js'
import { scoreAllPairs } from '../src/evaluation/score-pairs.js'
import { calibrate } from '../src/score/calibration.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import {
  groupSubjects,
  measureGroups,
  measurePeople,
  type PackGroups,
  readSubject,
  tellPersons,
} from './group-figures.js'
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
const people = values.lfw === undefined ? undefined : await listPeople(values.lfw)
const { faces, bins, pack } = await embed([...inGroups, ...(people?.pictures ?? [])])
const subjects = names.map(readSubject)
const [subjectFaces, peopleFaces] = [faces.slice(0, names.length), faces.slice(names.length)]
const persons = tellPersons(names, readOneChild())
const { groups = [] } = await scoreAllPairs(subjectFaces, persons, { hardest: 0, grouping: groupSubjects(subjects) })
const isFound = subjectFaces.map((face) => face !== undefined)
const measured = measureGroups(subjects, isFound, groups, bins)
const figures: PackGroups = {
  pack,
  date: new Date().toISOString(),
  groups: measured.groups,
  ...(people && {
    people: measurePeople(
      (await scoreAllPairs(peopleFaces, people.personOf, { hardest: 0 })).tally,
      bins,
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

/** Pairs of pictures that are evidently of one child. */
function readOneChild(): readonly (readonly [string, string])[] {
  const [, ...lines] = readFileSync(new URL('one-child.csv', import.meta.url), 'utf8')
    .trim()
    .split(/\r?\n/)
  return lines.map((line) => {
    const [picture = '', other = ''] = line.split(',')
    return [picture, other]
  })
}

function endWith(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(2)
}

async function listPeople(root: string) {
  const { pictures, pairing } = compareAll(await readPairsFiles(root, ['pairsDevTest.txt']))
  return { pictures, personOf: pairing.kind === 'all' ? pairing.personOf : new Int32Array() }
}

/** The face of each picture, and the bins of the scores that promise a rate. */
async function embed(pictures: readonly Picture[]) {
  const pool = await startBuiltEngine()
  try {
    const progress = createProgress('pictures', pictures.length)
    const { outcomes } = await embedPictures(pictures, {
      analyze: (bytes) => analyzeForGrouping(pool, bytes),
      lanes: LANES,
      signal: new AbortController().signal,
      onPicture: () => progress.advance(),
    })
    const { fit, content } = pool.numbers
    return {
      faces: outcomes.map((outcome) => ('face' in outcome ? outcome.face : undefined)),
      bins: PROMISES.map(({ score }) => binAtScore(score, (similarity) => calibrate(fit.calibration, similarity))),
      pack: content,
    }
  } finally {
    await pool.close()
  }
}
