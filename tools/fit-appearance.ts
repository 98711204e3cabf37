/**
 * Fits what tells age, gender, expression and glasses by the descriptors of the facial parts, and writes
 * packs/default/appearance.json:
 *
 *     npm run fit:appearance -- LFW GROUPS
 *
 * LFW has the pictures in `images/` that bench/attribute-labels.csv names. GROUPS has `fit.txt`, lines of `GROUP/NNNN_SEX_AGE.jpg`,
 * and the pictures in `images/`. To be run when a network of the pack, or the way to it, has changed; the next build takes it up.
 */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readPackNumbers } from '../src/engine/pack-numbers.js'
import { formatAppearance } from '../src/packs/appearance-file.js'
import { fitAge, fitExpression, fitGender, fitGlasses } from './appearance-measures.js'
import { describeLabelled, describeSubjects, listSubjects, readLabels } from './appearance-samples.js'

const FILE = fileURLToPath(new URL('../packs/default/appearance.json', import.meta.url))
const [lfw, groups] = process.argv.slice(2)
if (!lfw || !groups) {
  process.stderr.write('Usage: npm run fit:appearance -- LFW GROUPS (with images/, and with fit.txt and images/)\n')
  process.exit(2)
}
const { content } = await readPackNumbers({ calibration: 'none' })
const subjects = await describeSubjects(listSubjects(groups, 'fit.txt'))
const labelled = await describeLabelled(readLabels(lfw))
const fit = {
  age: fitAge(subjects),
  gender: fitGender(subjects),
  expression: fitExpression(labelled),
  glasses: fitGlasses(labelled),
}
writeFileSync(FILE, formatAppearance({ pack: content, fit }))
