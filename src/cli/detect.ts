import type { Command } from 'commander'
import type { Config } from '../config.js'
import type { FacesInPicture, FoundFace } from '../engine/engine.js'
import { FaceCompareError } from '../errors.js'
import { explainJson, PictureError } from './comparison-json.js'
import { drawingFormat, parseDrawing } from './drawing-file.js'
import { addPackOption, type EngineFlags, readEngineConfig } from './engine-options.js'
import { explainIn } from './error-words.js'
import { isPath, readPicture } from './find-pictures.js'
import { addLangOption, chooseLanguage, type LanguageFlag } from './language.js'
import { checkWritable, requireNoPicture, writePrivately } from './output-file.js'
import { printable } from './printable.js'
import { EXIT_ERROR, EXIT_MATCH, EXIT_NO_MATCH, printJson, printLines } from './report.js'
import { WORDS } from './words.js'

interface DetectFlags extends EngineFlags, LanguageFlag {
  readonly json?: boolean
  readonly attributes?: boolean
  readonly largest?: boolean
  readonly annotate?: string
}

export function addDetectCommand(program: Command): void {
  const command = program
    .command('detect')
    .description(
      'Shows the faces in a picture, the most prominent first, then from large to small; no service is needed.',
    )
    .argument('<picture>', 'a file, an http(s) url, or - for standard input')
    .option('--attributes', 'estimate age, gender, expression, glasses and pose of each face')
    .option('--largest', 'find the most prominent face alone, which is quicker')
    .option(
      '--annotate <file>',
      'draw the picture with the boxes, the landmarks and the numbers of its faces, as file.png or file.jpg',
      parseDrawing,
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Ends with 0 where there is a face, 1 where there is none, 2 for an error.

Examples:
  facecompare detect crowd.jpg
  facecompare detect crowd.jpg --attributes --annotate out.png
  curl -s https://example.com/a.jpg | facecompare detect - --json`,
    )
    .action(async (picture: string, flags: DetectFlags) => {
      process.exitCode = await detect(picture, flags)
    })
  addLangOption(command)
  addPackOption(command)
}

async function detect(picture: string, flags: DetectFlags): Promise<number> {
  const config = readEngineConfig(flags)
  const language = chooseLanguage(flags, process.env)
  const { json, annotate } = flags
  try {
    if (annotate !== undefined) {
      await checkWritable(annotate)
      await requireNoPicture(annotate, [picture].filter(isPath))
    }
    const bytes = await naming(picture, () => readPicture(picture, config))
    const found = await naming(picture, () => findIn(bytes, config, flags))
    if (annotate !== undefined) await annotateFaces(annotate, bytes, found.faces, config)
    if (json) printJson({ ...found, faces: found.faces.map(describeFound) })
    else {
      const { formatFaces } = await import('./face-table.js')
      printLines(formatFaces(found, printable(picture), WORDS[language]))
      if (annotate !== undefined) printLines([WORDS[language].written(printable(annotate))])
    }
    return EXIT_MATCH
  } catch (error) {
    if (json) printJson({ error: explainJson(error) })
    else process.stderr.write(`facecompare: ${printable(explainIn(language, error))}\n`)
    return showsNoFace(error) ? EXIT_NO_MATCH : EXIT_ERROR
  }
}

async function findIn(
  bytes: Uint8Array,
  { maxPixels, modelPack }: Config,
  { largest, attributes = false }: DetectFlags,
): Promise<FacesInPicture> {
  const { createEngine } = await import('../engine/local-engine.js')
  // Where a face is does not depend on a calibration.
  const engine = await createEngine({ maxPixels, modelPack, calibration: 'optional' })
  try {
    return await engine.findFaces(bytes, { which: largest ? 'largest' : 'all', attributes, templates: false })
  } finally {
    await engine.close()
  }
}

/** Throws a PictureError, which names the picture. */
async function naming<T>(picture: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    throw new PictureError(picture, error)
  })
}

function showsNoFace(error: unknown): boolean {
  const cause = error instanceof PictureError ? error.cause : undefined
  return cause instanceof FaceCompareError && cause.kind === 'FACE_NOT_DETECTED'
}

async function annotateFaces(
  file: string,
  bytes: Uint8Array,
  faces: readonly FoundFace[],
  config: Config,
): Promise<void> {
  const { drawFaces } = await import('../image/draw.js')
  await writePrivately(file, await drawFaces(bytes, faces, { ...config, format: drawingFormat(file) }))
}

function describeFound({ box, detectionScore, rollDegrees, quality, attributes }: FoundFace) {
  return { box, quality, detectionScore, rollDegrees, ...(attributes && { attributes }) }
}
