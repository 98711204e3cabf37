/**
 * How detection holds up in hard photographs, each kind made from labelled pictures by seeded scripts:
 *
 *     npm run bench:detection -- FOLDER [--pairs pairsDevTest.txt] [--count 200] [--only WORDS] [--json FILE]
 *
 * FOLDER has the pairs file, which names the people, and `images/`. Recall is the share of pictures whose most prominent
 * face is found where it is (centre within a third of its side, size within a factor of 1.6). That another person in the
 * picture is chosen counts as a miss, also where the two are equally prominent. The score is that of the altered picture
 * against its original. Prints Markdown tables; `--json` writes the same as shares, scores and milliseconds.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { createEngine } from '../src/engine/local-engine.js'
import {
  measureAltered,
  measureCanvases,
  measureCrowds,
  measureGroups,
  measureMosaics,
  measureSigns,
  type Row,
} from './detection-rows.js'
import { pickFiles } from './pick-files.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: 'pairsDevTest.txt' },
    count: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
})
const [folder] = positionals
if (!folder) {
  process.stderr.write('Usage: npm run bench:detection -- FOLDER (with a pairs file and images/)\n')
  process.exit(2)
}

const files = pickFiles(folder, values.pairs, Number(values.count))
const engine = await createEngine({ maxPixels: 40_000_000 })
console.log(`${files.length} pictures of ${values.pairs}`)
const rows: Row[] = []
for (const measure of [measureAltered, measureGroups, measureMosaics, measureCrowds, measureCanvases, measureSigns]) {
  for await (const row of measure(engine, files, values.only)) {
    rows.push(row)
    console.log(
      Object.entries(row)
        .map(([name, value]) => (typeof value === 'number' ? `${name} ${value.toFixed(3)}` : value))
        .join(' | '),
    )
  }
}
if (rows.length === 0) {
  process.stderr.write(`No kind of picture has "${values.only}" in its name.\n`)
  process.exitCode = 2
} else if (values.json) {
  writeFileSync(values.json, `${JSON.stringify({ pairs: values.pairs, count: files.length, rows }, null, 2)}\n`)
}
await engine.close()
