import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { wholeNumber } from '../config/values.js'
import type { Config } from '../config.js'
import type { Comparison, Face, FaceEngine } from '../engine/engine.js'
import { compareChecked, requireQuality } from '../engine/require-quality.js'
import { describeComparison, describeFace, explainJson, PictureError } from './comparison-json.js'
import { drawingFormat, parseDrawing } from './drawing-file.js'
import { addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { explainIn } from './error-words.js'
import { findPictures, isPath, readPicture } from './find-pictures.js'
import { addLangOption, chooseLanguage, type Language, type LanguageFlag } from './language.js'
import { optionValue } from './option-value.js'
import { checkWritable, requireNoPicture, writePrivately } from './output-file.js'
import { printable } from './printable.js'
import { EXIT_ERROR, EXIT_MATCH, EXIT_NO_MATCH, printJson, printLines } from './report.js'
import { WORDS } from './words.js'

/** The score from which two faces count as one person's unless told: one false accept in a thousand, in the worst group. */
const DEFAULT_THRESHOLD = 70

/** Of every command that compares. */
export const MIN_QUALITY_HELP =
  'refuse faces of less quality, 0 to 100; 0 refuses none, and poor pictures of strangers may score high (default: by the model pack)'

interface CompareFlags extends EngineFlags, LanguageFlag {
  readonly json?: boolean
  readonly threshold: number
  readonly minQuality?: number
  readonly top?: number
  readonly annotate?: string
}

export interface CompareOptions extends CompareFlags {
  readonly config: Config
  readonly language: Language
}

/** A picture with the face that was found in it. */
export interface AnalyzedPicture {
  readonly picture: string
  readonly bytes: Uint8Array
  readonly face: Face
}

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('Compares the faces in two pictures, or one with many; no service is needed.')
    .argument('<A>', 'picture: a file, an http(s) url, or - for standard input')
    .argument('<B...>', 'the same, or folders and patterns: then the pictures are ranked by their score with A')
    .option('--threshold <score>', 'a match from this score on, 0 to 100', parseScore, DEFAULT_THRESHOLD)
    .option('--min-quality <n>', MIN_QUALITY_HELP, parseScore)
    .option('--top <n>', 'show the best n only', optionValue(wholeNumber(1)))
    .option(
      '--annotate <file>',
      'draw A and the best of B side by side, with boxes and landmarks, as file.png or file.jpg',
      parseDrawing,
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Ends with 0 for a match (of one picture at least), 1 for none, 2 for an error.

Examples:
  facecompare compare a.jpg b.jpg
  facecompare compare probe.jpg folder/ --top 5
  facecompare compare probe.jpg 'photos/**/*.png' --json
  curl -s https://example.com/a.jpg | facecompare compare - b.jpg --annotate out.png`,
    )
    .action(async (a: string, b: readonly string[], flags: CompareFlags) => {
      process.exitCode = await compare(a, b, flags)
    })
  addLangOption(command)
  addPackOption(command)
}

/** Of an option. */
export function parseScore(text: string): number {
  const score = Number(text)
  if (text === '' || !(score >= 0 && score <= 100)) throw new InvalidArgumentError('Expected a number from 0 to 100.')
  // Other programs count from 0 to 1; here that would call everybody one person.
  if (score > 0 && score <= 1) {
    const meant = Number((100 * score).toPrecision(6))
    throw new InvalidArgumentError(`Scores are 0 to 100, not 0 to 1: write ${meant} for ${text}.`)
  }
  return score
}

async function compare(a: string, b: readonly string[], flags: CompareFlags): Promise<number> {
  const config = readEngineConfig(flags)
  const options = { ...flags, config, language: chooseLanguage(flags, process.env) }
  // Sentences in JSON are for programs, and so the same for everybody.
  const words = WORDS[options.json ? 'en' : options.language].problems
  if (flags.annotate !== undefined) await checkWritable(flags.annotate)
  try {
    const { pictures, isList, leftOut } = await findPictures(b, words)
    if ([a, ...pictures].filter((picture) => picture === '-').length > 1) {
      throw new Error(words.oneStdin)
    }
    if (flags.annotate !== undefined) await requireNoPicture(flags.annotate, [a, ...pictures].filter(isPath))
    const [only] = pictures
    if (!isList && pictures.length === 1 && only !== undefined) return await comparePair(a, only, options)
    const others = pictures.filter((picture) => !isPath(picture) || resolve(picture) !== resolve(a))
    if (others.length === 0) throw new Error(words.onlyItself)
    const { rankPictures } = await import('./rank.js')
    return await rankPictures(a, { pictures: others, leftOut }, options)
  } catch (error) {
    if (options.json) printJson({ error: explainJson(error) })
    else process.stderr.write(`facecompare: ${printable(explainIn(options.language, error))}\n`)
    return EXIT_ERROR
  }
}

async function comparePair(a: string, b: string, options: CompareOptions): Promise<number> {
  const { config, threshold, minQuality, language } = options
  const { createEngine } = await import('../engine/local-engine.js')
  const { maxPixels, modelPack } = config
  const engine = await createEngine({ maxPixels, modelPack, onWarning: warn })
  try {
    const pictures = [await analyzePicture(a, engine, options), await analyzePicture(b, engine, options)] as const
    const [{ face: faceA }, { face: faceB }] = pictures
    const comparison = compareChecked(engine, faceA, faceB, options)
    const { qualityChecked } = comparison
    const match = comparison.similarity >= threshold
    if (options.annotate !== undefined) await annotate(options.annotate, pictures, comparison, options)
    if (options.json) {
      const faces = { faceA: describeFace(faceA), faceB: describeFace(faceB) }
      printJson({ match, threshold, ...describeComparison(comparison), qualityChecked, packId: faceA.packId, ...faces })
    } else {
      const { formatPair } = await import('./comparison-text.js')
      printLines(formatPair(comparison, pictures, { threshold, minQuality, modelPack, words: WORDS[language] }))
      noteAnnotated(options)
    }
    return match ? EXIT_MATCH : EXIT_NO_MATCH
  } finally {
    await engine.close()
  }
}

/** Throws a PictureError, which names the picture; also for a face that is shown too poorly. */
export async function analyzePicture(
  picture: string,
  engine: Pick<FaceEngine, 'analyze' | 'leastQuality'>,
  { config, minQuality = engine.leastQuality }: Pick<CompareOptions, 'config' | 'minQuality'>,
): Promise<AnalyzedPicture> {
  try {
    const bytes = await readPicture(picture, config)
    const face = await engine.analyze(bytes)
    requireQuality(face, minQuality)
    return { picture, bytes, face }
  } catch (error) {
    throw new PictureError(picture, error)
  }
}

/** Draws two pictures into a file, in the format that its name asks for. */
export async function annotate(
  file: string,
  pictures: readonly [AnalyzedPicture, AnalyzedPicture],
  { similarity }: Comparison,
  { config, threshold }: CompareOptions,
): Promise<void> {
  const { drawComparison } = await import('../image/draw.js')
  const [a, b] = pictures.map(({ bytes, face: { box, landmarks } }) => ({ bytes, box, landmarks }))
  if (!a || !b) throw new Error('Expected two pictures')
  const options = { ...config, format: drawingFormat(file) }
  await writePrivately(file, await drawComparison([a, b], { similarity, match: similarity >= threshold }, options))
}

export function noteAnnotated({ annotate: file, language }: CompareOptions): void {
  if (file !== undefined) printLines([WORDS[language].written(printable(file))])
}

function warn(sentence: string): void {
  process.stderr.write(`facecompare: ${sentence}\n`)
}
