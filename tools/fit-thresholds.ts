import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { type Knots, SCORE_FOR_FAR } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { byGroup, FEWEST_FACES, fitCohort, requireNobody, type Scaled, scaleAll } from './fit-cohort.js'
import type { FittedFace } from './fit-faces.js'

/** Children, and pictures that are poor in the same way, may have so many times the rate: see {@link fitThresholds}. */
const WEAKER = 3

/** On pictures cut down to the face this leaves nothing of it but what covers it: no threshold could keep those apart. */
const NOTHING_LEFT = 'mask and sunglasses'

/**
 * The people are split into so many parts. The more, the more like the cohort that ships are those that read pairs. It has no factor in
 * common with the steps by which those are chosen whose pictures are made poor: they are in all parts.
 */
const PARTS = 7

/** Of fewer pairs nothing is said: the worst two or three would decide. */
const FEWEST_PAIRS = 1000
/** So many pairs beyond a similarity count; where there are fewer it is drawn, but in a family at {@link HIGH} and {@link LOW}. */
const FEWEST_BEYOND = 30
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

/** The faces of two parts of the people, as a cohort of all others reads them. */
export interface Fold {
  readonly plain: readonly Read[]
  /** Of the ways of being shown poorly that the cohort has a class of. */
  readonly poor: readonly Read[]
}

interface Read extends Scaled {
  readonly part: number
}

/** Every two parts are a fold, so that any two people of different parts are compared once. */
export function splitIntoFolds(plain: readonly FittedFace[], poor: readonly FittedFace[]): readonly Fold[] {
  const partOf = splitPeople(plain)
  const parts = Array.from({ length: PARTS }, (_, part) => part)
  return parts.flatMap((part) => parts.slice(part + 1).map((other) => readApart([part, other], partOf, plain, poor)))
}

function readApart(
  parts: readonly number[],
  partOf: ReadonlyMap<string, number>,
  plain: readonly FittedFace[],
  poor: readonly FittedFace[],
): Fold {
  const isRead = ({ person }: FittedFace): boolean => parts.includes(partOf.get(person)!)
  const isMade = (face: FittedFace): boolean => !isRead(face)
  const [made, madePoor, rest] = [plain.filter(isMade), poor.filter(isMade), plain.filter(isRead)]
  const cohort = fitCohort(made, madePoor)
  const isGroup = ({ of }: FittedFace): boolean => typeof of === 'object'
  requireNobody(cohort, made.filter(isGroup), rest.filter(isGroup))
  const counts = new Map<string, number>()
  for (const { kind } of madePoor) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const restPoor = poor.filter((face) => isRead(face) && (counts.get(face.kind) ?? 0) >= FEWEST_FACES)
  const read = (faces: readonly FittedFace[]): readonly Read[] =>
    scaleAll(cohort, faces).map((face) => ({ ...face, part: partOf.get(face.person)! }))
  return { plain: read(rest), poor: read(restPoor) }
}

/**
 * The curve whose false accept rates hold in the worst group of grown-ups of one sex, among DevTrain's people, and, at three times the
 * rate, among children and, up to {@link LOW}, among the pictures that are poor in the same way, of which those count that `isCounted`
 * says. All is measured on faces that the cohort is not made from: the pairs of each fold are read by a cohort of the others. What a kind
 * has too few pairs for, all pairs of its family tell together, and where even those are too few the normal distribution.
 */
export function fitThresholds(folds: readonly Fold[], isCounted: (poor: FittedFace) => boolean): Knots {
  const parts = new Map<string, Tail[]>()
  for (const [name, tail] of folds.flatMap((fold) => [...measureFold(fold, isCounted)])) {
    parts.set(name, [...(parts.get(name) ?? []), tail])
  }
  const tails = [...parts].map(([name, tails]) => [name, join(tails)] as const)
  const kept = tails.filter(([, tail]) => tail.length >= FEWEST_PAIRS)
  const ofFamily = (family: string): Tail =>
    join(kept.filter(([name]) => familyOf(name) === family).map(([, tail]) => tail))
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
function measureFold(
  { plain, poor }: Fold,
  isCounted: (poor: FittedFace) => boolean,
): readonly (readonly [string, Tail])[] {
  const press = plain.filter(({ of }) => of === 'DevTrain')
  // Children are few: those of one age count together, though none is compared with one of the other sex.
  const groups = [...byGroup(plain, ({ name, sex, age }) => [name, sex, age].join(' ')).values()]
  const counted = poor.filter((face) => isCounted(face) && face.kind !== NOTHING_LEFT)
  const kinds = [...new Set(counted.map((face) => face.kind))]
  return [
    [PRESS, compareParts(press)],
    ...groups.map((faces) => [nameTail(faces[0]!), compareParts(faces)] as const),
    ...kinds.map((kind) => [`${POOR}${kind}`, compareParts(counted.filter((face) => face.kind === kind))] as const),
  ]
}

function nameTail({ of }: FittedFace): string {
  if (typeof of === 'string') return of
  return of.age === 'adult' ? `${of.name} ${of.sex}` : `${CHILDREN}: ${of.age}`
}

function join(tails: readonly Tail[]): Tail {
  const all = new Float32Array(tails.reduce((sum, tail) => sum + tail.length, 0))
  let end = 0
  for (const tail of tails) {
    all.set(tail, end)
    end += tail.length
  }
  return all.sort().reverse()
}

/** The people in turn, so that groups are split evenly. */
function splitPeople(plain: readonly FittedFace[]): ReadonlyMap<string, number> {
  const people = [...new Set(plain.map(({ person }) => person))]
  return new Map(people.map((person, i) => [person, i % PARTS]))
}

/** The faces of one part with those of the other, who are all strangers. */
function compareParts(faces: readonly Read[]): Tail {
  const similarities = new Float32Array((faces.length * (faces.length - 1)) / 2)
  let count = 0
  const vectors = faces.map(({ face }) => face.embedding)
  for (const _ of multiplyAllPairs(vectors, (p, q, cosine) => {
    const [a, b] = [faces[p]!, faces[q]!]
    if (a.part !== b.part) similarities[count++] = relativeSimilarity(cosine, a.scale, b.scale)
  }));
  return similarities.slice(0, count)
}

/**
 * The similarity that `weaker` times `far` of the pairs reach. How far it lies above the one at {@link HIGH} the family tells where the
 * kind itself has not even pairs enough for {@link LOW}.
 */
function similarityAt(tail: Tail, family: Tail, far: number, weaker: number): number {
  const at = (of: Tail, rate: number): number => of[Math.floor(weaker * rate * of.length)]!
  const isCounted = (of: Tail, rate: number): boolean => rate >= HIGH.far || weaker * rate * of.length >= FEWEST_BEYOND
  if (isCounted(tail, far)) return at(tail, far)
  const telling = isCounted(tail, LOW.far) ? tail : family
  const perQuantile = (at(telling, LOW.far) - at(telling, HIGH.far)) / (LOW.quantile - HIGH.quantile)
  const drawn = perQuantile * ((DRAWN.get(far) ?? LOW.quantile) - LOW.quantile)
  const told = isCounted(telling, far) ? at(telling, far) : at(telling, LOW.far) + drawn
  return at(tail, HIGH.far) + told - at(telling, HIGH.far)
}
