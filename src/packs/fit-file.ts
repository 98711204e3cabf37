import { createHash, randomUUID } from 'node:crypto'
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { mapParts } from '../engine/face.js'
import type { ByteRows } from '../pipeline/matrix.js'
import type { Knots } from '../score/calibration.js'
import type { Cohort } from '../score/cohort.js'
import type { Fit, PartFits } from '../score/fit.js'
import type { PartsMeasure } from '../score/parts-measure.js'
import type { QualityFit } from '../score/quality.js'
import type { Upright } from '../score/upright.js'
import { type PackFolder, packError } from './folder.js'

/** What a pack's calibration file holds: everything fitted, and where it comes from. No picture, no name, no embedding. */
export interface PackFit extends Omit<Fit, 'parts'> {
  /** The content (see `identifyContent`) that it was made with. */
  readonly pack: string
  /** The highest score below 100 that there were impostor pairs enough for. */
  readonly supportedScore: number
  readonly madeFrom: FitData
  /** Of packs that read the facial parts with networks of their own. */
  readonly parts?: PartFits | undefined
  /** Of the pack's first embedder, where it is known. */
  readonly upright?: Upright | undefined
  /** Of the facial parts, where it is known. */
  readonly faceLikeness?: PartsMeasure | undefined
  /** Of the pack's first embedder, where the lengths of what it gives tell how well a face is shown. */
  readonly quality?: QualityFit | undefined
}

/** The labelled pictures, in numbers. */
export interface FitData {
  readonly persons: number
  readonly pictures: number
  /** Pairs that could be compared. */
  readonly genuinePairs: number
  readonly impostorPairs: number
  /** The groups that the rates hold in, with the pairs within each; absent where none were named. */
  readonly groups?: readonly { readonly name: string; readonly impostorPairs: number }[]
  /** ISO 8601. */
  readonly date: string
}

const FORMAT = 2

/**
 * Reads what a pack was fitted to, and a short hash of it, which is a part of the pack's id; `undefined` when there is no
 * file. Throws one sentence, which ends with what can be done about it.
 */
export async function readPackFit(
  pack: PackFolder,
  remedy = 'make it anew with facecompare models calibrate',
): Promise<{ readonly fit: PackFit; readonly hash: string } | undefined> {
  const named = pack.manifest.calibration
  const path = await realpath(fitPath(pack)).catch(() => undefined)
  if (path === undefined) return undefined
  if (!path.startsWith(pack.folder + sep)) throw packError(pack.name, `${named} leads out of the pack's folder`)
  try {
    const text = await readFile(path, 'utf8')
    return { fit: parseFit(JSON.parse(text)), hash: createHash('sha256').update(text).digest('hex').slice(0, 8) }
  } catch (cause) {
    throw packError(pack.name, `${named} is no calibration; ${remedy}`, cause)
  }
}

/** Writes the file beside the manifest; it appears whole. Returns its path. */
export async function writePackFit(pack: PackFolder, fit: PackFit): Promise<string> {
  const path = fitPath(pack)
  const unfinished = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(unfinished, formatFit(fit))
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw packError(pack.name, `${pack.manifest.calibration} cannot be written`, cause)
  }
  return path
}

/** Throws one sentence when the file could not be written: better before the work than after it. */
export async function checkFitWritable(pack: PackFolder): Promise<void> {
  const folder = await realpath(dirname(fitPath(pack))).catch((cause: unknown) => {
    throw packError(pack.name, `the folder of ${pack.manifest.calibration} is missing`, cause)
  })
  if (`${folder}${sep}`.startsWith(pack.folder + sep)) return
  throw packError(pack.name, `${pack.manifest.calibration} leads out of the pack's folder`)
}

function fitPath({ folder, manifest }: PackFolder): string {
  return join(folder, manifest.calibration)
}

/** The text of a file; the inverse of reading. */
export function formatFit({
  pack,
  bestThreshold,
  calibration,
  supportedScore,
  madeFrom,
  parts,
  cohort,
  upright,
  faceLikeness,
  quality,
}: PackFit): string {
  const json = {
    format: FORMAT,
    pack,
    threshold: bestThreshold,
    curve: calibration,
    supportedScore,
    madeFrom,
    ...(parts && {
      parts: mapParts((part) => ({ mean: encodeFloats(parts[part].mean), curve: parts[part].calibration })),
    }),
    ...(upright && { upright: { ...upright, direction: encodeFloats(upright.direction) } }),
    ...(faceLikeness && { faceLikeness: encodePartsMeasure(faceLikeness) }),
    ...(quality && { quality: encodeQuality(quality) }),
    ...(cohort && { cohort: { ...cohort, rows: encodeRows(cohort.rows) } }),
  }
  return `${JSON.stringify(json, null, 1)}\n`
}

function parseFit(json: unknown): PackFit {
  const root = recordOf(json)
  if (root.format !== FORMAT || typeof root.pack !== 'string') throw new Error('Expected a calibration')
  const data = recordOf(root.madeFrom)
  return {
    pack: root.pack,
    bestThreshold: numberOf(root.threshold),
    calibration: parseCurve(root.curve),
    supportedScore: numberOf(root.supportedScore),
    madeFrom: {
      persons: numberOf(data.persons),
      pictures: numberOf(data.pictures),
      genuinePairs: numberOf(data.genuinePairs),
      impostorPairs: numberOf(data.impostorPairs),
      ...(data.groups !== undefined && { groups: parseGroups(data.groups) }),
      date: typeof data.date === 'string' ? data.date : '',
    },
    parts: root.parts === undefined ? undefined : parseParts(recordOf(root.parts)),
    upright: root.upright === undefined ? undefined : parseUpright(recordOf(root.upright)),
    faceLikeness: root.faceLikeness === undefined ? undefined : parsePartsMeasure(root.faceLikeness),
    quality: root.quality === undefined ? undefined : parseQuality(recordOf(root.quality)),
    cohort: root.cohort === undefined ? undefined : parseCohort(recordOf(root.cohort)),
  }
}

function parseGroups(value: unknown): NonNullable<FitData['groups']> {
  const groups: unknown[] = Array.isArray(value) ? value : []
  return groups.map((group) => {
    const { name, impostorPairs } = recordOf(group)
    return { name: String(name), impostorPairs: numberOf(impostorPairs) }
  })
}

function parseParts(root: JsonRecord): PartFits {
  return mapParts((part) => {
    const { mean, curve } = recordOf(root[part])
    return { mean: decodeFloats(mean), calibration: parseCurve(curve) }
  })
}

function parseUpright({ direction, perLength, offset }: JsonRecord): Upright {
  return { direction: decodeFloats(direction), perLength: numberOf(perLength), offset: numberOf(offset) }
}

function encodeQuality({ covered, ...quality }: QualityFit) {
  return { ...quality, ...(covered && { covered: encodePartsMeasure(covered) }) }
}

function parseQuality({ lengths, least, covered }: JsonRecord): QualityFit {
  const numbers = Array.isArray(lengths) ? lengths.map(numberOf) : []
  const rises = numbers.every((length, i) => i === 0 || length >= numbers[i - 1]!)
  if (numbers.length < 2 || !(numbers[0]! > 0) || !rises) throw new Error('Expected lengths that rise')
  return {
    lengths: numbers,
    least: numberOf(least),
    covered: covered === undefined ? undefined : parsePartsMeasure(covered),
  }
}

export function encodePartsMeasure({ directions, offset }: PartsMeasure) {
  return { offset, directions: mapParts((part) => encodeFloats(directions[part])) }
}

/** Throws an Error for what {@link encodePartsMeasure} did not give. */
export function parsePartsMeasure(value: unknown): PartsMeasure {
  const { directions, offset } = recordOf(value)
  const encoded = recordOf(directions)
  return { offset: numberOf(offset), directions: mapParts((part) => decodeFloats(encoded[part])) }
}

function parseCohort(root: JsonRecord): Cohort {
  const list: unknown[] = Array.isArray(root.classes) ? root.classes : []
  const classes = list.map(recordOf).map(({ share, directions, evenVariance }) => ({
    share: positiveOf(share),
    directions: numberOf(directions),
    evenVariance: positiveOf(evenVariance),
  }))
  const rows = decodeRows(recordOf(root.rows))
  const areCounts = classes.every(({ directions }) => Number.isInteger(directions) && directions >= 0)
  if (!areCounts || rows.scales.length !== classes.reduce((sum, { directions }) => sum + 1 + directions, 0)) {
    throw new Error('Expected a mean and directions for each class')
  }
  const all = classes.reduce((sum, { share }) => sum + share, 0)
  if (Math.abs(all - 1) > 1e-6) throw new Error('Expected shares that add up to 1')
  const likes = recordOf(root.likes)
  const [hundredth, tenThousandth] = [numberOf(likes.hundredth), numberOf(likes.tenThousandth)]
  if (!(tenThousandth > hundredth)) throw new Error('Expected fewer to reach a higher similarity')
  return { classes, rows, likes: { hundredth, tenThousandth }, length: positiveOf(root.length) }
}

function parseCurve(value: unknown): Knots {
  const points: unknown[] = Array.isArray(value) ? value : []
  const curve = points.map((point): readonly [number, number] => {
    const [cosine, score]: unknown[] = Array.isArray(point) ? point : []
    return [numberOf(cosine), numberOf(score)]
  })
  const rises = curve.every((knot, i) => i === 0 || (knot[0] > curve[i - 1]![0] && knot[1] > curve[i - 1]![1]))
  const inRange = curve.every(([, score]) => score >= 0 && score <= 100)
  if (curve.length < 2 || !rises || !inRange) throw new Error('Expected a curve that rises from 0 to 100')
  return curve
}

type JsonRecord = Readonly<Record<string, unknown>>

function recordOf(value: unknown): JsonRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('Expected an object')
  return { ...value }
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error('Expected a number')
  return value
}

function positiveOf(value: unknown): number {
  const number = numberOf(value)
  if (!(number > 0)) throw new Error('Expected more than nothing')
  return number
}

/** Little-endian float32, base64: a third of the size of decimal digits and exact. */
function encodeFloats(values: Float32Array): string {
  return floatBytes(values).toString('base64')
}

function decodeFloats(value: unknown): Float32Array {
  if (typeof value !== 'string') throw new Error('Expected numbers')
  return readFloats(Buffer.from(value, 'base64'))
}

function floatBytes(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeFloatLE(value, i * 4)
  return bytes
}

function readFloats(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readFloatLE(i * 4))
}

/** Little-endian float32 scales, then the bytes, base64. */
function encodeRows({ columns, scales, bytes }: ByteRows): { readonly columns: number; readonly bytes: string } {
  return { columns, bytes: Buffer.concat([floatBytes(scales), Buffer.from(bytes)]).toString('base64') }
}

function decodeRows({ columns, bytes: text }: JsonRecord): ByteRows {
  const data = Buffer.from(typeof text === 'string' ? text : '', 'base64')
  const width = numberOf(columns)
  const rows = data.length / (4 + width)
  if (!Number.isInteger(rows) || rows === 0) throw new Error('Expected rows')
  return {
    columns: width,
    scales: readFloats(data.subarray(0, 4 * rows)),
    bytes: new Int8Array(data.buffer, data.byteOffset + 4 * rows, rows * width),
  }
}
