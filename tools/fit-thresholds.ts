import { multiplyAllPairs } from '../src/evaluation/pair-products.js'
import { type Knots, SCORE_FOR_FAR } from '../src/score/calibration.js'
import { relativeSimilarity } from '../src/score/cohort.js'
import { byGroup, fitCohort, requireNobody, type Scaled, scaleAll } from './fit-cohort.js'
import type { FittedFace } from './fit-faces.js'

/** Lower rates than this are read off the tail: half of a group has some ten thousand pairs. */
const LEAST_COUNTED_FAR = 1e-3
/** What the tail is drawn through, as false accept rates and as quantiles of the normal distribution. */
const TAIL = [
  [1e-2, 2.3263],
  [1e-3, 3.0902],
] as const
const NORMAL: ReadonlyMap<number, number> = new Map([
  [1e-4, 3.719],
  [1e-5, 4.2649],
])

/** Children, and pictures that are poor in the same way, may have so many times the rate: see {@link fitThresholds}. */
const WEAKER = 2

/** Of fewer pairs in each half nothing is said: the worst two or three would decide. */
const FEWEST_PAIRS = 1000

/** Similarities of impostor pairs of one kind, highest first. */
type Tail = Float32Array

/**
 * The curve whose false accept rates hold in the worst group of grown-ups of one sex, among DevTrain's people, and, at twice the
 * rate, among children and among pictures that are poor in the same way. All is measured on faces that the cohort is not made
 * from: a cohort of each half reads the pairs of the other. Rates below {@link LEAST_COUNTED_FAR} are those of a normal
 * distribution with the tail of the group, or of what is counted where that is higher.
 */
export function fitThresholds(plain: readonly FittedFace[], poor: readonly FittedFace[]): Knots {
  const tails = [0, 1].map((half) => measureHalf(plain, poor, half))
  const knots: [number, number][] = [[-1, 0]]
  const names = [...tails[0]!.keys()].filter((name) =>
    tails.every((half) => (half.get(name)?.length ?? 0) >= FEWEST_PAIRS),
  )
  for (const [far, score] of SCORE_FOR_FAR) {
    const found = names.map((name) => {
      const rate = isWeaker(name) ? WEAKER * far : far
      const of = tails.map((half) => similarityAt(half.get(name)!, rate, far))
      return { name, similarity: of.reduce((sum, value) => sum + value, 0) / of.length }
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

function isWeaker(name: string): boolean {
  return name.startsWith('children') || name.startsWith('both ')
}

/** The impostor pairs of one half of the people, as a cohort of the other half reads them. */
function measureHalf(
  plain: readonly FittedFace[],
  poor: readonly FittedFace[],
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
    poor.filter((face) => !isMade(face)),
  )
  const tails = new Map<string, Tail>([['DevTrain', compareStrangers(held.filter(({ of }) => of === 'DevTrain'))]])
  for (const faces of byGroup(held, ({ name, sex, age }) => [name, sex, age].join(' ')).values()) {
    // Children are few: those of one age count together, though none is compared with one of the other sex.
    const name = nameTail(faces[0]!)
    tails.set(name, join([tails.get(name), compareStrangers(faces)]))
  }
  for (const kind of new Set(heldPoor.map((face) => face.kind))) {
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

function similarityAt(tail: Tail, rate: number, far: number): number {
  const at = (share: number): number => tail[Math.floor(share * tail.length)]!
  const normal = NORMAL.get(far)
  if (far >= LEAST_COUNTED_FAR || normal === undefined) return at(rate)
  const [[high, a], [low, b]] = TAIL
  const weaker = rate / far
  const [x, y] = [at(weaker * high), at(weaker * low)]
  const drawn = y + ((y - x) * (normal - b)) / (b - a)
  return Math.max(drawn, rate * tail.length >= 10 ? at(rate) : Number.NEGATIVE_INFINITY)
}
