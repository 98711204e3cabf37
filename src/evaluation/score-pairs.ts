import { setImmediate as nextTurn } from 'node:timers/promises'
import { relativeSimilarity } from '../score/cohort.js'
import { dotProduct } from '../score/vectors.js'
import type { ComparedPair } from './cross-validate.js'
import type { ListedPair } from './data-set.js'
import { cosineOf, type FaceVectors } from './face-vectors.js'
import type { Grouping } from './groups.js'
import { type Hardest, keepHardest, type RankedPair } from './hardest.js'
import { multiplyAllPairs } from './pair-products.js'
import { addPair, createTally, type Tally } from './tally.js'

/** All pairs of a data set after comparison. */
export interface ScoredPairs {
  readonly tally: Tally
  /** By the names of the facial parts. Of very many pairs a sample: see {@link LARGEST_PART_SAMPLE}. */
  readonly parts: ReadonlyMap<string, Tally>
  readonly hardest: { readonly genuine: readonly RankedPair[]; readonly impostor: readonly RankedPair[] }
  /** The pairs of a list, in its order; absent where all pictures are compared. */
  readonly listed?: readonly ComparedPair[]
  /** The pairs of pictures of one group, by the places of the groups; absent without groups. */
  readonly groups?: readonly Tally[]
}

export interface ScoreOptions {
  /** How many of the hardest pairs of either kind are kept. */
  readonly hardest: number
  readonly grouping?: Grouping | undefined
  /** Told the share of the work that is done, 0 to 1, several times a second. */
  readonly onProgress?: (share: number) => void
  readonly signal?: AbortSignal
}

/** One face, or `undefined` where a picture has none. */
export type FoundFaces = readonly (FaceVectors | undefined)[]

/** Parts are compared for about so many pairs of a kind: enough for the third decimal of an area under the curve. */
const LARGEST_PART_SAMPLE = 50_000

/** So long is compared before the process looks after signals and the progress bar. */
const TURN_MS = 50

/** Compares the pairs of a list. */
export async function scoreListedPairs(
  faces: FoundFaces,
  pairs: readonly ListedPair[],
  options: ScoreOptions,
): Promise<ScoredPairs> {
  const genuine = pairs.filter((pair) => pair.genuine).length
  const book = openBook(faces, { genuine, impostor: pairs.length - genuine }, options)
  const turn = createTurns(options)
  const listed: ComparedPair[] = []
  for (const [i, { a, b, genuine }] of pairs.entries()) {
    const [p, q] = [faces[a], faces[b]]
    const similarity = p && q ? book.enter(a, b, genuine, dotProduct(p.embedding, q.embedding)) : undefined
    if (similarity === undefined) book.miss(a, b, genuine)
    listed.push({ genuine, similarity })
    if (i % 64 === 0) await turn(i / pairs.length)
  }
  return { ...book.close(), listed }
}

/** Compares every picture with every other one: genuine are pairs of one person, impostors all others. */
export async function scoreAllPairs(
  faces: FoundFaces,
  personOf: Int32Array,
  options: ScoreOptions,
): Promise<ScoredPairs> {
  const found = [...faces.keys()].filter((i) => faces[i])
  const book = openBook(faces, countPairs(personOf.filter((_, i) => faces[i])), options)
  countMissed(book.tally, faces, personOf)
  for (const [group, tally] of book.groups.entries()) {
    const isMember = (_: unknown, i: number) => options.grouping?.groupOf[i] === group
    countMissed(tally, faces.filter(isMember), personOf.filter(isMember))
  }
  const turn = createTurns(options)
  const embeddings = found.flatMap((i) => faces[i]?.embedding ?? [])
  const enter = (p: number, q: number, cosine: number): void => {
    const [a, b] = [found[p] ?? 0, found[q] ?? 0]
    book.enter(a, b, personOf[a] === personOf[b], cosine)
  }
  for (const share of multiplyAllPairs(embeddings, enter)) await turn(share)
  return book.close()
}

/** Counts the pairs of which a picture has no face: there is nothing to compare, so that they need not be gone through. */
function countMissed({ failed }: Tally, faces: FoundFaces, personOf: Int32Array): void {
  const [all, compared] = [countPairs(personOf), countPairs(personOf.filter((_, i) => faces[i]))]
  failed.genuine = all.genuine - compared.genuine
  failed.impostor = all.impostor - compared.impostor
}

function countPairs(personOf: Int32Array): { readonly genuine: number; readonly impostor: number } {
  const counts = new Map<number, number>()
  for (const person of personOf) counts.set(person, (counts.get(person) ?? 0) + 1)
  let genuine = 0
  for (const count of counts.values()) genuine += (count * (count - 1)) / 2
  return { genuine, impostor: (personOf.length * (personOf.length - 1)) / 2 - genuine }
}

/** Collects the results of comparisons. */
function openBook(
  faces: FoundFaces,
  pairs: { readonly genuine: number; readonly impostor: number },
  { hardest: hardestLimit, grouping }: ScoreOptions,
) {
  const tally = createTally()
  const groups = (grouping?.names ?? []).map(() => createTally())
  const groupOf = grouping?.groupOf
  /** The tally of the group that both pictures are of. */
  const groupOfBoth = (a: number, b: number): Tally | undefined => {
    const group = groupOf?.[a] ?? -1
    return group >= 0 && group === groupOf?.[b] ? groups[group] : undefined
  }
  const parts = new Map(Object.keys(faces.find((face) => face)?.parts ?? {}).map((part) => [part, createTally()]))
  const genuineShare = LARGEST_PART_SAMPLE / pairs.genuine
  const impostorShare = LARGEST_PART_SAMPLE / pairs.impostor
  const hardest: Record<'genuine' | 'impostor', Hardest> = {
    genuine: keepHardest(hardestLimit, 'lowest'),
    impostor: keepHardest(hardestLimit, 'highest'),
  }
  return {
    tally,
    groups,
    /** Counts a pair that cannot be compared. */
    miss(a: number, b: number, genuine: boolean): void {
      addPair(tally, genuine, undefined)
      const group = groupOfBoth(a, b)
      if (group) addPair(group, genuine, undefined)
    },
    /** Gives the relative similarity. */
    enter(a: number, b: number, genuine: boolean, cosine: number): number {
      const [faceA, faceB] = [faces[a], faces[b]]
      if (!faceA || !faceB) throw new Error('Expected two faces')
      const similarity = relativeSimilarity(cosine, faceA.cohort, faceB.cohort)
      addPair(tally, genuine, similarity)
      const group = groupOfBoth(a, b)
      if (group) addPair(group, genuine, similarity)
      hardest[genuine ? 'genuine' : 'impostor'].offer(a, b, similarity)
      if (scatter(a, b) >= (genuine ? genuineShare : impostorShare)) return similarity
      for (const [part, counted] of parts) {
        const p = faceA.parts[part]
        const q = faceB.parts[part]
        if (p && q) addPair(counted, genuine, cosineOf(p, q))
      }
      return similarity
    },
    close: (): ScoredPairs => ({
      tally,
      parts,
      hardest: { genuine: hardest.genuine.list(), impostor: hardest.impostor.list() },
      ...(grouping && { groups }),
    }),
  }
}

/** A number from 0 to 1 that looks random and is the same in every run: it draws the sample of pairs. */
function scatter(a: number, b: number): number {
  let mixed = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39)
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
}

/** Lets the process breathe, and ends with the signal's reason when it is aborted. */
function createTurns({ onProgress, signal }: ScoreOptions): (share: number) => Promise<void> {
  let startMs = performance.now()
  return async (share) => {
    if (performance.now() - startMs < TURN_MS) return
    onProgress?.(share)
    await nextTurn()
    signal?.throwIfAborted()
    startMs = performance.now()
  }
}
