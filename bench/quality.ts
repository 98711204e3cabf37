/**
 * What the scores are worth on poor pictures:
 *
 *     npm run bench:quality -- FOLDER [--pairs pairsDevTest.txt] [--count 200] [--json FILE]
 *
 * FOLDER has the pairs file, which names the people, and `images/`. One picture of each person is degraded by the seeded
 * classes of support/degrade-pictures.ts. Prints a Markdown table, a row a class: how many pictures show no face or are
 * refused, how many pairs of strangers reach a score, both degraded and one of them, and how many faces are known again in
 * their own plain picture. Ends with 1 while a bar is missed. `--json` writes the figures into FILE; without it those of the
 * usual people go into `bench/results/quality.json`.
 */
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Face } from '../src/engine/face.js'
import { isTooPoor } from '../src/engine/require-quality.js'
import { runLanes } from '../src/lanes.js'
import type { EnginePool } from '../src/worker/pool.js'
import { DEGRADATIONS, MILD } from '../support/degrade-pictures.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'
import { analyzeOrNot } from './analyze-or-not.js'
import { pickFiles } from './pick-files.js'
import { type ClassFigures, type Judge, judgeClasses, measureClass } from './quality-figures.js'
import { describeQuality, type QualityMeasured } from './quality-report.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

const SEED = 20_261
const USUAL = { pairs: 'pairsDevTest.txt', count: '200' } as const
const PLAIN = 'plain'

interface Portrait {
  readonly bytes: Uint8Array
  readonly face: Face
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: USUAL.pairs },
    count: { type: 'string', default: USUAL.count },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) {
  process.stderr.write('Usage: npm run bench:quality -- FOLDER [--pairs FILE] [--count N] [--json FILE]\n')
  process.exit(2)
}
const pool = await startBuiltEngine()
try {
  const measured = await measureAll(pool, pickFiles(folder, values.pairs, Number(values.count)))
  const setting = describeSetting()
  console.log(`${formatSetting(setting)}\n\n${describeQuality(measured)}`)
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measured, null, 2)}\n`)
  else if (values.pairs === USUAL.pairs && values.count === USUAL.count) {
    console.log(`\n${writeResult('quality', { ...measured }, setting)}`)
  }
  process.exitCode = measured.bars.every(({ holds }) => holds) ? 0 : 1
} finally {
  await pool.close()
}

async function measureAll(engine: EnginePool, files: readonly string[]): Promise<QualityMeasured> {
  const judge: Judge<Face> = {
    scoreOf: (a, b) => engine.compare(a, b).similarity,
    isRefused: ({ quality }) => quality !== undefined && isTooPoor(quality, engine.leastQuality),
    qualityOf: ({ quality }) => quality?.score,
  }
  const portraits = await readPortraits(engine, files)
  const plain = portraits.map(({ face }) => face)
  const classes: ClassFigures[] = [measureClass(PLAIN, plain, plain, judge)]
  for (const [name, degrade] of Object.entries(DEGRADATIONS)) {
    const degraded = await mapInLanes(name, portraits, async ({ bytes, face }, i) =>
      analyzeOrNot(engine, await degrade(bytes, face, seeded(SEED + i))),
    )
    classes.push(measureClass(name, plain, degraded, judge))
  }
  return { pack: engine.numbers.content, people: plain.length, classes, bars: judgeClasses(classes, MILD) }
}

/** Those whose plain picture shows no face tell nothing of what degrading does. */
async function readPortraits(engine: EnginePool, files: readonly string[]): Promise<readonly Portrait[]> {
  const portraits = await mapInLanes(PLAIN, files, async (file): Promise<readonly Portrait[]> => {
    const bytes = await readFile(file)
    const face = await analyzeOrNot(engine, bytes)
    if (!face) console.log(`${file}: no face, left out`)
    return face ? [{ bytes, face }] : []
  })
  return portraits.flat()
}

async function mapInLanes<T, U>(
  label: string,
  items: readonly T[],
  map: (item: T, i: number) => Promise<U>,
): Promise<readonly U[]> {
  const progress = createProgress(label, items.length)
  const results: U[] = new Array(items.length)
  const rest = items.entries()
  await runLanes(LANES, async () => {
    const next = rest.next()
    if (next.done) return false
    const [i, item] = next.value
    results[i] = await map(item, i)
    progress.advance()
    return true
  })
  return results
}
