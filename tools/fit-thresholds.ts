import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { type Knots, SCORE_FOR_FAR } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { byGroup, countPoor, fitCohort, requireNobody, type Scaled, scaleAll } from './fit-cohort.js'
import type { FittedFace } from './fit-faces.js'

/** Children, and pictures that are poor in the same way, may have so many times the rate: see {@link fitThresholds}. */
const WEAKER = 3

/** On pictures cut down to the face this leaves nothing of it but what covers it: no threshold could keep those apart. */
const NOTHING_LEFT = 'mask and sunglasses'

/** Of fewer pairs nothing is said: the worst two or three would decide. */
const FEWEST_PAIRS = 2000
/** So many pairs beyond a similarity count; where there are fewer the tail is drawn. */
const FEWEST_BEYOND = 10
/** What a tail is drawn through, and how far, as false accept rates and as quantiles of the normal distribution. */
const HIGH = { far: 1e-2, quantile: 2.3263 } as const
const LOW = { far: 1e-3, quantile: 3.0902 } as const
const DRAWN: ReadonlyMap<number, number> = new Map([
  [1e-4, 3.719],
  [1e-5, 4.2649],
])

/** Similarities of impostor pairs of one kind, highest first. */
type Tail = Float32Array

/** Kinds of pairs that are read alike: their tails fall off alike, and a single one is too short to tell how. */
type Family = 'press' | 'groups' | 'children' | 'poor'

/**
 * The curve whose false accept rates hold in the worst group of grown-ups of one sex, among DevTrain's people, and, at three times the
 * rate, among children and among the `counted` pictures that are poor in the same way. All is measured on faces that the cohort is
 * not made from: a cohort of each half reads the pairs of the other. Where a kind has too few pairs for a rate it is drawn from its
 * own similarity at {@link LOW} on, as the pairs of its whole family fall off, by the normal distribution.
 */
export function fitThresholds(
  plain: readonly FittedFace[],
  poor: readonly FittedFace[],
  counted: readonly FittedFace[],
): Knots {
  const halves = [0, 1].map((half) => measureHalf(plain, poor, counted, half))
  const tails = new Map<string, Tail>()
  for (const [name, tail] of halves.flatMap((half) => [...half])) tails.set(name, join([tails.get(name), tail]))
  const kept = [...tails].filter(([, tail]) => tail.length >= FEWEST_PAIRS)
  const ofFamily = (family: Family): Tail =>
    join(kept.filter(([name]) => familyOf(name) === family).map(([, tail]) => tail))
  const families = new Map(kept.map(([name]) => [familyOf(name), ofFamily(familyOf(name))]))
  const knots: [number, number][] = [[-1, 0]]
  for (const [far, score] of SCORE_FOR_FAR) {
    const found = kept.map(([name, tail]) => {
      const family = familyOf(name)
      const weaker = far <= HIGH.far && (family === 'children' || family === 'poor') ? WEAKER : 1
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

function familyOf(name: string): Family {
  if (name === 'DevTrain') return 'press'
  if (name.startsWith('children')) return 'children'
  return name.startsWith('both ') ? 'poor' : 'groups'
}

/** The impostor pairs of one half of the people, as a cohort of the other half reads them. */
function measureHalf(
  plain: readonly FittedFace[],
  poor: readonly FittedFace[],
  counted: readonly FittedFace[],
  half: number,
): ReadonlyMap<string, Tail> {
  const halfOf = splitPeople(plain)
  const isMade = ({ person }: FittedFace): boolean => halfOf.get(person) !== half
  const made = plain.filter(isMade)
  const cohort = fitCohort(made, poor.filter(isMade))
  const rest = plain.filter((face) => !isMade(face))
  const isGroup = ({ of }: FittedFace): boolean => typeof of === 'object'
  requireNobody(cohort, made.filter(isGroup), rest.filter(isGroup))
  const held = scaleAll(cohort, rest)
  const heldPoor = scaleAll(
    cohort,
    counted.filter((face) => !isMade(face)),
  )
  const tails = new Map<string, Tail>([['DevTrain', compareStrangers(held.filter(({ of }) => of === 'DevTrain'))]])
  for (const faces of byGroup(held, ({ name, sex, age }) => [name, sex, age].join(' ')).values()) {
    // Children are few: those of one age count together, though none is compared with one of the other sex.
    const name = nameTail(faces[0]!)
    tails.set(name, join([tails.get(name), compareStrangers(faces)]))
  }
  for (const kind of new Set(heldPoor.map((face) => face.kind))) {
    if (kind === NOTHING_LEFT) continue
    // A class that half of the faces are too few for has fewer members in this cohort than in the one that ships.
    if (poor.filter((face) => isMade(face) && face.kind === kind).length < countPoor(kind)) continue
    tails.set(`both ${kind}`, compareStrangers(heldPoor.filter((face) => face.kind === kind)))
  }
  return tails
}

function nameTail({ of }: FittedFace): string {
  if (typeof of === 'string') return of
  return of.age === 'adult' ? `${of.name} ${of.sex}` : `children: ${of.age}`
}

function join(tails: readonly (Tail | undefined)[]): Tail {
  return Float32Array.from(tails.flatMap((tail) => [...(tail ?? [])]))
    .sort()
    .reverse()
}

/** Every second person of each list, so that groups are halved evenly. */
function splitPeople(plain: readonly FittedFace[]): ReadonlyMap<string, number> {
  const people = [...new Set(plain.map(({ person }) => person))]
  return new Map(people.map((person, i) => [person, i % 2]))
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
  const quantile = DRAWN.get(far)
  if (quantile === undefined || weaker * far * tail.length >= FEWEST_BEYOND) return at(tail, far)
  const perQuantile = (at(family, LOW.far) - at(family, HIGH.far)) / (LOW.quantile - HIGH.quantile)
  return at(tail, LOW.far) + perQuantile * (quantile - LOW.quantile)
}
