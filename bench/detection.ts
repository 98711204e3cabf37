/**
 * How detection holds up in hard photographs, each kind made from labelled pictures by this seeded script:
 *
 *     npm run bench:detection -- FOLDER [--pairs pairsDevTest.txt] [--count 200] [--only WORDS] [--json FILE]
 *
 * FOLDER has the pairs file, which names the people, and `images/`. Recall is the share of pictures whose most prominent
 * face is found where it is (centre within a third of its side, size within a factor of 1.6). That another person in the
 * picture is chosen counts as a miss, also where the two are equally prominent. The score is that of the altered picture
 * against its original. Prints a Markdown table; `--json` writes the same as shares, scores and milliseconds.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import envPaths from 'env-paths'
import type { Face } from '../src/engine/engine.js'
import type { Box } from '../src/engine/face.js'
import { createEngine } from '../src/engine/local-engine.js'
import { FaceCompareError } from '../src/errors.js'
import { parseLfwPairs } from '../src/evaluation/pairs.js'
import { type Alter, KINDS, NO_FACE } from './alter-pictures.js'
import { createProgress } from './progress.js'
import { seeded } from './random.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: 'pairsDevTest.txt' },
    count: { type: 'string', default: '200' },
    only: { type: 'string' },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) {
  process.stderr.write('Usage: npm run bench:detection -- FOLDER (with a pairs file and images/)\n')
  process.exit(2)
}

const files = pickFiles(folder, values.pairs, Number(values.count))
const engine = await createEngine({
  cacheDir: process.env.FACECOMPARE_CACHE_DIR ?? envPaths('facecompare', { suffix: '' }).cache,
  maxPixels: 40_000_000,
})
/** One kind of picture; numbers that make no sense for it are missing. */
interface Row {
  readonly kind: string
  /** Share of the pictures, 0..1. */
  readonly recall?: number
  /** Share of the pictures, 0..1. */
  readonly scoreAtLeast90?: number
  readonly medianScore?: number
  /** Median over the pictures in which a face is found. */
  readonly detectMs?: number
  /** Where there is no labelled face: share of the pictures in which one is seen, often that of another person. */
  readonly falseFaces?: number
}

console.log(`${files.length} pictures of ${values.pairs}`)
console.log('| kind | recall | score >= 90 | median score | ms detecting |\n|---|---|---|---|---|')
const rows: Row[] = []
for (const [kind, alter] of Object.entries(KINDS)) {
  if (values.only && !kind.includes(values.only)) continue
  const row = await measure(kind, alter)
  rows.push(row)
  console.log(formatRow(row))
}
if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ pairs: values.pairs, count: files.length, rows }, null, 2)}\n`)
}
await engine.close()

async function measure(kind: string, alter: Alter): Promise<Row> {
  const random = seeded(12345)
  const progress = createProgress(kind, files.length)
  const scores: number[] = []
  const times: number[] = []
  let found = 0
  let unexpected = 0
  for (const file of files) {
    const picture = await readFile(file)
    const original = await engine.analyze(picture)
    const altered = await alter(picture, original, random)
    const face = await analyzeOrNot(altered.bytes)
    if (face) {
      unexpected++
      times.push(face.stages.detectMs)
      if (isAt(face.box, altered.box)) {
        found++
        scores.push(engine.compare(original, face).similarity)
      }
    }
    progress.advance()
  }
  const share = (count: number) => count / files.length
  if (kind === NO_FACE) return { kind, falseFaces: share(unexpected) }
  return {
    kind,
    recall: share(found),
    scoreAtLeast90: share(scores.filter((score) => score >= 90).length),
    medianScore: median(scores),
    detectMs: median(times),
  }
}

function formatRow({ kind, recall, scoreAtLeast90, medianScore, detectMs, falseFaces }: Row): string {
  if (falseFaces !== undefined) return `| ${kind} | (${percent(falseFaces)} show a face) | | | |`
  const cells = [percent(recall), percent(scoreAtLeast90), medianScore?.toFixed(1), detectMs?.toFixed(0)]
  return `| ${kind} | ${cells.join(' | ')} |`
}

async function analyzeOrNot(bytes: Uint8Array): Promise<Face | undefined> {
  try {
    return await engine.analyze(bytes)
  } catch (error) {
    if (error instanceof FaceCompareError && error.kind === 'FACE_NOT_DETECTED') return undefined
    throw error
  }
}

function isAt(seen: Box, expected: Box): boolean {
  const side = expected.width
  const dx = seen.x + seen.width / 2 - (expected.x + expected.width / 2)
  const dy = seen.y + seen.height / 2 - (expected.y + expected.height / 2)
  const ratio = seen.width / side
  return Math.hypot(dx, dy) < side / 3 && ratio < 1.6 && ratio > 1 / 1.6
}

/** Evenly spread over the people of the pairs file, one picture each. */
function pickFiles(root: string, pairsFile: string, count: number): readonly string[] {
  const pairs = parseLfwPairs(readFileSync(join(root, pairsFile), 'utf8'), join(root, 'images'))
  const first = new Map(pairs.flatMap(({ a, b }) => [a, b]).map((file) => [file.split('/').at(-2), file]))
  const all = [...first.values()].sort()
  return all.filter((_, i) => Math.floor((i * count) / all.length) !== Math.floor(((i - 1) * count) / all.length))
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((p, q) => p - q)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function percent(share = Number.NaN): string {
  return `${(100 * share).toFixed(1)} %`
}
