import { type CheckedComparison, compareChecked } from '../engine/require-quality.js'
import { countLeftOut, type LeftOut } from '../evaluation/picture-files.js'
import { createTerminalBar } from '../evaluation/progress.js'
import { runLanes } from '../lanes.js'
import type { EnginePool } from '../worker/pool.js'
import { type AnalyzedPicture, analyzePicture, annotate, type CompareOptions, noteAnnotated } from './compare.js'
import { describeComparison, describeFace, explainJson, PictureError } from './comparison-json.js'
import { type NotedFace, paint, warnOf } from './comparison-text.js'
import { countLanes, openPool } from './embed.js'
import { explainIn } from './error-words.js'
import type { FoundPictures } from './find-pictures.js'
import { EXIT_INTERRUPTED, watchInterrupt } from './interruption.js'
import { printable } from './printable.js'
import { EXIT_ERROR, EXIT_MATCH, EXIT_NO_MATCH, printJson, printLines } from './report.js'
import { formatTable } from './table.js'
import { WORDS } from './words.js'

/** A candidate after comparison: nothing that could be compared again, so that thousands take little memory. */
interface Ranked {
  readonly picture: string
  readonly comparison: CheckedComparison
  readonly face: ReturnType<typeof describeFace>
}

interface Ranking {
  readonly probe: AnalyzedPicture
  /** Best first. */
  readonly ranked: readonly Ranked[]
  /** In the order of the pictures. */
  readonly failed: readonly PictureError[]
  readonly best: AnalyzedPicture | undefined
}

/** What a picture is compared with. */
type Candidates = Pick<FoundPictures, 'pictures' | 'leftOut'>

/** Compares one picture with many and prints them by their score. Returns the exit code; throws when the probe fails. */
export async function rankPictures(
  probe: string,
  { pictures, leftOut }: Candidates,
  options: CompareOptions,
): Promise<number> {
  const { words, interruption } = { words: WORDS[options.language], interruption: watchInterrupt() }
  try {
    const workers = Math.min(options.config.workers, pictures.length)
    const pool = await openPool({ ...options.config, workers })
    let ranking: Ranking
    try {
      await pool.ready
      ranking = await compareAll(probe, pictures, pool, options, interruption.signal)
    } finally {
      await pool.close()
    }
    const [first] = ranking.ranked
    if (options.annotate !== undefined && first && ranking.best) {
      await annotate(options.annotate, [ranking.probe, ranking.best], first.comparison, options)
    }
    if (options.json) printJson(describeRanking(ranking, leftOut, options))
    else printRanking(ranking, leftOut, options)
    if (!first) return EXIT_ERROR
    return first.comparison.similarity >= options.threshold ? EXIT_MATCH : EXIT_NO_MATCH
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write(`facecompare: ${words.interrupted}\n`)
    return EXIT_INTERRUPTED
  } finally {
    interruption.close()
  }
}

async function compareAll(
  probePicture: string,
  pictures: readonly string[],
  pool: EnginePool,
  options: CompareOptions,
  signal: AbortSignal,
): Promise<Ranking> {
  const probe = await analyzePicture(probePicture, pool, options)
  const outcomes: (Ranked | PictureError)[] = []
  const rest = pictures.entries()
  const bar = createTerminalBar(process.stderr, WORDS[options.language].progress, pictures.length)
  let best: { readonly picture: AnalyzedPicture; readonly similarity: number; readonly place: number } | undefined
  let done = 0
  async function compareNext(): Promise<boolean> {
    signal.throwIfAborted()
    const next = rest.next()
    if (next.done) return false
    const [place, picture] = next.value
    try {
      const analyzed = await analyzePicture(picture, pool, options)
      const comparison = compareChecked(pool, probe.face, analyzed.face, options)
      // Its bytes are kept for the drawing; those of all others go.
      const { similarity } = comparison
      const isBetter = !best || similarity > best.similarity || (similarity === best.similarity && place < best.place)
      if (isBetter) best = { picture: analyzed, similarity, place }
      outcomes[place] = { picture, comparison, face: describeFace(analyzed.face) }
    } catch (error) {
      if (!(error instanceof PictureError)) throw error
      outcomes[place] = error
    }
    bar.show(++done)
    return true
  }
  try {
    await runLanes(countLanes(options.config), compareNext)
  } finally {
    bar.end()
  }
  const ranked = outcomes.flatMap((outcome) => (outcome instanceof PictureError ? [] : [outcome]))
  ranked.sort((p, q) => q.comparison.similarity - p.comparison.similarity)
  return { probe, ranked, failed: outcomes.filter((outcome) => outcome instanceof PictureError), best: best?.picture }
}

function describeRanking({ probe, ranked, failed }: Ranking, leftOut: LeftOut, { threshold, top }: CompareOptions) {
  return {
    match: ranked.some(({ comparison }) => comparison.similarity >= threshold),
    threshold,
    packId: probe.face.packId,
    probe: { picture: probe.picture, face: describeFace(probe.face) },
    compared: ranked.length,
    candidates: ranked.slice(0, top).map(({ picture, comparison, face }) => ({
      picture,
      match: comparison.similarity >= threshold,
      ...describeComparison(comparison),
      qualityChecked: comparison.qualityChecked,
      face,
    })),
    failed: failed.map(({ picture, cause }) => ({ picture, ...explainJson(cause) })),
    leftOut,
  }
}

function printRanking({ probe, ranked, failed }: Ranking, leftOut: LeftOut, options: CompareOptions): void {
  const { threshold, minQuality, top } = options
  const words = WORDS[options.language]
  const note = ({ faceCount, quality }: NotedFace) =>
    [
      ...(faceCount > 1 ? [words.manyFacesIn(faceCount)] : []),
      ...(quality?.reasons.length ? [words.flaws(quality.reasons)] : []),
    ].join('; ')
  const { rank, similarity, verdict, picture } = words.ranking
  const shown = ranked.slice(0, top)
  const rows = shown.map(({ picture, comparison, face }, i) => [
    String(i + 1),
    comparison.similarity.toFixed(2),
    comparison.similarity >= threshold ? words.match : words.noMatch,
    printable(picture),
    note(face),
  ])
  const [head = '', ...lines] = formatTable([[rank, similarity, verdict, picture, ''], ...rows], ['right', 'right'])
  const matching = ranked.filter(({ comparison }) => comparison.similarity >= threshold).length
  printLines(warnOf('A', probe.face, words))
  if (shown.length > 0) {
    printLines([head, ...lines.map((line, i) => (i < matching ? paint(true, line) : line))])
    if (shown.length < ranked.length) printLines([words.shown(shown.length, ranked.length)])
  }
  printLines([words.matches(matching, ranked.length, threshold)])
  if (countLeftOut(leftOut) > 0) printLines([words.leftOut(leftOut)])
  if (minQuality !== undefined && ranked.some(({ comparison }) => !comparison.qualityChecked)) {
    printLines([words.unchecked])
  }
  if (ranked.length > 0) noteAnnotated(options)
  for (const error of failed) {
    process.stderr.write(`facecompare: ${printable(explainIn(options.language, error))}\n`)
  }
}
