import { type PackCalibration, readPackCalibration } from '../packs/calibration-file.js'
import { convertDefaultPack } from '../packs/default-networks.js'
import { DEFAULT_FIT_FILE, type LoadedFit, readFitFile } from '../packs/fit-file.js'
import {
  type DefaultIds,
  identifyContent,
  openPackFolder,
  type PackFolder,
  packError,
  verifyPackFiles,
} from '../packs/folder.js'
import type { Effort } from '../pipeline/effort.js'
import type { Fit } from '../score/fit.js'

export interface PackOptions {
  /** Where converted networks are kept between starts. */
  readonly cacheDir: string
  /** A folder with a manifest; absent for the default pack. */
  readonly modelPack?: string | undefined
  readonly effort: Effort
  /** Takes a pack without calibration too, whose scores then mean nothing: to measure it, or to calibrate it. */
  readonly uncalibrated?: boolean
  /** Threads of one network run. */
  readonly intraOpThreads?: number
  readonly onWarning?: (sentence: string) => void
}

/** The cheap half of a pack: what comparing needs, without networks. */
export interface PackNumbers {
  readonly fit: Fit
  /** Why the scores mean nothing, as what goes on after "it"; absent where they do. */
  readonly calibrationProblem?: string
  /** What a calibration of the pack is bound to; absent for the default pack. */
  readonly content?: string
}

/** Where there is no calibration: cosine similarities -1 to 1 as 0 to 100. */
const NO_CALIBRATION = {
  threshold: 0,
  curve: [
    [-1, 0],
    [1, 100],
  ],
} as const

/** From this score on the wire promises the lowest of its false accept rates. */
const HIGHEST_PROMISED_SCORE = 90

/**
 * Reads the cheap half of a pack, converts what the default pack's cache does not have yet, and holds the files of a pack
 * to their hashes. Throws FaceCompareError INTERNAL with one sentence when the pack cannot be used.
 */
export async function readPackNumbers(options: PackOptions): Promise<PackNumbers> {
  const { modelPack } = options
  if (modelPack === undefined) {
    const [{ fit }] = await Promise.all([readDefaultFit(options), convertDefaultPack(options)])
    return { fit }
  }
  const pack = await openPackFolder(modelPack)
  const [defaultFit, packId] = await Promise.all([
    readDefaultFit(options),
    convertDefaultPack(options),
    verifyPackFiles(pack),
  ])
  return (await calibrate(pack, defaultFit, { packId, fitId: defaultFit.id }, options)).numbers
}

/** The one place that reads the fitted numbers of the default pack for the engine. */
export function readDefaultFit({ effort }: Pick<PackOptions, 'effort'>): Promise<LoadedFit> {
  return readFitFile(DEFAULT_FIT_FILE, effort)
}

/** The numbers of the default pack with the curve of this one in them, and the text that the curve was read from. */
export async function calibrate(
  pack: PackFolder,
  defaults: LoadedFit,
  ids: DefaultIds,
  options: PackOptions,
): Promise<{ readonly numbers: PackNumbers; readonly text: string }> {
  const content = identifyContent(pack, ids)
  const found = await readPackCalibration(pack)
  const problem = found
    ? describeMismatch(found.calibration, content, options.effort)
    : 'has no calibration, so that its scores would mean nothing'
  if (problem === undefined && found) {
    const { threshold, curve, supportedScore } = found.calibration
    if (supportedScore < HIGHEST_PROMISED_SCORE) {
      options.onWarning?.(
        `The calibration of the model pack ${pack.name} was made from too few pairs for scores above ${supportedScore}: ` +
          'they promise no false accept rate.',
      )
    }
    return {
      numbers: { fit: { ...defaults.fit, bestThreshold: threshold, calibration: curve }, content },
      text: found.text,
    }
  }
  const calibrationProblem = problem ?? ''
  if (!options.uncalibrated) {
    const command = `facecompare models calibrate --pack FOLDER --effort ${options.effort} PICTURES`
    throw packError(pack.name, `it ${calibrationProblem}; run: ${command}`)
  }
  const { threshold, curve } = NO_CALIBRATION
  const fit = { ...defaults.fit, bestThreshold: threshold, calibration: curve }
  return { numbers: { fit, calibrationProblem, content }, text: '' }
}

function describeMismatch({ pack, effort }: PackCalibration, content: string, wanted: Effort): string | undefined {
  if (pack !== content) return `has a calibration of other networks or settings (${pack} instead of ${content})`
  if (effort !== wanted) return `has a calibration of the effort ${effort}, and ${wanted} is asked for`
  return undefined
}
