import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { mapParts, type PartName } from '../engine/face.js'
import { CROPS, type Effort } from '../pipeline/effort.js'
import type { Knots } from '../score/calibration.js'
import { type Cohort, headOfCohort } from '../score/cohort.js'
import type { Fit } from '../score/fit.js'

/** The fitted numbers of the default pack; `src/` and `dist/` lie equally deep, so one path serves both. */
export const DEFAULT_FIT_FILE = new URL('../../packs/default/fit.json', import.meta.url)

export interface LoadedFit {
  readonly fit: Fit
  /** Short hash of the file: part of the pack's id, because other numbers make other embeddings. */
  readonly id: string
}

/** What depends on how much work goes into a face. */
export interface EffortFit extends Pick<Fit, 'bestThreshold' | 'calibration' | 'partCalibrations'> {
  /** How the effort's embeddings of an average face stand to the cohort. */
  readonly cohort: Pick<Cohort, 'mean' | 'deviation'>
}

/** Reads the fitted numbers of a pack for one effort; throws an Error that says what is wrong with the file. */
export async function readFitFile(file: URL, effort: Effort): Promise<LoadedFit> {
  const bytes = await readFile(file)
  const json: unknown = JSON.parse(bytes.toString('utf8'))
  return { fit: parseFit(json, effort), id: createHash('sha256').update(bytes).digest('hex').slice(0, 8) }
}

/** The text of a fit file; the inverse of {@link readFitFile}. */
export function formatFit(
  fit: Omit<Fit, keyof EffortFit>,
  cohort: Pick<Cohort, 'head' | 'axes' | 'members'>,
  efforts: Readonly<Record<Effort, EffortFit>>,
): string {
  const json = {
    resnetShare: fit.resnetShare,
    efforts,
    faceresMean: encodeFloats(fit.faceresMean),
    partMeans: mapParts((part) => ({
      resnet: encodeFloats(fit.partMeans[part].resnet),
      faceres: encodeFloats(fit.partMeans[part].faceres),
    })),
    cohort: {
      head: cohort.head,
      axes: encodeRows(cohort.axes, fit.faceresMean.length),
      members: encodeRows(cohort.members, cohort.head + cohort.axes.length / fit.faceresMean.length),
    },
  }
  return `${JSON.stringify(json, null, 1)}\n`
}

function parseFit(json: unknown, effort: Effort): Fit {
  const root = asRecord(json, 'fit')
  const means = asRecord(root.partMeans, 'partMeans')
  const meansOf = (part: PartName) => {
    const entry = asRecord(means[part], `partMeans.${part}`)
    return {
      resnet: decodeFloats(entry.resnet, `partMeans.${part}.resnet`),
      faceres: decodeFloats(entry.faceres, `partMeans.${part}.faceres`),
    }
  }
  const ofEffort = asRecord(asRecord(root.efforts, 'efforts')[effort], `efforts.${effort}`)
  const curves = asRecord(ofEffort.partCalibrations, `efforts.${effort}.partCalibrations`)
  const standing = asRecord(ofEffort.cohort, `efforts.${effort}.cohort`)
  const faceresMean = decodeFloats(root.faceresMean, 'faceresMean')
  const members = parseCohort(asRecord(root.cohort, 'cohort'))
  const usesFaceres = CROPS[effort].faceres.length > 0
  const resnetShare = asNumber(root.resnetShare, 'resnetShare')
  if (!(resnetShare >= 0 && resnetShare <= 1)) throw new Error('The fit file has no resnetShare between 0 and 1')
  return {
    resnetShare,
    bestThreshold: asNumber(ofEffort.bestThreshold, `efforts.${effort}.bestThreshold`),
    faceresMean,
    cohort: {
      ...(usesFaceres ? members : headOfCohort(members, faceresMean.length)),
      mean: asNumber(standing.mean, `efforts.${effort}.cohort.mean`),
      deviation: asNumber(standing.deviation, `efforts.${effort}.cohort.deviation`),
    },
    calibration: parseKnots(ofEffort.calibration, `efforts.${effort}.calibration`),
    partMeans: mapParts(meansOf),
    partCalibrations: mapParts((part) => parseKnots(curves[part], `efforts.${effort}.partCalibrations.${part}`)),
  }
}

function parseCohort(root: Record<string, unknown>): Pick<Cohort, 'head' | 'axes' | 'members'> {
  return {
    head: asNumber(root.head, 'cohort.head'),
    axes: decodeRows(root.axes, 'cohort.axes'),
    members: decodeRows(root.members, 'cohort.members'),
  }
}

function asNumber(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new Error(`The fit file has no number named ${name}`)
  return value
}

function asRecord(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`The fit file has no object named ${name}`)
  }
  return { ...value }
}

function parseKnots(value: unknown, name: string): Knots {
  const points: unknown[] = Array.isArray(value) ? value : []
  const knots = points.map((point): readonly [number, number] => {
    const [similarity, score]: unknown[] = Array.isArray(point) ? point : []
    if (typeof similarity !== 'number' || typeof score !== 'number') {
      throw new Error(`The curve ${name} of the fit file has a point that is not two numbers`)
    }
    return [similarity, score]
  })
  const rises = knots.every((knot, i) => i === 0 || (knot[0] > knots[i - 1]![0] && knot[1] > knots[i - 1]![1]))
  if (knots.length < 2 || !rises) throw new Error(`The curve ${name} of the fit file does not rise`)
  return knots
}

/** Little-endian float32, base64: a third of the size of decimal digits and exact. */
function encodeFloats(values: Float32Array): string {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, i) => {
    bytes.writeFloatLE(value, i * 4)
  })
  return bytes.toString('base64')
}

function decodeFloats(value: unknown, name: string): Float32Array {
  if (typeof value !== 'string') throw new Error(`The fit file has no numbers named ${name}`)
  const bytes = Buffer.from(value, 'base64')
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4))
}

/** Rows of numbers, each to eight bits with a scale of its own: little-endian float32 scales, then the bytes, base64. */
function encodeRows(values: Float32Array, columns: number): { readonly columns: number; readonly bytes: string } {
  const rows = values.length / columns
  const bytes = Buffer.alloc(rows * (4 + columns))
  for (let row = 0; row < rows; row++) {
    const numbers = values.subarray(row * columns, (row + 1) * columns)
    const scale = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12) / 127
    bytes.writeFloatLE(scale, 4 * row)
    for (const [i, value] of numbers.entries()) bytes.writeInt8(Math.round(value / scale), 4 * rows + row * columns + i)
  }
  return { columns, bytes: bytes.toString('base64') }
}

function decodeRows(value: unknown, name: string): Float32Array {
  const { columns, bytes: text } = asRecord(value, name)
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  const rows = typeof columns === 'number' ? bytes.length / (4 + columns) : 0
  if (typeof columns !== 'number' || !Number.isInteger(rows) || rows === 0) {
    throw new Error(`The fit file has no rows named ${name}`)
  }
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => bytes.readInt8(4 * rows + i) * bytes.readFloatLE(4 * Math.floor(i / columns)),
  )
}
