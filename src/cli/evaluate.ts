import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Config } from '../config.js'
import { isQualityChecked } from '../engine/require-quality.js'
import { compareAll, type DataSet, findListFile, readPairsFiles, readPersonFolder } from '../evaluation/data-set.js'
import { requirePack } from '../evaluation/embed-pictures.js'
import type { Outcome } from '../evaluation/face-vectors.js'
import { readGroups } from '../evaluation/groups.js'
import { createProgress } from '../evaluation/progress.js'
import { refusePoor } from '../evaluation/refuse-poor.js'
import { type Measured, makeReport, type Report } from '../evaluation/report.js'
import { formatHtml, type Thumbnails } from '../evaluation/report-html.js'
import { formatText } from '../evaluation/report-text.js'
import { type ScoredPairs, type ScoreOptions, scoreAllPairs, scoreListedPairs } from '../evaluation/score-pairs.js'
import { embedInProcesses } from './embed.js'
import { type EngineFlags, readEngineConfig } from './engine-options.js'
import { formatGroups } from './group-tables.js'
import { EXIT_INTERRUPTED, watchInterrupt } from './interruption.js'
import { checkWritable, requireApart, requireNoPicture, writePrivately } from './output-file.js'
import { printJson } from './report.js'
import { WORDS } from './words.js'

/** The longer side of a picture in the page, in pixels. */
const THUMBNAIL_SIDE = 160

export interface EvalOptions extends EngineFlags {
  readonly pairs?: readonly string[]
  readonly all?: boolean
  readonly folds: number
  readonly far: readonly number[]
  readonly minQuality?: number
  readonly groups?: string
  readonly hardest: number
  readonly json?: string
  readonly html?: string
  readonly withPictures?: boolean
  readonly cache?: string
}

/** Returns the exit code. */
export async function evaluate(folder: string, options: EvalOptions): Promise<number> {
  const config = readEngineConfig(options)
  if (options.withPictures && options.html === undefined) throw new Error('--with-pictures asks for --html.')
  const reports = [options.html, options.json].flatMap((file) => (file === undefined || file === '-' ? [] : file))
  for (const file of reports) await checkWritable(file)
  if (options.folds === 1) throw new Error('One fold leaves no pairs to choose a threshold on; name at least two.')
  if (options.folds > 0 && (options.all || options.pairs === undefined)) {
    throw new Error('--folds asks for a list of pairs: name it with --pairs, without --all.')
  }
  if (options.html === '-') throw new Error('Only JSON can be printed with "-"; name a file for the page.')
  const listed =
    options.pairs === undefined ? await readPersonFolder(folder) : await readPairsFiles(folder, options.pairs)
  const pictures = listed.pictures.map(({ file }) => file)
  for (const file of reports) await requireNoPicture(file, pictures)
  await requireOwnFiles(reports, folder, options)
  const dataSet = options.all ? compareAll(listed) : listed
  const grouped = options.groups === undefined ? undefined : await readGroups(folder, options.groups, dataSet)
  const interruption = watchInterrupt()
  try {
    const report = await measure(folder, { dataSet, grouped }, config, options, interruption.signal)
    await writeReport(report, dataSet, config, options)
    return 0
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    const kept = options.cache === undefined ? 'nothing was kept' : 'the same call goes on where this one ended'
    process.stderr.write(`facecompare: Interrupted; ${kept}.\n`)
    return EXIT_INTERRUPTED
  } finally {
    interruption.close()
  }
}

/** Throws one sentence when a report would be written over what is read, over the cache or over the other report. */
async function requireOwnFiles(
  reports: readonly string[],
  folder: string,
  { pairs = [], groups, cache }: EvalOptions,
): Promise<void> {
  const lists = [
    ...pairs.map((file) => findListFile(folder, file, 'pairs file')),
    ...(groups === undefined ? [] : [findListFile(folder, groups, 'groups file')]),
  ]
  for (const [i, file] of reports.entries()) {
    await requireApart(file, lists, 'one of the lists')
    if (cache !== undefined) await requireApart(file, [cache], 'the cache')
    await requireApart(file, reports.slice(i + 1), 'also the other report')
  }
}

async function measure(
  folder: string,
  { dataSet, grouped }: Pick<Measured, 'dataSet' | 'grouped'>,
  config: Config,
  options: EvalOptions,
  signal: AbortSignal,
): Promise<Report> {
  const { calibrate } = await import('../score/calibration.js')
  const { embedded, numbers } = await embedInProcesses(dataSet.pictures, config, {
    progress: createProgress(process.stderr, 'pictures', dataSet.pictures.length),
    cache: options.cache,
    calibration: 'optional',
    signal,
  })
  const packId = requirePack(embedded)
  if (embedded.fromCache > 0) process.stderr.write(`${embedded.fromCache} embeddings came from the cache\n`)
  const { fit, calibrationProblem } = numbers
  if (calibrationProblem !== undefined) {
    process.stderr.write(
      `facecompare: The model pack ${calibrationProblem}: scores in this report are cosine similarities as 0 to 100, and ` +
        "the pack's threshold is a cosine of 0.\n",
    )
  }
  const { minQuality = numbers.leastQuality } = options
  const outcomes = refusePoor(embedded.outcomes, minQuality)
  const faces = outcomes.flatMap((outcome) => ('face' in outcome ? outcome.face : []))
  if (options.minQuality !== undefined && !isQualityChecked(faces, minQuality, numbers)) {
    process.stderr.write(`facecompare: ${WORDS.en.unchecked}\n`)
  }
  return makeReport({
    dataSetName: basename(resolve(folder)),
    dataSet,
    grouped,
    packId,
    createdAt: new Date().toISOString(),
    outcomes,
    minQuality,
    scored: await score(dataSet, outcomes, { hardest: options.hardest, grouping: grouped, signal }),
    fars: options.far,
    folds: options.folds,
    packThreshold: fit.bestThreshold,
    toScore: (cosine) => calibrate(fit.calibration, cosine),
  })
}

export async function score(
  { pairing }: DataSet,
  outcomes: readonly Outcome[],
  wanted: Omit<ScoreOptions, 'onProgress'>,
): Promise<ScoredPairs> {
  const faces = outcomes.map((outcome) => ('face' in outcome ? outcome.face : undefined))
  const progress = createProgress(process.stderr, 'percent of pairs', 100)
  const options = { ...wanted, onProgress: (share: number) => progress.show(Math.floor(100 * share)) }
  try {
    if (pairing.kind === 'listed') return await scoreListedPairs(faces, pairing.pairs, options)
    return await scoreAllPairs(faces, pairing.personOf, options)
  } finally {
    progress.end()
  }
}

async function writeReport(report: Report, dataSet: DataSet, config: Config, options: EvalOptions): Promise<void> {
  if (options.html !== undefined) {
    const thumbnails = options.withPictures ? await makeThumbnails(report, dataSet, config) : undefined
    await writePrivately(options.html, formatHtml(report, thumbnails))
  }
  if (options.json === '-') return printJson(report)
  if (options.json !== undefined) await writePrivately(options.json, `${JSON.stringify(report, null, 2)}\n`)
  const { byGroup, persons, pictures } = report
  const groups = byGroup ? formatGroups(byGroup, { persons, pictures: pictures.total }) : ''
  process.stdout.write(formatText(report) + groups)
}

async function makeThumbnails({ hardest }: Report, { pictures }: DataSet, { maxPixels }: Config): Promise<Thumbnails> {
  const { shrinkPicture } = await import('../image/draw.js')
  const names = new Set([...hardest.genuine, ...hardest.impostor].flatMap(({ a, b }) => [a, b]))
  const thumbnails = new Map<string, string>()
  for (const { name, file } of pictures.filter((picture) => names.has(picture.name))) {
    const jpeg = await shrinkPicture(await readFile(file), { maxPixels, side: THUMBNAIL_SIDE })
    thumbnails.set(name, `data:image/jpeg;base64,${Buffer.from(jpeg).toString('base64')}`)
  }
  return thumbnails
}
