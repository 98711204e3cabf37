import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { Config } from '../config.js'
import type { Comparison, Face, FaceEngine } from '../engine.js'
import { FaceCompareError } from '../errors.js'
import { addEffortOption, addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { EXIT_ERROR, EXIT_MATCH, EXIT_NO_MATCH, explain, printJson } from './report.js'

/** The score from which two faces count as one person's unless told: one false accept in a thousand. */
const DEFAULT_THRESHOLD = 70

interface CompareOptions extends EngineFlags {
  readonly json?: boolean
  readonly threshold: number
}

export function addCompareCommand(program: Command): void {
  const command = program
    .command('compare')
    .description('Compares the faces in two pictures (files or http urls); no service is needed.')
    .argument('<A>', 'first picture')
    .argument('<B>', 'second picture')
    .option('--json', 'print JSON')
    .option('--threshold <score>', 'a match from this score on, 0 to 100', parseScore, DEFAULT_THRESHOLD)
    .addHelpText('after', '\nEnds with 0 for a match, 1 for none, 2 for an error.')
    .action(async (a: string, b: string, options: CompareOptions) => {
      process.exitCode = await compare(a, b, options)
    })
  addPackOption(command)
  addEffortOption(command)
}

function parseScore(text: string): number {
  const score = Number(text)
  if (text === '' || !(score >= 0 && score <= 100)) throw new InvalidArgumentError('Expected a number from 0 to 100.')
  return score
}

async function compare(a: string, b: string, options: CompareOptions): Promise<number> {
  const config = readEngineConfig(options)
  const { createEngine } = await import('../worker/engine.js')
  const { cacheDir, maxPixels, modelPack, effort } = config
  const engine = await createEngine({ cacheDir, maxPixels, modelPack, effort, onWarning: warn })
  try {
    const faceA = await analyzePicture(a, engine, config)
    const faceB = await analyzePicture(b, engine, config)
    const comparison = engine.compare(faceA, faceB)
    const match = comparison.similarity >= options.threshold
    if (options.json) printJson({ match, threshold: options.threshold, ...describe(comparison, faceA, faceB) })
    else printTable(comparison, match, options.threshold, faceA, faceB)
    return match ? EXIT_MATCH : EXIT_NO_MATCH
  } catch (error) {
    if (options.json) printJson(describeError(error))
    else process.stderr.write(`facecompare: ${explain(error)}\n`)
    return EXIT_ERROR
  } finally {
    await engine.close()
  }
}

/** An error of one picture; `message` names the picture as it was given on the command line. */
class PictureError extends Error {
  constructor(picture: string, cause: unknown) {
    super(`${picture}: ${explain(cause)}`, { cause })
  }
}

async function analyzePicture(picture: string, engine: FaceEngine, config: Config): Promise<Face> {
  try {
    return await engine.analyze(await readPicture(picture, config))
  } catch (error) {
    throw new PictureError(picture, error)
  }
}

async function readPicture(picture: string, config: Config): Promise<Uint8Array> {
  if (!/^https?:\/\//i.test(picture)) return readFile(picture)
  const { createImageFetcher } = await import('../image/fetch-remote.js')
  const fetcher = createImageFetcher({
    allow: config.urlAllow,
    timeoutMs: config.urlTimeoutMs,
    maxBytes: config.maxImageBytes,
  })
  try {
    return await fetcher.fetchImage(picture)
  } finally {
    await fetcher.close()
  }
}

function describe({ similarity, parts, cosine }: Comparison, a: Face, b: Face) {
  return { similarity, parts, cosine, packId: a.packId, faceA: describeFace(a), faceB: describeFace(b) }
}

function describeFace({ box, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages }: Face) {
  return { box, detectionScore, rollDegrees, faceCount, imageWidth, imageHeight, stages }
}

function describeError(error: unknown) {
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof FaceCompareError ? { code: cause.code } : {}
  return { error: { ...code, detail: explain(error) } }
}

function printTable({ similarity, parts }: Comparison, match: boolean, threshold: number, a: Face, b: Face): void {
  const rows = [
    ['similarity', similarity],
    ['eyebrows', parts.eyebrow],
    ['eyes', parts.eye],
    ['nose', parts.nose],
    ['mouth', parts.mouth],
  ] as const
  for (const [name, score] of rows) process.stdout.write(`${name.padEnd(12)}${score.toFixed(2).padStart(6)}\n`)
  process.stdout.write(`${match ? 'match' : 'no match'} at a threshold of ${threshold}\n`)
  for (const [name, { faceCount }] of [['A', a] as const, ['B', b] as const]) {
    if (faceCount > 1)
      process.stdout.write(`picture ${name} shows ${faceCount} faces; the most prominent was compared\n`)
  }
}

function warn(sentence: string): void {
  process.stderr.write(`facecompare: ${sentence}\n`)
}
