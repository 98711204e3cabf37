import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Knots } from '../face/calibration.js'
import { mapParts, type PartName } from '../face/face.js'
import type { Fit } from '../face/fit.js'

/** The fitted numbers of the default pack; `src/` and `dist/` lie equally deep, so one path serves both. */
export const DEFAULT_FIT_FILE = new URL('../../packs/default/fit.json', import.meta.url)

export interface LoadedFit {
  readonly fit: Fit
  /** Short hash of the file: part of the pack's id, because other numbers make other embeddings. */
  readonly id: string
}

/** Reads the fitted numbers of a pack; throws an Error that says what is wrong with the file. */
export async function readFitFile(file: URL): Promise<LoadedFit> {
  const bytes = await readFile(file)
  const json: unknown = JSON.parse(bytes.toString('utf8'))
  return { fit: parseFit(json), id: createHash('sha256').update(bytes).digest('hex').slice(0, 8) }
}

/** The text of a fit file; the inverse of {@link readFitFile}. */
export function formatFit(fit: Fit): string {
  const json = {
    resnetShare: fit.resnetShare,
    bestThreshold: fit.bestThreshold,
    calibration: fit.calibration,
    partCalibrations: fit.partCalibrations,
    faceresMean: encodeFloats(fit.faceresMean),
    partMeans: mapParts((part) => ({
      resnet: encodeFloats(fit.partMeans[part].resnet),
      faceres: encodeFloats(fit.partMeans[part].faceres),
    })),
  }
  return `${JSON.stringify(json, null, 1)}\n`
}

function parseFit(json: unknown): Fit {
  const root = asRecord(json, 'fit')
  const means = asRecord(root.partMeans, 'partMeans')
  const curves = asRecord(root.partCalibrations, 'partCalibrations')
  const { resnetShare, bestThreshold } = root
  if (typeof resnetShare !== 'number' || !(resnetShare >= 0 && resnetShare <= 1)) {
    throw new Error('The fit file has no resnetShare between 0 and 1')
  }
  if (typeof bestThreshold !== 'number') throw new Error('The fit file has no bestThreshold')
  const meansOf = (part: PartName) => {
    const entry = asRecord(means[part], `partMeans.${part}`)
    return {
      resnet: decodeFloats(entry.resnet, `partMeans.${part}.resnet`),
      faceres: decodeFloats(entry.faceres, `partMeans.${part}.faceres`),
    }
  }
  return {
    resnetShare,
    bestThreshold,
    faceresMean: decodeFloats(root.faceresMean, 'faceresMean'),
    calibration: parseKnots(root.calibration, 'calibration'),
    partMeans: mapParts(meansOf),
    partCalibrations: mapParts((part) => parseKnots(curves[part], `partCalibrations.${part}`)),
  }
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
    const [cosine, score]: unknown[] = Array.isArray(point) ? point : []
    if (typeof cosine !== 'number' || typeof score !== 'number') {
      throw new Error(`The curve ${name} of the fit file has a point that is not two numbers`)
    }
    return [cosine, score]
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
