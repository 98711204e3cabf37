/**
 * How sure it is what is told of a face: the numbers that doors give away as ranges and confidences:
 *
 *     npm run bench:certainty -- LFW GROUPS
 *
 * LFW and GROUPS are those of bench/attributes.ts. Age and sex are told of the pictures of `test.txt`, which nothing was fitted on; a smile
 * and glasses of the labelled ones, each by a fit of other four fifths of them; what covers a face of pictures of `test.txt` with masks,
 * dark glasses and hands drawn into them. Prints the figures and writes `bench/results/certainty.json`.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { FacesInPicture } from '../src/engine/face.js'
import { FaceCompareError } from '../src/errors.js'
import { DEGRADATIONS } from '../support/degrade-pictures.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import { seeded } from '../support/random.js'
import { measureHeldOut, regressExpression, regressGlasses } from '../tools/appearance-measures.js'
import { describeLabelled, listSubjects, readLabels } from '../tools/appearance-samples.js'
import { countTold } from './attribute-figures.js'
import { type Certainty, fitOdds, measureAge, measureSex } from './certainty-figures.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

const COVERINGS = ['mask', 'sunglasses', 'mask and sunglasses', 'half covered'] as const
/** The group of `test.txt` that are no adults. */
const CHILDREN = 'child'
/** Of so many pictures one is covered. */
const EVERY = 8
const SEED = 20_261

const { positionals } = parseArgs({ allowPositionals: true })
const [lfw, groups] = positionals
if (!lfw || !groups) {
  process.stderr.write('Usage: npm run bench:certainty -- LFW GROUPS\n')
  process.exit(2)
}
const described = await describeLabelled(readLabels(lfw))
const pool = await startBuiltEngine()
const subjects = listSubjects(groups, 'test.txt')
const pictures = await findAll('pictures of groups', subjects, async ({ file }) => readFileSync(file))
const covered = await measureCovered()
await pool.close()

const known = subjects.flatMap((subject, i) => {
  const attributes = pictures[i]?.faces[0]?.attributes
  return attributes
    ? [{ ...subject, ...attributes, isChild: subject.group === CHILDREN, isMan: subject.sex === 'm' }]
    : []
})
const certainty: Certainty = {
  age: measureAge(known),
  sex: measureSex(known),
  smile: fitOdds(
    measureHeldOut(described, regressExpression).map((value) => Math.min(100, Math.max(0, value))),
    described.map(({ expression }) => expression !== 'normal'),
  ),
  glasses: countTold(
    described.map(({ hasGlasses }) => hasGlasses),
    measureHeldOut(described, regressGlasses).map((value) => value > 0),
  ),
  covered,
}
const setting = describeSetting()
console.log(
  `${formatSetting(setting)}\n\n${JSON.stringify(certainty, null, 2)}\n\n${writeResult('certainty', { ...certainty }, setting)}`,
)

/** Faces in the open and, each in one of the ways, covered. */
async function measureCovered(): Promise<Certainty['covered']> {
  const open = subjects.flatMap(({ file }, i) => {
    const picture = i % EVERY === 0 ? pictures[i] : undefined
    const [face] = picture?.faces ?? []
    return picture && face ? [{ file, face, known: { ...picture, landmarks: face.landmarks } }] : []
  })
  const hidden = await findAll('covered', open, async ({ file, known }) => {
    const place = open.findIndex((item) => item.file === file)
    const cover = DEGRADATIONS[COVERINGS[place % COVERINGS.length]!]!
    return cover(readFileSync(file), known, seeded(SEED + place))
  })
  const faces = [...open.map(({ face }) => face), ...hidden.map((picture) => picture?.faces[0])]
  const labelled = faces.map((face, i) => ({ face, isCovered: i >= open.length })).filter(({ face }) => face)
  return countTold(
    labelled.map(({ isCovered }) => isCovered),
    labelled.map(({ face }) => face?.quality?.reasons.includes('covered') ?? false),
  )
}

async function findAll<T>(
  label: string,
  items: readonly T[],
  read: (item: T) => Promise<Uint8Array>,
): Promise<readonly (FacesInPicture | undefined)[]> {
  const progress = createProgress(label, items.length)
  const found: (FacesInPicture | undefined)[] = items.map(() => undefined)
  const rest = items.entries()
  const run = async (): Promise<void> => {
    for (const [place, item] of rest) {
      const options = { which: 'largest', attributes: true, templates: false } as const
      found[place] = await pool.findFaces(await read(item), options).catch((error: unknown) => {
        if (!(error instanceof FaceCompareError) || error.kind === 'INTERNAL') throw error
        return undefined
      })
      progress.advance()
    }
  }
  await Promise.all(Array.from({ length: LANES }, run))
  return found
}
