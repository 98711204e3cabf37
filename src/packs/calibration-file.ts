import { randomUUID } from 'node:crypto'
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { EFFORTS, type Effort } from '../pipeline/effort.js'
import type { Knots } from '../score/calibration.js'
import { type PackFolder, packError } from './folder.js'

/** What turns the cosine similarities of a pack into scores, and where it comes from. */
export interface PackCalibration {
  /** The content (see `identifyContent`) that it was made with. */
  readonly pack: string
  readonly effort: Effort
  /** The cosine similarity that separates the pairs best: for measuring accuracy, not for deciding a match. */
  readonly threshold: number
  readonly curve: Knots
  /** The highest score below 100 that there were impostor pairs enough for. */
  readonly supportedScore: number
  readonly madeFrom: CalibrationData
}

/** The labelled folder, in numbers. */
export interface CalibrationData {
  readonly persons: number
  readonly pictures: number
  /** Pairs that could be compared. */
  readonly genuinePairs: number
  readonly impostorPairs: number
  /** ISO 8601. */
  readonly date: string
}

/** The calibration of a pack and the text that it was read from, or `undefined` when there is none. Throws one sentence. */
export async function readPackCalibration(
  pack: PackFolder,
): Promise<{ readonly calibration: PackCalibration; readonly text: string } | undefined> {
  const path = await realpath(calibrationPath(pack)).catch(() => undefined)
  if (path === undefined) return undefined
  const named = pack.manifest.calibration
  if (!path.startsWith(pack.folder + sep)) throw packError(pack.name, `${named} leads out of the pack's folder`)
  try {
    const text = await readFile(path, 'utf8')
    return { calibration: parseCalibration(JSON.parse(text)), text }
  } catch (cause) {
    throw packError(pack.name, `${named} is no calibration; make it anew with facecompare models calibrate`, cause)
  }
}

/** Writes a calibration beside the manifest; the file appears whole. Returns its path. */
export async function writePackCalibration(pack: PackFolder, calibration: PackCalibration): Promise<string> {
  const path = calibrationPath(pack)
  const unfinished = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(unfinished, `${JSON.stringify({ format: 1, ...calibration }, null, 1)}\n`)
    await rename(unfinished, path)
  } catch (cause) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw packError(pack.name, `${pack.manifest.calibration} cannot be written`, cause)
  }
  return path
}

/** Throws one sentence when a calibration could not be written: better before the work than after it. */
export async function checkCalibrationWritable(pack: PackFolder): Promise<void> {
  const folder = await realpath(dirname(calibrationPath(pack))).catch((cause: unknown) => {
    throw packError(pack.name, `the folder of ${pack.manifest.calibration} is missing`, cause)
  })
  if (`${folder}${sep}`.startsWith(pack.folder + sep)) return
  throw packError(pack.name, `${pack.manifest.calibration} leads out of the pack's folder`)
}

function calibrationPath({ folder, manifest }: PackFolder): string {
  return join(folder, manifest.calibration)
}

function parseCalibration(json: unknown): PackCalibration {
  const root = recordOf(json)
  const data = recordOf(root.madeFrom)
  const effort = EFFORTS.find((known) => known === root.effort)
  const { pack, threshold, supportedScore } = root
  if (root.format !== 1 || typeof pack !== 'string' || !effort) throw new Error('Expected a calibration')
  return {
    pack,
    effort,
    threshold: numberOf(threshold),
    curve: parseCurve(root.curve),
    supportedScore: numberOf(supportedScore),
    madeFrom: {
      persons: numberOf(data.persons),
      pictures: numberOf(data.pictures),
      genuinePairs: numberOf(data.genuinePairs),
      impostorPairs: numberOf(data.impostorPairs),
      date: typeof data.date === 'string' ? data.date : '',
    },
  }
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

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('Expected an object')
  return { ...value }
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Error('Expected a number')
  return value
}
