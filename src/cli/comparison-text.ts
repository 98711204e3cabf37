import { styleText } from 'node:util'
import type { Comparison, Face } from '../engine/engine.js'
import { PART_NAMES } from '../engine/face.js'
import { SCORE_FOR_FAR } from '../score/calibration.js'
import { formatTable, printable } from './table.js'
import type { Words } from './words.js'

interface NamedFace {
  readonly picture: string
  readonly face: Face
}

export interface PairText {
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
  { similarity, parts }: Comparison,
  [a, b]: readonly [NamedFace, NamedFace],
  { threshold, modelPack, words }: PairText,
): readonly string[] {
  const match = similarity >= threshold
  const scores = [
    [words.similarity, similarity.toFixed(2)],
    ...PART_NAMES.map((part) => [words.parts[part], parts[part].toFixed(2)]),
  ]
  const rarity = modelPack === undefined ? describeRarity(similarity, words) : undefined
  const crowds = [['A', a.face] as const, ['B', b.face] as const].filter(([, { faceCount }]) => faceCount > 1)
  const [first = '', ...others] = formatTable(scores, ['left', 'right'])
  return [
    styleText('bold', first),
    ...others,
    paint(match, words.verdict(match, threshold)),
    ...(rarity === undefined ? [] : [rarity]),
    '',
    ...formatTable(describePictures(a, b, words)),
    ...crowds.map(([side, { faceCount }]) => words.manyFaces(side, faceCount)),
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
    both(rows.detectionScore, ({ detectionScore }) => detectionScore.toFixed(2)),
    both(rows.faceCount, ({ faceCount }) => String(faceCount)),
    both(rows.decode, ({ stages }) => ms(stages.decodeMs)),
    both(rows.detect, ({ stages }) => ms(stages.detectMs)),
    both(rows.align, ({ stages }) => ms(stages.alignMs)),
    both(rows.embed, ({ stages }) => ms(stages.embedMs)),
  ]
}
