import { formatMarkdownTable } from './figures.js'
import { type Bar, type ClassFigures, ownShare, SCORES, type StrangerFigures, shareAt } from './quality-figures.js'

/** All of one run. */
export interface QualityMeasured {
  /** Name and hash of what the embeddings depend on. */
  readonly pack: string
  readonly people: number
  readonly classes: readonly ClassFigures[]
  readonly bars: readonly Bar[]
}

/** Heads of the columns after the name of a class; all but the last are in percent. */
const QUALITY_HEADS = [
  'no face',
  'refused',
  ...SCORES.map((score) => `strangers, both: ${score}`),
  'strangers, one: 70',
  'strangers, one: 90',
  'own: 70',
  'own: 70, of compared',
  'quality',
] as const

/** The Markdown table and the verdicts of bench/quality.ts. */
export function describeQuality({ pack, people, classes, bars }: QualityMeasured): string {
  return [
    `pack ${pack}, ${people} people, %`,
    formatMarkdownTable(
      ['class', ...QUALITY_HEADS],
      classes.map((figures) => [figures.name, ...formatClass(figures)]),
    ),
    bars.map(describeBar).join('\n'),
  ].join('\n\n')
}

/** The cells of a row after the name, in the order of {@link QUALITY_HEADS}; a dash where there is nothing to be counted. */
export function formatClass(figures: ClassFigures): readonly string[] {
  const { pictures, notFound, refused, ownAccepted, ownCompared, alike, mixed, medianQuality } = figures
  return [
    formatShare(notFound / pictures),
    formatShare(refused / pictures),
    ...SCORES.map((score) => formatRate(alike, score)),
    formatRate(mixed, 70),
    formatRate(mixed, 90),
    formatShare(ownShare(figures)),
    ownCompared === 0 ? NONE : formatShare(ownAccepted / ownCompared),
    medianQuality?.toFixed(0) ?? NONE,
  ]
}

const NONE = '-'

function formatShare(share: number): string {
  return (100 * share).toFixed(1)
}

/** One pair of 19,900 is .005 %. */
function formatRate(figures: StrangerFigures, score: (typeof SCORES)[number]): string {
  const share = shareAt(figures, score)
  return share === undefined ? NONE : (100 * share).toFixed(3)
}

function describeBar({ what, limit, kind, missed, holds }: Bar): string {
  const beyond = missed.map(({ name, value }) => `${name} ${formatPercent(value)}`)
  return `${holds ? 'met   ' : 'MISSED'}  ${what}: ${kind} ${formatPercent(limit)} %${beyond.length > 0 ? `; ${beyond.join(', ')}` : ''}`
}

/** To three significant digits, as a plain number. */
export function formatPercent(share: number): string {
  return String(Number((100 * share).toPrecision(3)))
}
