/**
 * How well age, gender, expression, glasses and pose are told:
 *
 *     npm run bench:attributes -- LFW GROUPS
 *
 * LFW has the pictures of bench/attribute-labels.csv (which somebody looked at and labelled) in `images/`; GROUPS has `test.txt` with one
 * `GROUP/NNNN_SEX_AGE.jpg` a line and the pictures in `images/`. Age and sex were fitted on the pictures of `fit.txt`, expression and glasses
 * on those of the list: of these each is told by a fit of other four fifths. Prints tables and writes `bench/results/attributes.json`.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import sharp, { type Sharp } from 'sharp'
import type { FoundFace } from '../src/engine/face.js'
import { FaceCompareError } from '../src/errors.js'
import { LANES, startBuiltEngine } from '../support/engine-pool.js'
import { createProgress } from '../support/progress.js'
import { measureHeldOut, regressExpression, regressGlasses } from '../tools/appearance-measures.js'
import { describeLabelled, type Labelled, listSubjects, readLabels } from '../tools/appearance-samples.js'
import {
  angleBetween,
  countTold,
  type GroupAttributes,
  meanOf,
  measureGroup,
  quantile,
  type SubjectEstimate,
} from './attribute-figures.js'
import { openAttributeNetworks } from './attribute-networks.js'
import { type AttributeResults, describeAttributes } from './attribute-report.js'
import { groupSubjects, isChild, readSubject } from './group-figures.js'
import { describeSetting, formatSetting, writeResult } from './result-file.js'

/** Degrees, clockwise. */
const TURNS = [-150, -60, -30, -15, 15, 30, 60, 90, 180] as const
/** Each is turned in so many of the labelled pictures. */
const TURNED = 60

const { positionals } = parseArgs({ allowPositionals: true })
const [lfw, groups] = positionals
if (!lfw || !groups) {
  process.stderr.write('Usage: npm run bench:attributes -- LFW GROUPS\n')
  process.exit(2)
}
const pool = await startBuiltEngine()
const subjects = listSubjects(groups, 'test.txt')
const labels = readLabels(lfw)
const faces = await findAll('pictures of groups', subjects, ({ file }) => readFileSync(file))
const labelledFaces = await findAll('labelled pictures', labels, ({ file }) => readFileSync(file))
const mirrored = await findAll('mirrored', labels, ({ file }) => edit(file, (picture) => picture.flop()))
const turned = await measureRoll(labels.slice(0, TURNED))
await pool.close()
const byNetworks = await estimateByNetworks()
const described = await describeLabelled(labels)

const results: AttributeResults = {
  groups: measureAll(faces.map((face) => face && told(face))),
  networks: overall(measureAll(byNetworks)),
  press: countTold(
    labels.map(({ sex }) => sex === 'm'),
    labelledFaces.map((face) => face !== undefined && told(face).isMan),
  ),
  ...measureLooks(),
  roll: turned,
  mirror: measureMirror(),
}
const setting = describeSetting()
console.log(
  `${formatSetting(setting)}\n\n${describeAttributes(results)}\n\n${writeResult('attributes', { ...results }, setting)}`,
)

function told({ attributes }: FoundFace): NonNullable<SubjectEstimate['estimated']> {
  return { years: attributes?.age ?? Number.NaN, isMan: (attributes?.gender ?? 0) > 50 }
}

async function findAll<T>(
  label: string,
  items: readonly T[],
  read: (item: T) => Uint8Array | Promise<Uint8Array>,
): Promise<readonly (FoundFace | undefined)[]> {
  const progress = createProgress(label, items.length)
  const found: (FoundFace | undefined)[] = items.map(() => undefined)
  const rest = items.entries()
  const run = async (): Promise<void> => {
    for (const [place, item] of rest) {
      const options = { which: 'largest', attributes: true, templates: false } as const
      const picture = await pool.findFaces(await read(item), options).catch((error: unknown) => {
        if (!(error instanceof FaceCompareError) || error.kind === 'INTERNAL') throw error
        return undefined
      })
      found[place] = picture?.faces[0]
      progress.advance()
    }
  }
  await Promise.all(Array.from({ length: LANES }, run))
  return found
}

async function edit(file: string, change: (picture: Sharp) => Sharp): Promise<Uint8Array> {
  return new Uint8Array(await change(sharp(file)).png({ compressionLevel: 1 }).toBuffer())
}

/** How far the roll of a turned picture is from that of the picture as it is, turned likewise. */
async function measureRoll(pictures: readonly Labelled[]) {
  const rows: AttributeResults['roll'][number][] = []
  for (const degrees of TURNS) {
    const found = await findAll(`turned by ${degrees}`, pictures, ({ file }) =>
      edit(file, (picture) => picture.rotate(degrees, { background: '#777' })),
    )
    const errors = found.flatMap((face, i) => {
      const plain = labelledFaces[i]
      return face && plain ? [angleBetween(face.rollDegrees, plain.rollDegrees + degrees)] : []
    })
    rows.push({ degrees, found: errors.length, error: meanOf(errors), worst: quantile(errors, 0.95) })
  }
  return rows
}

/** A mirror image looks to the other side, and as far up. */
function measureMirror(): AttributeResults['mirror'] {
  const pairs = labelledFaces.flatMap((face, i) => {
    const [plain, other] = [face?.attributes, mirrored[i]?.attributes]
    return plain && other ? [{ plain, other }] : []
  })
  const yaws = pairs.map(({ plain, other }) => Math.abs(plain.yawDegrees + other.yawDegrees))
  return {
    pairs: pairs.length,
    yawError: meanOf(yaws),
    yawWorst: quantile(yaws, 0.95),
    pitchError: meanOf(pairs.map(({ plain, other }) => Math.abs(plain.pitchDegrees - other.pitchDegrees))),
    yawSpread: Math.sqrt(meanOf(pairs.map(({ plain }) => plain.yawDegrees ** 2))),
    sameSign: pairs.filter(
      ({ plain, other }) => plain.yawDegrees * other.yawDegrees > 0 && Math.abs(plain.yawDegrees) > 10,
    ).length,
  }
}

function measureLooks(): Pick<AttributeResults, 'glasses' | 'smile' | 'laugh' | 'expressions'> {
  const glasses = measureHeldOut(described, regressGlasses)
  const expression = measureHeldOut(described, regressExpression).map((value) => Math.min(100, Math.max(0, value)))
  const of = (name: Labelled['expression']) => expression.filter((_, i) => described[i]!.expression === name)
  return {
    glasses: countTold(
      described.map(({ hasGlasses }) => hasGlasses),
      glasses.map((value) => value > 0),
    ),
    smile: countTold(
      described.map((labelled) => labelled.expression !== 'normal'),
      expression.map((value) => value > 25),
    ),
    laugh: countTold(
      described.map((labelled) => labelled.expression === 'laugh'),
      expression.map((value) => value > 75),
    ),
    expressions: (['normal', 'smile', 'laugh'] as const).map((name) => ({
      name,
      count: of(name).length,
      median: quantile(of(name), 0.5),
    })),
  }
}

async function estimateByNetworks(): Promise<readonly SubjectEstimate['estimated'][]> {
  const networks = await openAttributeNetworks()
  const progress = createProgress('by networks', subjects.length)
  const estimates: SubjectEstimate['estimated'][] = []
  for (const [i, { file }] of subjects.entries()) {
    const face = faces[i]
    estimates.push(face && (await networks.estimate(readFileSync(file), face.box)))
    progress.advance()
  }
  await networks.close()
  return estimates
}

function measureAll(estimates: readonly SubjectEstimate['estimated'][]): readonly GroupAttributes[] {
  const named = subjects.map(({ file }) => readSubject(file.split('/').slice(-2).join('/')))
  const { groupOf, names } = groupSubjects(named)
  return names.map((_, place) => {
    const members = [...subjects.keys()].filter((i) => groupOf[i] === place)
    const { group, sex } = named[members[0]!]!
    return measureGroup(
      group,
      sex,
      members.map((i) => ({ ...subjects[i]!, estimated: estimates[i] })),
    )
  })
}

/** Of adults and of children, every group and sex counting alike. */
function overall(measured: readonly GroupAttributes[]): AttributeResults['networks'] {
  return ([false, true] as const).map((children) => {
    const some = measured.filter((group) => isChild(group) === children)
    return {
      children,
      ageError: meanOf(some.map(({ ageError }) => ageError)),
      sexRight: meanOf(some.map(({ sexRight }) => sexRight)),
    }
  })
}
