/** What the scores are worth on poor pictures: figures of each class of them, and what they have to keep to. */
import { median } from './figures.js'

/** Scores that are counted for strangers. */
export const SCORES = [70, 80, 90] as const
/** The score at which a face is to be known again in its own plain picture. */
const OWN_SCORE = 70

/** How faces are compared, and what is known of each. */
export interface Judge<F> {
  /** 0 to 100 */
  readonly scoreOf: (a: F, b: F) => number
  /** Whether the service would refuse to compare it. */
  readonly isRefused: (face: F) => boolean
  /** 0 to 100; undefined where it is not measured. */
  readonly qualityOf: (face: F) => number | undefined
}

/** Pairs of different people, and those of them that reach the scores of {@link SCORES}. */
export interface StrangerFigures {
  readonly pairs: number
  readonly accepted: readonly number[]
}

/** Pictures of different people, one each, degraded alike. */
export interface ClassFigures {
  readonly name: string
  readonly pictures: number
  readonly notFound: number
  /** Found, but too poor to be compared. */
  readonly refused: number
  /** Of what is compared, those that reach 70 against the plain picture of the same face. */
  readonly ownCompared: number
  readonly ownAccepted: number
  /** Both degraded. */
  readonly alike: StrangerFigures
  /** One degraded, the other plain. */
  readonly mixed: StrangerFigures
  /** Of the faces that are found, refused ones included; absent where it is not measured. */
  readonly medianQuality?: number
}

/**
 * @param plain the plain pictures' faces, of a different person each
 * @param degraded the same pictures' faces after degrading, undefined where none is found
 */
export function measureClass<F>(
  name: string,
  plain: readonly F[],
  degraded: readonly (F | undefined)[],
  { scoreOf, isRefused, qualityOf }: Judge<F>,
): ClassFigures {
  const found = degraded.filter((face) => face !== undefined)
  const compared = degraded.map((face) => (face === undefined || isRefused(face) ? undefined : face))
  const references = plain.map((face) => (isRefused(face) ? undefined : face))
  const own = compared.flatMap((face, i) => {
    const reference = references[i]
    return face === undefined || reference === undefined ? [] : [scoreOf(face, reference)]
  })
  const qualities = found.flatMap((face) => qualityOf(face) ?? [])
  return {
    name,
    pictures: degraded.length,
    notFound: degraded.length - found.length,
    refused: found.filter(isRefused).length,
    ownCompared: own.length,
    ownAccepted: own.filter((score) => score >= OWN_SCORE).length,
    alike: compareStrangers(compared, compared, (i, j) => j < i, scoreOf),
    mixed: compareStrangers(compared, references, (i, j) => j !== i, scoreOf),
    ...(qualities.length > 0 && { medianQuality: median(qualities) }),
  }
}

function compareStrangers<F>(
  first: readonly (F | undefined)[],
  second: readonly (F | undefined)[],
  isPair: (i: number, j: number) => boolean,
  scoreOf: Judge<F>['scoreOf'],
): StrangerFigures {
  const accepted = SCORES.map(() => 0)
  let pairs = 0
  for (const [i, a] of first.entries()) {
    for (const [j, b] of second.entries()) {
      if (a === undefined || b === undefined || !isPair(i, j)) continue
      pairs++
      const score = scoreOf(a, b)
      for (const [at, least] of SCORES.entries()) if (score >= least) accepted[at]!++
    }
  }
  return { pairs, accepted }
}

/** Of the pairs, the share that reaches a score; undefined where there are none. */
export function shareAt({ pairs, accepted }: StrangerFigures, score: (typeof SCORES)[number]): number | undefined {
  return pairs === 0 ? undefined : accepted[SCORES.indexOf(score)]! / pairs
}

/** What a share (0 to 1) of every class that it is asked of may not exceed, or has to reach. */
export interface Bar {
  readonly what: string
  readonly limit: number
  readonly kind: 'at least' | 'at most'
  /** The classes beyond the limit, worst first. */
  readonly missed: readonly { readonly name: string; readonly value: number }[]
  readonly holds: boolean
}

/** Of stranger pairs, in every class. */
const MOST_AT_70 = 0.003
const MOST_AT_90 = 0.0002
/** Of mild classes. */
const LEAST_OWN = 0.97

/** @param mild names of the classes in which a face still has to be known, and no picture may be refused */
export function judgeClasses(classes: readonly ClassFigures[], mild: readonly string[]): readonly Bar[] {
  const mildOnes = classes.filter(({ name }) => mild.includes(name))
  const strangers = (read: (figures: ClassFigures) => StrangerFigures, score: 70 | 90) => (figures: ClassFigures) =>
    shareAt(read(figures), score) ?? 0
  return [
    atMost(
      'strangers at 70, both degraded',
      MOST_AT_70,
      classes,
      strangers(({ alike }) => alike, 70),
    ),
    atMost(
      'strangers at 70, one degraded',
      MOST_AT_70,
      classes,
      strangers(({ mixed }) => mixed, 70),
    ),
    atMost(
      'strangers at 90, both degraded',
      MOST_AT_90,
      classes,
      strangers(({ alike }) => alike, 90),
    ),
    atMost(
      'strangers at 90, one degraded',
      MOST_AT_90,
      classes,
      strangers(({ mixed }) => mixed, 90),
    ),
    atLeast('own face at 70, mild classes', LEAST_OWN, mildOnes, ownShare),
    atMost('refused, mild classes', 0, mildOnes, ({ refused, pictures }) => refused / pictures),
  ]
}

/** Of all pictures: what is not found or refused is not known again. */
export function ownShare({ ownAccepted, pictures }: ClassFigures): number {
  return ownAccepted / pictures
}

type ReadShare = (figures: ClassFigures) => number

function atMost(what: string, limit: number, classes: readonly ClassFigures[], read: ReadShare): Bar {
  const missed = valuesOf(classes, read).filter(({ value }) => !(value <= limit))
  return {
    what,
    limit,
    kind: 'at most',
    missed: missed.toSorted((p, q) => q.value - p.value),
    holds: classes.length > 0 && missed.length === 0,
  }
}

function atLeast(what: string, limit: number, classes: readonly ClassFigures[], read: ReadShare): Bar {
  const missed = valuesOf(classes, read).filter(({ value }) => !(value >= limit))
  return {
    what,
    limit,
    kind: 'at least',
    missed: missed.toSorted((p, q) => p.value - q.value),
    holds: classes.length > 0 && missed.length === 0,
  }
}

function valuesOf(classes: readonly ClassFigures[], read: ReadShare) {
  return classes.map((figures) => ({ name: figures.name, value: read(figures) }))
}
