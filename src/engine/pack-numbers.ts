import { readAppearance } from '../packs/appearance-file.js'
import { type PackFit, readPackFit } from '../packs/fit-file.js'
import { type PackFolder, packError } from '../packs/folder.js'
import { INSTALL_ANEW, identifyContent, type ResolvedPack, resolvePack, verifyPieces } from '../packs/resolve.js'
import type { AppearanceFit } from '../pipeline/appearance.js'
import type { Knots } from '../score/calibration.js'
import type { Fit, PartFits } from '../score/fit.js'
import type { PartsMeasure } from '../score/parts-measure.js'
import type { QualityFit } from '../score/quality.js'
import type { Upright } from '../score/upright.js'
import { mapParts } from './face.js'
import type { PackOptions } from './options.js'

/** The cheap half of a pack: what comparing needs, without networks. */
export interface PackNumbers {
  /** Stands for everything that embeddings and scores depend on: faces of packs with different ids must not be compared. */
  readonly id: string
  readonly fit: Fit
  /** Why the scores mean nothing, as what goes on after "it"; absent where they do. */
  readonly calibrationProblem?: string
  /** What a calibration of the pack is bound to. */
  readonly content: string
  /** Whether the facial parts are read with networks of the pack, so that its calibration holds what they are compared by. */
  readonly hasOwnParts: boolean
  /** What a face is rated by; undefined where the pack has no measure of quality. */
  readonly quality: QualityFit | undefined
  /** The quality of a face below which what the scores promise was not found to hold, 0 to 100; 0 without a measure of quality. */
  readonly leastQuality: number
  /** What tells that a face was aligned the wrong way up, and the pack whose first embedder it was fitted to. */
  readonly upright: { readonly of: PackFolder; readonly measure: Upright } | undefined
  /** What tells a face from what is none by its parts; undefined where everything that is detected counts as a face. */
  readonly faceLikeness: PartsMeasure | undefined
  /** What tells what a face looks like by its parts; undefined where nothing does. */
  readonly appearance: AppearanceFit | undefined
}

/** Where there is no calibration: cosine similarities -1 to 1 as 0 to 100. */
const COSINES: Knots = [
  [-1, 0],
  [1, 100],
]
const NO_PARTS: PartFits = mapParts(() => ({ mean: new Float32Array(0), calibration: COSINES }))
const NO_CALIBRATION: Fit = { bestThreshold: 0, calibration: COSINES, parts: NO_PARTS }

/** From this score on the wire promises the lowest of its false accept rates. */
const HIGHEST_PROMISED_SCORE = 90

/**
 * Reads the cheap half of a pack, and holds its files to their hashes. Throws FaceCompareError INTERNAL with one sentence
 * when the pack cannot be used.
 */
export async function readPackNumbers(options: PackOptions): Promise<PackNumbers> {
  const pack = await resolvePack(options.modelPack)
  await verifyPieces(pack)
  return fitPack(pack, options)
}

/** What a pack was fitted to. Throws FaceCompareError INTERNAL with one sentence where that fits no more, or is missing. */
export async function fitPack(pack: ResolvedPack, options: PackOptions): Promise<PackNumbers> {
  const content = identifyContent(pack)
  const { calibration = 'required' } = options
  const isDefault = options.modelPack === undefined
  const hasOwnParts = pack.partsFrom === pack.folder
  let unreadable: unknown
  const own = await readPackFit(pack.folder, isDefault ? INSTALL_ANEW : undefined).catch((error: unknown) => {
    // What is to be calibrated anew must not be refused for what it has.
    if (calibration === 'required') throw error
    unreadable = error
    return undefined
  })
  const found = calibration === 'none' ? undefined : own
  const forParts = hasOwnParts ? found : await readDefaultFit(pack.partsFrom)
  const parts = forParts?.fit.parts ?? NO_PARTS
  // Which way up a face is has to be known before anything is calibrated.
  const upright =
    (own?.fit.pack === content && uprightOf(pack.folder, own.fit)) || uprightOf(pack.partsFrom, forParts?.fit)
  // The parts of a pack with its own networks are read in its own way: a measure of other networks tells nothing of them.
  const ofParts = hasOwnParts ? own : forParts
  const faceLikeness = hasOwnParts && own?.fit.pack !== content ? undefined : ofParts?.fit.faceLikeness
  const looks = calibration === 'none' ? undefined : await readAppearance(pack.partsFrom)
  const appearance = hasOwnParts && looks?.pack !== content ? undefined : looks?.fit
  const id = [content, ...new Set([found?.hash ?? 'none', forParts?.hash ?? 'none'])].join('-')
  // Of networks that are compared otherwise nothing is promised at any quality.
  const quality = own?.fit.pack === content ? own.fit.quality : undefined
  const leastQuality = (calibration !== 'none' && quality?.least) || 0
  const problem = unreadable ? 'has a calibration that cannot be read' : describeProblem(found?.fit, content)
  if (found && problem === undefined) {
    warnOfShortCurve(pack, found.fit, options)
    return {
      id,
      fit: { ...found.fit, parts },
      content,
      hasOwnParts,
      quality,
      leastQuality,
      upright,
      faceLikeness,
      appearance,
    }
  }
  const calibrationProblem = problem ?? ''
  if (calibration === 'required') {
    const remedy = isDefault ? INSTALL_ANEW : 'run: facecompare models calibrate --pack FOLDER PICTURES'
    throw packError(pack.folder.name, `it ${calibrationProblem}; ${remedy}`)
  }
  const fit = { ...NO_CALIBRATION, parts: hasOwnParts ? NO_PARTS : parts }
  return { id, fit, calibrationProblem, content, hasOwnParts, quality, leastQuality, upright, faceLikeness, appearance }
}

function uprightOf(of: PackFolder, fit: PackFit | undefined): PackNumbers['upright'] {
  return fit?.upright && { of, measure: fit.upright }
}

/** What the default pack's facial parts were fitted to, for a pack that leaves them to it. */
async function readDefaultFit(pack: PackFolder) {
  const found = await readPackFit(pack, INSTALL_ANEW)
  if (!found) throw packError(pack.name, `${pack.manifest.calibration} is missing; ${INSTALL_ANEW}`)
  return found
}

function describeProblem(fit: PackFit | undefined, content: string): string | undefined {
  if (!fit) return 'has no calibration, so that its scores would mean nothing'
  if (fit.pack !== content) return `has a calibration of other networks or settings (${fit.pack} instead of ${content})`
  return undefined
}

function warnOfShortCurve({ folder }: ResolvedPack, { supportedScore }: PackFit, { onWarning }: PackOptions): void {
  if (supportedScore >= HIGHEST_PROMISED_SCORE) return
  onWarning?.(
    `The calibration of the model pack ${folder.name} was made from too few pairs for scores above ${supportedScore}: ` +
      'they promise no false accept rate.',
  )
}
