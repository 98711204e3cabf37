import { setImmediate as nextTurn } from 'node:timers/promises'
import { multiplyAllPairs } from '../evaluation/pair-products.js'
import { type CohortScale, relativeSimilarity } from '../score/cohort.js'
import { averageLinkage, type Linkage, linkItems } from './linkage.js'

/** What grouping needs of a face. */
export interface GroupedFace {
  readonly embedding: Float32Array
  readonly cohort: CohortScale
}

export interface Group {
  /** Places in the list of faces, rising. */
  readonly members: readonly number[]
  /** Mean similarity of all pairs in it, -1 to 1; absent for a single face. */
  readonly meanSimilarity?: number
}

export interface GroupOptions {
  /** Two groups become one while the similarity between them is at least this, -1 to 1. */
  readonly leastSimilarity: number
  readonly linkage?: Linkage
  readonly signal?: AbortSignal
}

/** So long is compared before the process looks after signals. */
const TURN_MS = 50

/**
 * Groups faces by person: each is compared with each, and groups are joined while the mean similarity between them reaches
 * the threshold. Large groups first, then in the order of the faces. Memory: four bytes for each two faces of a chain in
 * which each is similar to the next.
 */
export async function groupFaces(faces: readonly GroupedFace[], options: GroupOptions): Promise<readonly Group[]> {
  const { leastSimilarity, linkage = averageLinkage } = options
  const groups: Group[] = []
  // Groups that are joined have two faces that are similar, so no group reaches beyond a chain.
  for (const chain of await findChains(faces, options)) {
    const count = chain.length
    const similarities = new Float32Array(count * count)
    await compareAll(pick(faces, chain), options.signal, (p, q, similarity) => {
      similarities[p * count + q] = similarity
      similarities[q * count + p] = similarity
    })
    const leaderOf = linkItems(similarities, count, leastSimilarity, linkage)
    for (const members of collect(chain, (item) => leaderOf[item] ?? item)) {
      groups.push(await describeGroup(members, faces, options))
    }
  }
  return groups.sort((p, q) => q.members.length - p.members.length || (p.members[0] ?? 0) - (q.members[0] ?? 0))
}

/** The parts of the list that are connected by similar pairs. */
async function findChains(
  faces: readonly GroupedFace[],
  options: GroupOptions,
): Promise<readonly (readonly number[])[]> {
  const parents = Int32Array.from({ length: faces.length }, (_, place) => place)
  const findRoot = (place: number): number => {
    let root = place
    while (parents[root] !== root) {
      parents[root] = parents[parents[root] ?? root] ?? root
      root = parents[root] ?? root
    }
    return root
  }
  await compareAll(faces, options.signal, (p, q, similarity) => {
    if (similarity < options.leastSimilarity) return
    const [a, b] = [findRoot(p), findRoot(q)]
    parents[Math.max(a, b)] = Math.min(a, b)
  })
  return collect([...faces.keys()], findRoot)
}

/** Tells the relative similarity of each pair. */
async function compareAll(
  faces: readonly GroupedFace[],
  signal: AbortSignal | undefined,
  take: (p: number, q: number, similarity: number) => void,
): Promise<void> {
  let startMs = performance.now()
  const embeddings = faces.map(({ embedding }) => embedding)
  const work = multiplyAllPairs(embeddings, (p, q, cosine) => {
    const [a, b] = [faces[p], faces[q]]
    if (a && b) take(p, q, relativeSimilarity(cosine, a.cohort, b.cohort))
  })
  for (const _ of work) {
    if (performance.now() - startMs < TURN_MS) continue
    await nextTurn()
    signal?.throwIfAborted()
    startMs = performance.now()
  }
}

async function describeGroup(
  members: readonly number[],
  faces: readonly GroupedFace[],
  options: GroupOptions,
): Promise<Group> {
  if (members.length < 2) return { members }
  let sum = 0
  await compareAll(pick(faces, members), options.signal, (_p, _q, similarity) => {
    sum += similarity
  })
  return { members, meanSimilarity: sum / ((members.length * (members.length - 1)) / 2) }
}

function pick(faces: readonly GroupedFace[], places: readonly number[]): readonly GroupedFace[] {
  return places.flatMap((place) => faces[place] ?? [])
}

/** Items with one key together, in their order. */
function collect(items: readonly number[], keyOf: (place: number) => number): readonly (readonly number[])[] {
  const found = new Map<number, number[]>()
  for (const [place, item] of items.entries()) {
    const key = keyOf(place)
    const group = found.get(key)
    if (group) group.push(item)
    else found.set(key, [item])
  }
  return [...found.values()]
}
