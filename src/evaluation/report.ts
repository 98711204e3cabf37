import { type CrossValidation, crossValidate } from './cross-validate.js'
import type { DataSet } from './data-set.js'
import type { Outcome } from './face-vectors.js'
import {
  type Accuracy,
  accuracyFrom,
  bestBin,
  binAtFar,
  binAtScore,
  type Curve,
  equalErrorRate,
  farFrom,
  measureCurve,
  pairsNeeded,
  rocAuc,
  tarFrom,
  thresholdOf,
} from './figures.js'
import { type GroupReport, PROMISES, reportGroups } from './group-figures.js'
import type { GroupedDataSet } from './groups.js'
import type { RankedPair } from './hardest.js'
import type { LeftOut } from './picture-files.js'
import type { ScoredPairs } from './score-pairs.js'
import { BIN_COUNT, binOf, type Tally } from './tally.js'

/** Everything that an evaluation says; the JSON report is this, as it stands. */
export interface Report {
  readonly dataSet: string
  readonly packId: string
  /** ISO 8601. */
  readonly createdAt: string
  /** Absent where the pairs came from a list. */
  readonly persons?: number
  readonly pictures: {
    readonly total: number
    /** In the order of the pictures. */
    readonly failed: readonly FailedPicture[]
    /** How many of these failed because their face is shown too poorly. */
    readonly tooPoor: number
    /** The quality that a face must have, 0 to 100; 0 where all are compared. */
    readonly minQuality: number
  }
  readonly leftOut: LeftOut
  readonly pairs: {
    readonly genuine: number
    readonly impostor: number
    /** Of these: pairs that could not be compared. */
    readonly genuineFailed: number
    readonly impostorFailed: number
  }
  readonly accuracy: {
    readonly atPackThreshold: AccuracyAt
    /** The highest mean of both kinds that any threshold reaches on these very pairs: an upper bound, no forecast. */
    readonly bestPossible: AccuracyAt
    /** Only where it was asked for. */
    readonly crossValidated?: CrossValidation
  }
  readonly rocAuc: number
  readonly equalErrorRate: number
  readonly tarAtFar: readonly TarAtFar[]
  readonly atScores: readonly RatesAtScore[]
  /** Only where groups were named. */
  readonly byGroup?: GroupReport
  /** Area under the ROC curve of each facial part, by name, over pairs that could be compared; of very many a sample. */
  readonly partsRocAuc: Readonly<Record<string, number>>
  readonly hardest: { readonly genuine: readonly HardPair[]; readonly impostor: readonly HardPair[] }
  /** For drawing: `[far, tar]`, both rising. */
  readonly roc: readonly (readonly [far: number, tar: number])[]
  /** For drawing: share of each kind of pairs in equal slices of the score, 0 to 100. */
  readonly scoreHistogram: { readonly genuine: readonly number[]; readonly impostor: readonly number[] }
}

export interface FailedPicture {
  readonly name: string
  readonly kind: string
  readonly sentence: string
}

export interface AccuracyAt extends Accuracy {
  /** Relative similarity, -1 to 1. */
  readonly threshold: number
  readonly score: number
}

export type TarAtFar =
  | SupportedTarAtFar
  | { readonly far: number; readonly supported: false; readonly impostorPairsNeeded: number }

export interface SupportedTarAtFar {
  readonly far: number
  readonly supported: true
  readonly tar: number
  /** Relative similarity, -1 to 1. */
  readonly threshold: number
  readonly score: number
  /** The impostor pairs that reach the threshold: the fewer, the less the line says. */
  readonly impostorsAccepted: number
}

export interface RatesAtScore {
  readonly score: number
  /** Relative similarity, -1 to 1. */
  readonly threshold: number
  readonly far: number
  readonly tar: number
}

export interface HardPair {
  readonly a: string
  readonly b: string
  readonly similarity: number
  readonly score: number
}

export interface Measured {
  readonly dataSetName: string
  readonly dataSet: DataSet
  /** The one that the pairs were scored with. */
  readonly grouped?: GroupedDataSet | undefined
  readonly packId: string
  readonly createdAt: string
  readonly outcomes: readonly Outcome[]
  /** The quality that a face must have, 0 to 100. */
  readonly minQuality: number
  readonly scored: ScoredPairs
  readonly fars: readonly number[]
  /** Folds of a cross-validation over listed pairs; 0 for none. */
  readonly folds: number
  /** The pack's own threshold for measuring accuracy, as relative similarity. */
  readonly packThreshold: number
  /** The pack's calibration: relative similarity to score, never falling. */
  readonly toScore: (similarity: number) => number
}

const HISTOGRAM_SLICES = 50
const ROC_POINTS_PER_DECADE = 24

/** Throws an Error when no genuine or no impostor pair could be compared. */
export function makeReport(measured: Measured): Report {
  const { dataSet, outcomes, scored, toScore, fars, packThreshold } = measured
  const curve = measureKinds(scored.tally)
  const names = dataSet.pictures.map(({ name }) => name)
  const nameHard = ({ a, b, similarity }: RankedPair): HardPair => ({
    a: names[a] ?? '',
    b: names[b] ?? '',
    similarity,
    score: toScore(similarity),
  })
  const accuracyAt = (bin: number): AccuracyAt => {
    const threshold = thresholdOf(bin)
    return { threshold, score: toScore(threshold), ...accuracyFrom(curve, bin) }
  }
  const failed = listFailed(names, outcomes)
  const failedPairs = scored.tally.failed
  return {
    dataSet: measured.dataSetName,
    packId: measured.packId,
    createdAt: measured.createdAt,
    ...(dataSet.pairing.kind === 'all' ? { persons: dataSet.pairing.persons.length } : {}),
    pictures: {
      total: names.length,
      failed,
      tooPoor: failed.filter(({ kind }) => kind === 'QUALITY_TOO_LOW').length,
      minQuality: measured.minQuality,
    },
    leftOut: dataSet.leftOut,
    pairs: {
      genuine: curve.genuinePairs,
      impostor: curve.impostorPairs + failedPairs.impostor,
      genuineFailed: failedPairs.genuine,
      impostorFailed: failedPairs.impostor,
    },
    accuracy: {
      // Its own bin, or the next: the edge that is nearest.
      atPackThreshold: { ...accuracyAt(binOf(packThreshold + 1 / BIN_COUNT)), threshold: packThreshold },
      bestPossible: accuracyAt(bestBin(curve)),
      ...(measured.folds > 0 && scored.listed ? { crossValidated: crossValidate(scored.listed, measured.folds) } : {}),
    },
    rocAuc: rocAuc(curve),
    equalErrorRate: equalErrorRate(curve),
    tarAtFar: fars.map((far) => measureTarAtFar(curve, far, toScore)),
    atScores: PROMISES.map(({ score }) => measureAtScore(curve, score, toScore)),
    ...(measured.grouped && { byGroup: measureGroups(measured, measured.grouped) }),
    partsRocAuc: Object.fromEntries([...scored.parts].map(([part, tally]) => [part, measureAuc(tally)])),
    hardest: { genuine: scored.hardest.genuine.map(nameHard), impostor: scored.hardest.impostor.map(nameHard) },
    roc: drawRoc(curve),
    scoreHistogram: {
      genuine: sliceByScore(scored.tally.genuine, toScore),
      impostor: sliceByScore(scored.tally.impostor, toScore),
    },
  }
}

function measureKinds(tally: Tally): Curve {
  requireBothKinds(tally)
  return measureCurve(tally)
}

function measureAuc(tally: Tally): number {
  requireBothKinds(tally)
  return rocAuc({ tally })
}

function requireBothKinds(tally: Tally): void {
  if (isEmpty(tally.genuine)) throw new Error('No genuine pair could be compared.')
  if (isEmpty(tally.impostor)) throw new Error('No impostor pair could be compared.')
}

/** A loop, as there are a million bins: a call for each would take longer than all else in a report on few pictures. */
function isEmpty(counts: Uint32Array): boolean {
  for (let bin = 0; bin < counts.length; bin++) if (counts[bin] !== 0) return false
  return true
}

function listFailed(names: readonly string[], outcomes: readonly Outcome[]): readonly FailedPicture[] {
  return outcomes.flatMap((outcome, i) =>
    'failure' in outcome
      ? [{ name: names[i] ?? '', kind: outcome.failure.kind, sentence: outcome.failure.sentence }]
      : [],
  )
}

function measureTarAtFar(curve: Curve, far: number, toScore: Measured['toScore']): TarAtFar {
  const needed = pairsNeeded(far)
  if (curve.impostorPairs < needed) return { far, supported: false, impostorPairsNeeded: needed }
  const bin = binAtFar(curve, far)
  const threshold = thresholdOf(bin)
  const impostorsAccepted = curve.impostorsFrom[bin] ?? 0
  return { far, supported: true, tar: tarFrom(curve, bin), threshold, score: toScore(threshold), impostorsAccepted }
}

function measureAtScore(curve: Curve, score: number, toScore: Measured['toScore']): RatesAtScore {
  const bin = binAtScore(score, toScore)
  return { score, threshold: thresholdOf(bin), far: farFrom(curve, bin), tar: tarFrom(curve, bin) }
}

function measureGroups({ dataSet, outcomes, scored, toScore }: Measured, grouped: GroupedDataSet): GroupReport {
  const bins = PROMISES.map(({ score }) => binAtScore(score, toScore))
  return reportGroups(grouped, dataSet, outcomes, scored.groups ?? [], bins)
}

/** From the rate of a single impostor pair up to 1, evenly on a logarithmic axis. */
function drawRoc(curve: Curve): Report['roc'] {
  const decades = Math.log10(curve.impostorPairs)
  const steps = Math.max(1, Math.ceil(decades * ROC_POINTS_PER_DECADE))
  return Array.from({ length: steps + 1 }, (_, i) => {
    const far = 10 ** (-decades * (1 - i / steps))
    return [far, tarFrom(curve, binAtFar(curve, far))] as const
  })
}

function sliceByScore(counts: Uint32Array, toScore: Measured['toScore']): readonly number[] {
  const slices = new Array<number>(HISTOGRAM_SLICES).fill(0)
  let total = 0
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0
    if (count === 0) continue
    const slice = Math.min(HISTOGRAM_SLICES - 1, Math.floor((toScore(thresholdOf(bin)) / 100) * HISTOGRAM_SLICES))
    slices[slice] = (slices[slice] ?? 0) + count
    total += count
  }
  return slices.map((count) => count / total)
}
