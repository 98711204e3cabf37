import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { type Knots, SCORE_FOR_FAR } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { byGroup, FEWEST_FACES, fitCohort, requireNobody, type Scaled, scaleAll } from './fit-cohort.js'
import type { FittedFace } from './fit-faces.js'

/** Children, and pictures that are poor in the same way, may have so many times the rate: see {@link fitThresholds}. */
const WEAKER = 3

/** On pictures cut down to the face this leaves nothing of it but what covers it: no threshold could keep those apart. */
const NOTHING_LEFT = 'mask and sunglasses'

/** The more, the more like the cohort that ships are those that read pairs, and the fewer pairs there are. */
const FOLDS = 8

/** Of fewer pairs nothing is said: the worst two or three would decide. */
const FEWEST_PAIRS = 1000
/** So many pairs beyond a similarity count; where there are fewer it is drawn. */
const FEWEST_BEYOND = 10
/** False accept rates, and the quantiles of the normal distribution that go with them. */
const HIGH = { far: 1e-2, quantile: 2.3263 } as const
const LOW = { far: 1e-3, quantile: 3.0902 } as const
const DRAWN: ReadonlyMap<number, number> = new Map([
  [1e-4, 3.719],
  [1e-5, 4.2649],
])

/** Similarities of impostor pairs of one kind, highest first. */
type Tail = Float32Array

/** What {@link familyOf} gives names by. */
const PRESS = 'DevTrain'
const GROUPS = 'groups'
const CHILDREN = 'children'
const POOR = 'both '

/** A share of the people, as a cohort of all others reads their faces. */
export interface Fold {
  readonly plain: readonly Scaled[]
  /** Of the ways of being shown poorly that the cohort has a class of. */
  readonly poor: readonly Scaled[]
}

export function splitIntoFolds(plain: readonly FittedFace[], poor: readonly FittedFace[]): readonly Fold[] {
  const foldOf = splitPeople(plain)
  return Array.from({ length: FOLDS }, (_, fold) => {
    const isMade = ({ person }: FittedFace): boolean => foldOf.get(person) !== fold
    const [made, madePoor] = [plain.filter(isMade), poor.filter(isMade)]
    const cohort = fitCohort(made, madePoor)
    const rest = plain.filter((face) => !isMade(face))
    const isGroup = ({ of }: FittedFace): boolean => typeof of === 'object'
    requireNobody(cohort, made.filter(isGroup), rest.filter(isGroup))
    const counts = new Map<string, number>()
    for (const { kind } of madePoor) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const restPoor = poor.filter((face) => !isMade(face) && (counts.get(face.kind) ?? 0) >= FEWEST_FACES)
    return { plain: scaleAll(cohort, rest), poor: scaleAll(cohort, restPoor) }
  })
}

/**
 * The curve whose false accept rates hold in the worst group of grown-ups of one sex, among DevTrain's people, and, at three times the
 * rate, among children and, up to {@link LOW}, among the pictures that are poor in the same way, of which those count that `isCounted`
 * says. All is measured on faces that the cohort is not made from: the pairs of each fold are read by a cohort of the others. A kind tells
 * its own similarity at {@link HIGH}; how far the lower rates lie above it, all pairs of its family tell together, and where even those
 * are too few the normal distribution.
 */
export function fitThresholds(folds: readonly Fold[], isCounted: (poor: FittedFace) => boolean): Knots {
  const tails = new Map<string, Tail>()
  for (const [name, tail] of folds.flatMap((fold) => [...measureFold(fold, isCounted)])) {
    tails.set(name, join([tails.get(name), tail]))
  }
  const kept = [...tails].filter(([, tail]) => tail.length >= FEWEST_PAIRS)
  const ofFamily = (family: string): Tail => {
    const [first, ...others] = kept.filter(([name]) => familyOf(name) === family).map(([, tail]) => tail)
    return others.length === 0 && first ? first : join([first, ...others])
  }
  const families = new Map(
    [...new Set(kept.map(([name]) => familyOf(name)))].map((family) => [family, ofFamily(family)]),
  )
  const knots: [number, number][] = [[-1, 0]]
  for (const [far, score] of SCORE_FOR_FAR) {
    // Of each way of being shown poorly there are too few pairs for lower rates: bench/quality.ts counts what becomes of them.
    const known = kept.filter(([name]) => far >= LOW.far || !name.startsWith(POOR))
    const found = known.map(([name, tail]) => {
      const family = familyOf(name)
      const weaker = far <= HIGH.far && (family === CHILDREN || family.startsWith(POOR)) ? WEAKER : 1
      return { name, similarity: similarityAt(tail, families.get(family)!, far, weaker) }
    })
    const falling = found.toSorted((p, q) => q.similarity - p.similarity)
    const worst = falling.slice(0, 4).map(({ name, similarity }) => `${name} ${similarity.toFixed(4)}`)
    console.log(`score ${score}: ${worst.join(', ')}`)
    knots.push([falling[0]!.similarity, score])
  }
  knots.push([1 - 1e-6, 100])
  if (knots.some(([similarity], i) => i > 0 && !(similarity > knots[i - 1]![0]))) {
    throw new Error('Expected similarities that rise with the scores')
  }
  return knots
}

/**
 * Groups of people are read alike: their tails fall off alike, and a single one is too short to tell how. Each way of being shown
 * poorly is a family of its own.
 */
function familyOf(name: string): string {
  if (name === PRESS || name.startsWith(POOR)) return name
  return name.startsWith(CHILDREN) ? CHILDREN : GROUPS
}

/** The impostor pairs of one fold. */
function measureFold({ plain, poor }: Fold, isCounted: (poor: FittedFace) => boolean): ReadonlyMap<string, Tail> {
  const tails = new Map<string, Tail>([[PRESS, compareStrangers(plain.filter(({ of }) => of === 'DevTrain'))]])
  for (const faces of byGroup(plain, ({ name, sex, age }) => [name, sex, age].join(' ')).values()) {
    // Children are few: those of one age count together, though none is compared with one of the other sex.
    const name = nameTail(faces[0]!)
    tails.set(name, join([tails.get(name), compareStrangers(faces)]))
  }
  const counted = poor.filter(isCounted)
  for (const kind of new Set(counted.map((face) => face.kind))) {
    if (kind !== NOTHING_LEFT)
      tails.set(`${POOR}${kind}`, compareStrangers(counted.filter((face) => face.kind === kind)))
  }
  return tails
}

function nameTail({ of }: FittedFace): string {
  if (typeof of === 'string') return of
  return of.age === 'adult' ? `${of.name} ${of.sex}` : `${CHILDREN}: ${of.age}`
}

function join(tails: readonly (Tail | undefined)[]): Tail {
  return Float32Array.from(tails.flatMap((tail) => [...(tail ?? [])]))
    .sort()
    .reverse()
}

/** The people in turn, so that groups are split evenly. */
function splitPeople(plain: readonly FittedFace[]): ReadonlyMap<string, number> {
  const people = [...new Set(plain.map(({ person }) => person))]
  return new Map(people.map((person, i) => [person, i % FOLDS]))
}

function compareStrangers(faces: readonly Scaled[]): Tail {
  const similarities = new Float32Array((faces.length * (faces.length - 1)) / 2)
  let count = 0
  const vectors = faces.map(({ face }) => face.embedding)
  for (const _ of multiplyAllPairs(vectors, (p, q, cosine) => {
    const [a, b] = [faces[p]!, faces[q]!]
    if (a.person !== b.person) similarities[count++] = relativeSimilarity(cosine, a.scale, b.scale)
  }));
  return similarities.subarray(0, count).sort().reverse()
}

/** The similarity that `weaker` times `far` of the pairs reach. */
function similarityAt(tail: Tail, family: Tail, far: number, weaker: number): number {
  const at = (of: Tail, rate: number): number => of[Math.floor(weaker * rate * of.length)]!
  const isCounted = (of: Tail): boolean => weaker * far * of.length >= FEWEST_BEYOND
  if (far >= HIGH.far || (tail === family && isCounted(tail))) return at(tail, far)
  const perQuantile = (at(family, LOW.far) - at(family, HIGH.far)) / (LOW.quantile - HIGH.quantile)
  const quantile = DRAWN.get(far) ?? LOW.quantile
  const inFamily = isCounted(family) ? at(family, far) : at(family, LOW.far) + perQuantile * (quantile - LOW.quantile)
  return at(tail, HIGH.far) + inFamily - at(family, HIGH.far)
}
