import { styleText } from 'node:util'
import type { Face } from '../engine/engine.js'
import { PART_NAMES } from '../engine/face.js'
import type { CheckedComparison } from '../engine/require-quality.js'
import { SCORE_FOR_FAR } from '../score/calibration.js'
import { printable } from './printable.js'
import { formatTable } from './table.js'
import type { Words } from './words.js'

/** What is warned of. */
export type NotedFace = Pick<Face, 'faceCount' | 'quality'>

interface NamedFace {
  readonly picture: string
  readonly face: Face
}

export interface PairText {
  /** What was asked for; undefined where it was left to the model pack. */
  readonly minQuality: number | undefined
  readonly threshold: number
  /** Scores of packs of one's own promise no rates here. */
  readonly modelPack: string | undefined
  readonly words: Words
}

/** The colour of a verdict, on a terminal that shows colours. */
export function paint(match: boolean, text: string): string {
  return styleText(match ? 'green' : 'red', text)
}

/** What a person wants to know of two compared pictures, line by line. */
export function formatPair(
  { similarity, parts, qualityChecked }: CheckedComparison,
  [a, b]: readonly [NamedFace, NamedFace],
  { threshold, minQuality, modelPack, words }: PairText,
): readonly string[] {
  const match = similarity >= threshold
  const scores = [
    [words.similarity, similarity.toFixed(2)],
    ...PART_NAMES.map((part) => [words.parts[part], parts[part].toFixed(2)]),
  ]
  const rarity = modelPack === undefined ? describeRarity(similarity, words) : undefined
  const sides = [['A', a.face] as const, ['B', b.face] as const]
  const [first = '', ...others] = formatTable(scores, ['left', 'right'])
  return [
    styleText('bold', first),
    ...others,
    paint(match, words.verdict(match, threshold)),
    ...(rarity === undefined ? [] : [rarity]),
    '',
    ...formatTable(describePictures(a, b, words)),
    ...sides.flatMap(([side, face]) => warnOf(side, face, words)),
    ...(minQuality !== undefined && !qualityChecked ? [words.unchecked] : []),
  ]
}

/** What should be known of a face that was compared. */
export function warnOf(side: 'A' | 'B', { faceCount, quality }: NotedFace, words: Words): readonly string[] {
  return [
    ...(faceCount > 1 ? [words.manyFaces(side, faceCount)] : []),
    ...(quality && quality.reasons.length > 0 ? [words.flawed(side, words.flaws(quality.reasons))] : []),
  ]
}

/** In words, where a score stands among those of strangers; nothing for a pair that anybody might be. */
export function describeRarity(similarity: number, words: Pick<Words, 'rarity'>): string | undefined {
  const rates = SCORE_FOR_FAR.filter(([far]) => far <= 0.1)
  const reached = rates.findLast(([, score]) => similarity >= score)
  if (reached) return words.rarity(Math.round(1 / reached[0]), 'fewer')
  const [lowest] = rates
  return lowest && words.rarity(Math.round(1 / lowest[0]), 'more')
}

function describePictures(a: NamedFace, b: NamedFace, { rows, place }: Words): readonly (readonly string[])[] {
  const both = (name: string, describe: (face: Face) => string) => [name, describe(a.face), describe(b.face)]
  const ms = (time: number) => `${time.toFixed(1)} ms`
  return [
    ['', 'A', 'B'],
    [rows.picture, printable(a.picture), printable(b.picture)],
    both(rows.size, ({ imageWidth, imageHeight }) => `${imageWidth} x ${imageHeight}`),
    both(rows.face, ({ box }) => {
      const [x = '', y = '', width = '', height = ''] = [box.x, box.y, box.width, box.height].map((v) => v.toFixed(0))
      return place(width, height, x, y)
    }),
    ...(a.face.quality || b.face.quality
      ? [both(rows.quality, ({ quality }) => (quality ? quality.score.toFixed(2) : '-'))]
      : []),
    both(rows.detectionScore, ({ detectionScore }) => detectionScore.toFixed(2)),
    both(rows.faceCount, ({ faceCount }) => String(faceCount)),
    both(rows.decode, ({ stages }) => ms(stages.decodeMs)),
    both(rows.detect, ({ stages }) => ms(stages.detectMs)),
    both(rows.align, ({ stages }) => ms(stages.alignMs)),
    both(rows.embed, ({ stages }) => ms(stages.embedMs)),
  ]
}
