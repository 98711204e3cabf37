import type { Config } from '../config.js'
import { formatContactSheet } from '../dedupe/contact-sheet.js'
import { type Group, groupFaces } from '../dedupe/group-faces.js'
import { isQualityChecked } from '../engine/require-quality.js'
import { codeOf } from '../errors.js'
import { type Picture, readPictureFolder } from '../evaluation/data-set.js'
import type { Failure, Outcome } from '../evaluation/face-vectors.js'
import { countLeftOut, type LeftOut } from '../evaluation/picture-files.js'
import { createTerminalBar } from '../evaluation/progress.js'
import { refusePoor } from '../evaluation/refuse-poor.js'
import { calibrate, type Knots, similarityAtScore } from '../score/calibration.js'
import { embedInProcesses } from './embed.js'
import { type EngineFlags, readEngineConfig } from './engine-options.js'
import { explainIn, sentenceOf } from './error-words.js'
import { EXIT_INTERRUPTED, watchInterrupt } from './interruption.js'
import { chooseLanguage, type Language, type LanguageFlag } from './language.js'
import { checkWritable, requireApart, requireNoPicture, writePrivately } from './output-file.js'
import { printable } from './printable.js'
import { EXIT_ERROR, explain, printJson, printLines } from './report.js'
import { WORDS } from './words.js'

export interface DedupeFlags extends EngineFlags, LanguageFlag {
  readonly threshold: number
  readonly minQuality?: number
  readonly json?: boolean
  readonly html?: string
  readonly cache?: string
}

interface DedupeOptions extends DedupeFlags {
  readonly config: Config
  readonly language: Language
}

export interface FailedPicture extends Failure {
  readonly picture: Picture
}

/** Pictures by person. */
export interface Deduped {
  readonly packId: string | undefined
  /** Whether every face was held to a quality at which the scores were found to hold. */
  readonly qualityChecked: boolean
  /** Of two and more; the largest first. */
  readonly groups: readonly { readonly pictures: readonly FoundPicture[]; readonly meanScore: number }[]
  readonly alone: readonly FoundPicture[]
  readonly failed: readonly FailedPicture[]
  readonly leftOut: LeftOut
}

export interface FoundPicture extends Picture {
  readonly outcome: Extract<Outcome, { readonly face: unknown }>
}

/** Returns the exit code. */
export async function dedupe(folder: string, flags: DedupeFlags): Promise<number> {
  const options = { ...flags, config: readEngineConfig(flags), language: chooseLanguage(flags, process.env) }
  const words = WORDS[options.language]
  const interruption = watchInterrupt()
  try {
    if (flags.html !== undefined) await checkWritable(flags.html)
    const { pictures, leftOut } = await readPictureFolder(folder)
    if (flags.html !== undefined) {
      const files = pictures.map(({ file }) => file)
      await requireNoPicture(flags.html, files)
      if (flags.cache !== undefined) await requireApart(flags.html, [flags.cache], 'the cache')
    }
    if (pictures.length === 0)
      throw new Error(WORDS[flags.json ? 'en' : options.language].problems.noPictures(folder, leftOut))
    const found = await groupPictures(pictures, options, interruption.signal)
    const deduped = { ...found, leftOut }
    // Before the sheet, so that a disk that is full loses nothing else.
    if (flags.json) printJson(describe(deduped, options))
    else printGroups(deduped, options)
    if (flags.html !== undefined) await writeSheet(flags.html, folder, deduped, options)
    return 0
  } catch (error) {
    const interrupted = interruption.signal.aborted
    const sentence = interrupted ? words.interrupted : explainIn(options.language, error)
    if (flags.json && !interrupted) printJson({ error: { detail: explain(error) } })
    else process.stderr.write(`facecompare: ${printable(sentence)}\n`)
    return interrupted ? EXIT_INTERRUPTED : EXIT_ERROR
  } finally {
    interruption.close()
  }
}

async function groupPictures(
  pictures: readonly Picture[],
  { config, cache, threshold, minQuality, language }: DedupeOptions,
  signal: AbortSignal,
): Promise<Omit<Deduped, 'leftOut'>> {
  const { embedded, numbers } = await embedInProcesses(pictures, config, {
    progress: createTerminalBar(process.stderr, WORDS[language].progress, pictures.length),
    cache,
    signal,
    onUnreadable: describeUnreadable,
  })
  const least = minQuality ?? numbers.leastQuality
  const found: FoundPicture[] = []
  const failed: FailedPicture[] = []
  for (const [i, outcome] of refusePoor(embedded.outcomes, least).entries()) {
    const picture = pictures[i]
    if (!picture) continue
    if ('face' in outcome) found.push({ ...picture, outcome })
    else failed.push({ picture, ...outcome.failure })
  }
  const { calibration } = numbers.fit
  const faces = found.map(({ outcome }) => outcome.face)
  const qualityChecked = isQualityChecked(faces, least, numbers)
  const groups = await groupFaces(faces, { leastSimilarity: similarityAtScore(calibration, threshold), signal })
  return { packId: embedded.packId, qualityChecked, ...splitGroups(groups, found, calibration), failed }
}

/** A file that cannot be opened is a picture without a face to compare, by the name of the system's error. */
function describeUnreadable(error: unknown): Outcome {
  const code = codeOf(error)
  if (code === '') throw error
  return { failure: { kind: code, sentence: explain(error) } }
}

function splitGroups(groups: readonly Group[], found: readonly FoundPicture[], calibration: Knots) {
  const pick = ({ members }: Group) => members.flatMap((member) => found[member] ?? [])
  return {
    groups: groups.flatMap((group) => {
      const { meanSimilarity } = group
      if (meanSimilarity === undefined) return []
      return [{ pictures: pick(group), meanScore: calibrate(calibration, meanSimilarity) }]
    }),
    alone: groups.filter(({ members }) => members.length === 1).flatMap(pick),
  }
}

function describe({ packId, qualityChecked, groups, alone, failed, leftOut }: Deduped, { threshold }: DedupeOptions) {
  const namesOf = (pictures: readonly Picture[]) => pictures.map(({ name }) => name)
  return {
    threshold,
    packId,
    qualityChecked,
    groups: groups.map(({ pictures, meanScore }) => ({ similarity: meanScore, pictures: namesOf(pictures) })),
    alone: namesOf(alone),
    failed: failed.map(({ picture, kind, sentence, shown }) => ({
      picture: picture.name,
      kind,
      detail: sentence,
      quality: shown?.quality,
    })),
    leftOut,
  }
}

function summarize(
  { groups, alone, failed, leftOut, qualityChecked }: Deduped,
  { threshold, minQuality, language }: DedupeOptions,
) {
  const { sheet, unchecked, leftOut: leftOutWords } = WORDS[language]
  const grouped = groups.reduce((sum, { pictures }) => sum + pictures.length, 0)
  return [
    sheet.groups(groups.length, grouped, threshold),
    ...(alone.length > 0 ? [sheet.alone(alone.length)] : []),
    ...(failed.length > 0 ? [sheet.failed(failed.length)] : []),
    ...(countLeftOut(leftOut) > 0 ? [leftOutWords(leftOut)] : []),
    ...(minQuality !== undefined && !qualityChecked ? [unchecked] : []),
  ]
}

function printGroups(deduped: Deduped, options: DedupeOptions): void {
  const words = WORDS[options.language]
  printLines([
    ...deduped.groups.map(({ pictures, meanScore }, i) => {
      const names = pictures.map(({ name }) => printable(name)).join('  ')
      return `${words.sheet.group(i + 1, pictures.length, meanScore)}  ${names}`
    }),
    ...summarize(deduped, options),
  ])
  for (const failure of deduped.failed) {
    const reason = sentenceOf(options.language, failure)
    process.stderr.write(`facecompare: ${printable(`${failure.picture.name}: ${reason}`)}\n`)
  }
}

async function writeSheet(file: string, folder: string, deduped: Deduped, options: DedupeOptions): Promise<void> {
  const { config, language } = options
  const { sheet } = WORDS[language]
  const { makeSheetPictures } = await import('./sheet-pictures.js')
  const drawn = await makeSheetPictures(deduped, config, (failure) => sentenceOf(language, failure))
  const page = formatContactSheet({
    lang: language,
    title: sheet.title(folder),
    summary: summarize(deduped, options),
    sections: [
      ...drawn.groups.map((pictures, i) => ({
        title: sheet.group(i + 1, pictures.length, deduped.groups[i]?.meanScore ?? 0),
        pictures,
      })),
      { title: sheet.alone(drawn.alone.length), pictures: drawn.alone },
      { title: sheet.failed(drawn.failed.length), pictures: drawn.failed },
    ],
  })
  await writePrivately(file, page)
  if (!options.json) printLines([WORDS[language].written(printable(file))])
}
