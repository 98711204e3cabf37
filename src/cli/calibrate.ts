import type { Config } from '../config.js'
import { mapParts, type PartName } from '../engine/face.js'
import { centreParts } from '../evaluation/centre-parts.js'
import { type DataSet, readPersonFolder } from '../evaluation/data-set.js'
import { requirePack } from '../evaluation/embed-pictures.js'
import type { Outcome } from '../evaluation/face-vectors.js'
import {
  bestBin,
  binAtFar,
  binAtScore,
  type Curve,
  measureCurve,
  pairsNeeded,
  thresholdOf,
} from '../evaluation/figures.js'
import { findWorstRates, type WorstRate } from '../evaluation/group-calibration.js'
import { type GroupReport, PROMISES, reportGroups } from '../evaluation/group-figures.js'
import { type GroupedDataSet, readGroups } from '../evaluation/groups.js'
import { countLeftOut, describeLeftOut } from '../evaluation/picture-files.js'
import { createProgress } from '../evaluation/progress.js'
import type { ScoredPairs } from '../evaluation/score-pairs.js'
import { checkFitWritable, writePackFit } from '../packs/fit-file.js'
import { openPackFolder } from '../packs/folder.js'
import {
  calibrate,
  fitSupportedCalibration,
  type Knots,
  SCORE_FOR_FAR,
  type SupportedCurve,
} from '../score/calibration.js'
import type { PartFit } from '../score/fit.js'
import { embedInProcesses } from './embed.js'
import { score } from './evaluate.js'
import { formatGroups } from './group-tables.js'
import { EXIT_INTERRUPTED, watchInterrupt } from './interruption.js'
import { printable } from './printable.js'

/**
 * Makes and writes the calibration of a pack from a folder of labelled pictures, with a groups file so that its rates hold in
 * every group. Returns the exit code.
 */
export async function calibratePack(folder: string, config: Config, groupsFile?: string): Promise<number> {
  if (config.modelPack === undefined) {
    throw new Error('Name the folder of a pack with --pack; the default pack has its calibration.')
  }
  const pack = await openPackFolder(config.modelPack)
  await checkFitWritable(pack)
  const dataSet = await readPersonFolder(folder)
  const { pairing } = dataSet
  if (pairing.kind !== 'all') throw new Error('Expected a folder of persons')
  const grouped = groupsFile === undefined ? undefined : await readGroups(folder, groupsFile, dataSet)
  const interruption = watchInterrupt()
  try {
    const { embedded, numbers } = await embedInProcesses(dataSet.pictures, config, {
      progress: createProgress(process.stderr, 'pictures', dataSet.pictures.length),
      calibration: 'none',
      signal: interruption.signal,
    })
    requirePack(embedded)
    const centred = numbers.hasOwnParts ? centreParts(embedded.outcomes) : undefined
    const scored = await score(dataSet, centred?.outcomes ?? embedded.outcomes, {
      hardest: 0,
      grouping: grouped,
      signal: interruption.signal,
    })
    const curve = measureCurve(scored.tally)
    const rates = grouped && findWorstRates(scored.tally, grouped.names, scored.groups ?? [])
    const fitted = rates ? fitWorst(rates) : fitCurve(curve)
    const byGroup = grouped && reportAt(fitted.knots, grouped, dataSet, embedded.outcomes, scored)
    const found = embedded.outcomes.filter((outcome) => 'face' in outcome).length
    await writePackFit(pack, {
      pack: numbers.content,
      bestThreshold: thresholdOf(bestBin(curve)),
      calibration: fitted.knots,
      supportedScore: fitted.supportedScore,
      parts: centred && mapParts((part) => fitPart(scored, part, centred.means[part])),
      madeFrom: {
        persons: pairing.persons.length,
        pictures: found,
        genuinePairs: countCompared(curve),
        impostorPairs: curve.impostorPairs,
        ...(byGroup && {
          groups: byGroup.groups.map(({ name, strangers }) => ({ name, impostorPairs: strangers.pairs })),
        }),
        date: new Date().toISOString(),
      },
    })
    const totals = { persons: pairing.persons.length, pictures: dataSet.pictures.length }
    if (countLeftOut(dataSet.leftOut) > 0) process.stderr.write(`facecompare: ${describeLeftOut(dataSet.leftOut)}.\n`)
    printResult(fitted, curve, `${found} of ${totals.pictures} pictures of ${totals.persons} persons`, rates)
    if (byGroup) process.stdout.write(`${formatGroups(byGroup, totals)}\n`)
    const supported = rates?.filter((rate) => rate.score <= fitted.supportedScore)
    warnOfSmallGroups(supported ?? [], grouped?.names.length ?? 0)
    process.stdout.write(`written to ${pack.manifest.calibration} of the model pack ${pack.name}\n`)
    return 0
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write('facecompare: Interrupted; nothing was written.\n')
    return EXIT_INTERRUPTED
  } finally {
    interruption.close()
  }
}

function fitCurve(curve: Curve): SupportedCurve {
  return fitSupportedCalibration((far) =>
    curve.impostorPairs >= pairsNeeded(far) ? thresholdOf(binAtFar(curve, far)) : undefined,
  )
}

function fitWorst(rates: readonly WorstRate[]): SupportedCurve {
  return fitSupportedCalibration((far) => rates.find((rate) => rate.far === far)?.similarity)
}

/** What the scores of a curve do in the groups that it was made from. */
function reportAt(
  knots: Knots,
  grouped: GroupedDataSet,
  dataSet: DataSet,
  outcomes: readonly Outcome[],
  { groups = [] }: ScoredPairs,
): GroupReport {
  const bins = PROMISES.map((promise) => binAtScore(promise.score, (cosine) => calibrate(knots, cosine)))
  return reportGroups(grouped, dataSet, outcomes, groups, bins)
}

function fitPart({ parts }: ScoredPairs, part: PartName, mean: Float32Array): PartFit {
  const tally = parts.get(part)
  if (!tally) throw new Error(`There are no pairs to compare the part ${part} of.`)
  return { mean, calibration: fitCurve(measureCurve(tally)).knots }
}

function countCompared({ genuineFrom }: Curve): number {
  return genuineFrom[0] ?? 0
}

function printResult(
  { knots, supportedScore }: SupportedCurve,
  curve: Curve,
  pictures: string,
  rates: readonly WorstRate[] = [],
): void {
  const lines = [
    `made from ${pictures}: ${countCompared(curve)} genuine and ${curve.impostorPairs} impostor pairs`,
    ...SCORE_FOR_FAR.map(([far, score]) => {
      const knot = knots.find(([, at]) => at === score)
      const group = rates.find((rate) => rate.far === far)?.group
      const setBy = group === undefined ? '' : `  set by ${printable(group)}`
      if (knot) return `score ${score}  false accept rate ${far.toExponential()}  cosine ${knot[0].toFixed(4)}${setBy}`
      if (score < supportedScore) return `score ${score}  at the cosine of the next score`
      return `score ${score}  needs ${pairsNeeded(far)} impostor pairs`
    }),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (SCORE_FOR_FAR.every(([, score]) => score <= supportedScore)) return
  process.stderr.write(
    `facecompare: There are too few impostor pairs for scores above ${supportedScore}: from there the curve runs straight to ` +
      '100 at a cosine of 1, and promises no false accept rate.\n',
  )
}

function warnOfSmallGroups(rates: readonly WorstRate[], groupCount: number): void {
  for (const { score, far, few } of rates) {
    if (few.length === 0) continue
    const names = few.map(({ name, pairs }) => `${printable(name)} (${pairs})`).join(', ')
    const missing = few.length === groupCount ? 'no group has so many' : `too few have: ${names}`
    process.stderr.write(
      `facecompare: Score ${score} needs ${pairsNeeded(far)} impostor pairs of a group to be sure of it; ${missing}.\n`,
    )
  }
}
