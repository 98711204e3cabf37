/**
 * Whether a face is seen where there is none:
 *
 *     npm run bench:no-face -- FOLDER [--pairs pairsDevTest.txt] [--count 400] [--only WORDS] [--keep FOLDER] [--json FILE]
 *
 * makes so many pictures without a face (support/faceless), the half of them that nothing is fitted to, and prints for each kind in how
 * many of them a face is seen, and the highest score of two of those. FOLDER has the pairs file, which names the people, and `images/`:
 * pieces of those photographs are one of the kinds, and half as many whole ones show what real faces lose. `--keep` writes the pictures in
 * which a face is seen into a folder, to be looked at; `--json` writes shares and scores. Ends with 1 when a bar is missed.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Face } from '../src/engine/face.js'
import { createEngine } from '../src/engine/local-engine.js'
import { FACELESS_KINDS, makeFaceless } from '../support/faceless/pictures.js'
import { createProgress } from '../support/progress.js'
import { analyzeOrNot } from './analyze-or-not.js'
import { formatMarkdownTable } from './figures.js'
import { pickFiles } from './pick-files.js'
import { describeSetting, formatSetting } from './result-file.js'

const MOST_WITH_A_FACE = 0.01
/** Two of them must not score as two pictures of one person do. */
const LEAST_MATCH = 70
/** So many photographs are cut to pieces. */
const PHOTOS = 100

const HEADS = ['kind', 'pictures', 'with a face', 'highest score of two of them'] as const

interface Row {
  readonly kind: string
  readonly pictures: number
  readonly withFace: number
  /** 0..100; null where not two of them show a face. */
  readonly highestScore: number | null
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: 'pairsDevTest.txt' },
    count: { type: 'string', default: '400' },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) {
  process.stderr.write('Usage: npm run bench:no-face -- FOLDER (with a pairs file and images/)\n')
  process.exit(2)
}
const count = Number(values.count)
const kinds = FACELESS_KINDS.filter((kind) => kind.includes(values.only))
const photoFiles = pickFiles(folder, values.pairs, PHOTOS)
const portraits = pickFiles(folder, values.pairs, count / 2)
const engine = await createEngine({ maxPixels: 40_000_000 })

const seen = await findFaces()
const rows: readonly Row[] = [
  ...kinds.map((kind, i) => describeKind(kind, Math.ceil((count - i) / kinds.length))),
  describeKind('all', count),
]
const lost = await findLost(portraits)
await engine.close()
const total = rows.at(-1)!
const holds = [
  total.withFace <= MOST_WITH_A_FACE * total.pictures,
  (total.highestScore ?? 0) < LEAST_MATCH,
  lost.length === 0,
]
console.log(
  `${formatSetting(describeSetting())}\n\n${formatMarkdownTable(HEADS, rows.map(cellsOf))}\n\n${formatBars()}`,
)
for (const file of lost) console.log(`No face was found in ${file}`)
if (values.json) {
  const real = { pictures: portraits.length, withoutFace: lost.length }
  writeFileSync(values.json, `${JSON.stringify({ rows, real }, null, 2)}\n`)
}
process.exitCode = holds.every(Boolean) ? 0 : 1

async function findFaces(): Promise<readonly { readonly kind: string; readonly face: Face }[]> {
  const photos = await Promise.all(photoFiles.map((file) => readFile(file)))
  const progress = createProgress('pictures without a face', count)
  const found: { readonly kind: string; readonly face: Face }[] = []
  let index = 0
  if (values.keep) mkdirSync(values.keep, { recursive: true })
  for await (const { kind, bytes } of makeFaceless({ half: 'report', count, photos, kinds })) {
    const face = await analyzeOrNot(engine, bytes)
    if (face) found.push({ kind, face })
    if (face && values.keep) writeFileSync(join(values.keep, `${kind.replaceAll(' ', '-')}-${index}`), bytes)
    index++
    progress.advance()
  }
  return found
}

async function findLost(pictures: readonly string[]): Promise<readonly string[]> {
  const progress = createProgress('portraits', pictures.length)
  const without: string[] = []
  for (const file of pictures) {
    if (!(await analyzeOrNot(engine, await readFile(file)))) without.push(file)
    progress.advance()
  }
  return without
}

function describeKind(kind: string, pictures: number): Row {
  const faces = seen.filter((one) => kind === 'all' || one.kind === kind).map(({ face }) => face)
  let highest: number | null = null
  for (const [i, a] of faces.entries()) {
    for (const b of faces.slice(i + 1)) highest = Math.max(highest ?? 0, engine.compare(a, b).similarity)
  }
  return { kind, pictures, withFace: faces.length, highestScore: highest }
}

function cellsOf({ kind, pictures, withFace, highestScore }: Row): readonly string[] {
  return [kind, String(pictures), `${((100 * withFace) / pictures).toFixed(1)} %`, highestScore?.toFixed(1) ?? '-']
}

function formatBars(): string {
  const bars = [
    `at most ${100 * MOST_WITH_A_FACE} % of the pictures show a face`,
    `no two of them score ${LEAST_MATCH}`,
    `none of ${portraits.length} portraits of ${values.pairs} is without a face`,
  ]
  return bars.map((bar, i) => `- ${bar}: ${holds[i] ? 'met' : 'MISSED'}`).join('\n')
}
