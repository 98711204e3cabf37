/**
 * Compares each of the sample heads with each other one and writes what comes out to `test/golden/scores.json`:
 *
 *     npx tsx scripts/record-scores.ts
 *
 * To be run when scores are meant to change, in a commit that says why.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compareSamples } from '../test/golden/sample-scores.js'

const file = fileURLToPath(new URL('../test/golden/scores.json', import.meta.url))
writeFileSync(file, `${JSON.stringify(await compareSamples(), null, 1)}\n`)
