import { constants } from 'node:fs'
import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Config } from '../config.js'
import type { FaceEngine } from '../engine.js'
import { FaceCompareError } from '../errors.js'
import { compareAll, type DataSet, readPairsFiles, readPersonFolder } from '../evaluation/data-set.js'
import { type Analysed, type Embedded, embedPictures } from '../evaluation/embed-pictures.js'
import { type EmbeddingCache, openEmbeddingCache } from '../evaluation/embedding-cache.js'
import { quantise } from '../evaluation/face-vectors.js'
import { createProgress } from '../evaluation/progress.js'
import { makeReport, type Report } from '../evaluation/report.js'
import { formatHtml, type Thumbnails } from '../evaluation/report-html.js'
import { formatText } from '../evaluation/report-text.js'
import { type ScoredPairs, scoreAllPairs, scoreListedPairs } from '../evaluation/score-pairs.js'
import type { EnginePool } from '../worker/pool.js'
import { addEffortOption, addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { printJson } from './report.js'

/** An interrupted program ends with 128 and the number of the signal. */
export const EXIT_INTERRUPTED = 130

/** Nobody waits for one picture here; a machine under load must not turn into wrong figures. */
const PICTURE_TIMEOUT_MS = 120_000

/** The longer side of a picture in the page, in pixels. */
const THUMBNAIL_SIDE = 160

const DEFAULT_FARS = '1e-2,1e-3,1e-4,1e-5'

interface EvalOptions extends EngineFlags {
  readonly pairs?: readonly string[]
  readonly all?: boolean
  readonly folds: number
  readonly far: readonly number[]
  readonly hardest: number
  readonly json?: string
  readonly html?: string
  readonly withPictures?: boolean
  readonly cache?: string
}

export function addEvalCommand(program: Command): void {
  const command = program
    .command('eval')
    .description('Measures how well faces are told apart on labelled pictures of your own.')
    .argument('<folder>', 'one sub-folder a person (every picture is compared with every other), or see --pairs')
    .option(
      '--pairs <file...>',
      'compare these pairs only: LFW format or CSV (a,b,label); pictures in folder or folder/images',
    )
    .option('--all', "compare every picture of --pairs with every other one; a person is a picture's folder")
    .option('--folds <n>', 'cross-validate the accuracy over the pairs of --pairs in so many folds', parseCount, 0)
    .addOption(
      new Option('--far <list>', 'false accept rates to report')
        .argParser(parseFars)
        .default(parseFars(DEFAULT_FARS), DEFAULT_FARS),
    )
    .option('--hardest <n>', 'how many of the hardest pairs of either kind to list', parseCount, 10)
    .option('--json <file>', 'write the figures as JSON; "-" prints them instead of the text')
    .option('--html <file>', 'write a page with charts that needs nothing else')
    .option('--with-pictures', 'put small copies of the hardest pictures into the page (asks for --html)')
    .option('--cache <file>', 'keep the embeddings there (a file or a folder), to resume and to repeat quickly')
    .addHelpText(
      'after',
      `
Labels in CSV: 1 or 0, same or different, genuine or impostor, true or false. LFW: name i j, or name i other j.
Embeddings are biometric data of the people in the pictures: they are kept only with --cache, and the file stays until you delete it.
FACECOMPARE_WORKERS sets the number of worker processes. Ends with 0 when it ran, 2 for an error.`,
    )
    .action(async (folder: string, options: EvalOptions) => {
      process.exitCode = await evaluate(folder, options)
    })
  addPackOption(command)
  addEffortOption(command)
}

function parseFars(text: string): readonly number[] {
  const fars = text.split(',').map(Number)
  if (fars.some((far) => !(far > 0 && far < 1))) {
    throw new InvalidArgumentError('Expected rates between 0 and 1 with commas between, such as 1e-2,1e-3.')
  }
  return [...new Set(fars)]
}

function parseCount(text: string): number {
  const count = Number(text)
  if (text === '' || !Number.isInteger(count) || count < 0 || count > 1000) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 1000.')
  }
  return count
}

async function evaluate(folder: string, options: EvalOptions): Promise<number> {
  const config = readEngineConfig(options)
  if (options.withPictures && options.html === undefined) throw new Error('--with-pictures asks for --html.')
  for (const file of [options.html, options.json]) if (file !== undefined && file !== '-') await checkWritable(file)
  if (options.folds === 1) throw new Error('One fold leaves no pairs to choose a threshold on; name at least two.')
  if (options.folds > 0 && (options.all || options.pairs === undefined)) {
    throw new Error('--folds asks for a list of pairs: name it with --pairs, without --all.')
  }
  if (options.html === '-') throw new Error('Only JSON can be printed with "-"; name a file for the page.')
  const listed =
    options.pairs === undefined ? await readPersonFolder(folder) : await readPairsFiles(folder, options.pairs)
  const dataSet = options.all ? compareAll(listed) : listed
  const interruption = watchInterrupt()
  try {
    const report = await measure(folder, dataSet, config, options, interruption.signal)
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

/** Before the work, not after it. */
async function checkWritable(file: string): Promise<void> {
  const target = await stat(file).catch(() => undefined)
  if (target?.isDirectory()) throw new Error(`Expected a file to write but ${file} is a folder.`)
  await access(target ? file : dirname(resolve(file)), constants.W_OK).catch((cause: unknown) => {
    throw new Error(`${file} cannot be written.`, { cause })
  })
}

/** The first Ctrl-C finishes the pictures under way; a second one ends at once. */
export function watchInterrupt(): { readonly signal: AbortSignal; readonly close: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    // Not process.exit: nothing here is worth another moment, and the worker processes see that their parent is gone.
    if (controller.signal.aborted) process.kill(process.pid, 'SIGKILL')
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    signal: controller.signal,
    close() {
      process.off('SIGINT', onSignal)
      process.off('SIGTERM', onSignal)
    },
  }
}

async function measure(
  folder: string,
  dataSet: DataSet,
  config: Config,
  options: EvalOptions,
  signal: AbortSignal,
): Promise<Report> {
  const cache = options.cache === undefined ? undefined : await openEmbeddingCache(options.cache)
  const { calibrate } = await import('../face/calibration.js')
  const pool = await openEngine(config).catch(async (error: unknown) => {
    await cache?.close()
    throw error
  })
  let embedded: Embedded
  try {
    await pool.ready
    embedded = await embed(dataSet, pool, config, cache, signal)
  } finally {
    await Promise.all([pool.close(), cache?.close()])
  }
  if (embedded.fromCache > 0) process.stderr.write(`${embedded.fromCache} embeddings came from the cache\n`)
  const { fit, calibrationProblem } = pool.numbers
  if (calibrationProblem !== undefined) {
    process.stderr.write(
      `facecompare: The model pack ${calibrationProblem}: scores in this report are cosine similarities as 0 to 100, and ` +
        "the pack's threshold is a cosine of 0.\n",
    )
  }
  return makeReport({
    dataSetName: basename(resolve(folder)),
    dataSet,
    packId: embedded.packId,
    createdAt: new Date().toISOString(),
    outcomes: embedded.outcomes,
    scored: await score(dataSet, embedded, options.hardest, signal),
    fars: options.far,
    folds: options.folds,
    packThreshold: fit.bestThreshold,
    toScore: (cosine) => calibrate(fit.calibration, cosine),
  })
}

/** The engine, of a pack without calibration as well: measuring must come before it. */
export async function openEngine(config: Config): Promise<EnginePool> {
  // Loaded when needed: a wrong call need not wait for it.
  const { startEnginePool } = await import('../worker/pool.js')
  return startEnginePool({
    cacheDir: config.cacheDir,
    maxPixels: config.maxPixels,
    modelPack: config.modelPack,
    uncalibrated: true,
    effort: config.effort,
    workers: config.workers,
    queueSize: countLanes(config),
    timeoutMs: PICTURE_TIMEOUT_MS,
    onWarning: (sentence) => process.stderr.write(`facecompare: ${sentence}\n`),
  })
}

/** One picture more than there are processes, so that none waits for the disk. */
function countLanes({ workers }: Config): number {
  return workers + 1
}

export async function embed(
  { pictures }: DataSet,
  engine: FaceEngine,
  config: Config,
  cache: EmbeddingCache | undefined,
  signal: AbortSignal,
): Promise<Embedded> {
  const progress = createProgress(process.stderr, 'pictures', pictures.length)
  let done = 0
  try {
    return await embedPictures(pictures, {
      analyze: (bytes) => analyze(engine, bytes),
      cache,
      lanes: countLanes(config),
      signal,
      onPicture: () => progress.show(++done),
    })
  } finally {
    progress.end()
  }
}

async function analyze(engine: FaceEngine, bytes: Uint8Array): Promise<Analysed> {
  try {
    const { packId, embedding, cohort, parts } = await engine.analyze(bytes)
    const quantised = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, quantise(part)]))
    return { packId, outcome: { face: { embedding, cohort, parts: quantised } }, lasting: true }
  } catch (error) {
    if (!(error instanceof FaceCompareError)) throw error
    const { kind, message } = error
    return { outcome: { failure: { kind, sentence: message } }, lasting: kind !== 'INTERNAL' }
  }
}

export async function score(
  { pairing }: DataSet,
  { outcomes }: Embedded,
  hardest: number,
  signal: AbortSignal,
): Promise<ScoredPairs> {
  const faces = outcomes.map((outcome) => ('face' in outcome ? outcome.face : undefined))
  const progress = createProgress(process.stderr, 'percent of pairs', 100)
  const options = { hardest, signal, onProgress: (share: number) => progress.show(Math.floor(100 * share)) }
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
    await writeFile(options.html, formatHtml(report, thumbnails))
  }
  if (options.json === '-') return printJson(report)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
  process.stdout.write(formatText(report))
}

async function makeThumbnails({ hardest }: Report, { pictures }: DataSet, { maxPixels }: Config): Promise<Thumbnails> {
  const { decodeImage } = await import('../image/decode.js')
  const { encodePng } = await import('../evaluation/png.js')
  const names = new Set([...hardest.genuine, ...hardest.impostor].flatMap(({ a, b }) => [a, b]))
  const thumbnails = new Map<string, string>()
  for (const { name, file } of pictures.filter((picture) => names.has(picture.name))) {
    const { width, height, data } = await decodeImage(await readFile(file), { maxPixels, maxSide: THUMBNAIL_SIDE })
    thumbnails.set(name, `data:image/png;base64,${encodePng(width, height, data).toString('base64')}`)
  }
  return thumbnails
}
