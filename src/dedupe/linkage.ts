/**
 * The similarity of a cluster to the union of two others, from its similarities to each. Must never be above the larger one.
 *
 * @param sizeA how many items the first of the two has
 */
export type Linkage = (similarityA: number, similarityB: number, sizeA: number, sizeB: number) => number

/** The mean over all pairs of items: one pair that is wrong counts as what it is, one of many. */
export const averageLinkage: Linkage = (a, b, sizeA, sizeB) => (a * sizeA + b * sizeB) / (sizeA + sizeB)

/** A cluster is named by one of its items. */
interface Clusters {
  readonly count: number
  /** Row by row; of clusters after the first merge. */
  readonly similarities: Float32Array
  /** Zero for what became part of another. */
  readonly sizes: Int32Array
  /** The most similar other cluster; -1 without one. */
  readonly nearest: Int32Array
}

/**
 * Agglomerative clustering: joins the two most similar clusters again and again, until none are at least so similar.
 *
 * @param similarities of all items with all, symmetric, row by row; it is used up
 * @returns for each item the lowest item of its cluster
 */
export function linkItems(similarities: Float32Array, count: number, least: number, linkage: Linkage): Int32Array {
  const clusters: Clusters = {
    count,
    similarities,
    sizes: new Int32Array(count).fill(1),
    nearest: new Int32Array(count).fill(-1),
  }
  const leaderOf = Int32Array.from({ length: count }, (_, item) => item)
  for (let item = 0; item < count; item++) clusters.nearest[item] = findNearest(clusters, item)
  for (;;) {
    const [kept, gone] = findClosest(clusters, least)
    if (kept === undefined || gone === undefined) return leaderOf
    merge(clusters, kept, gone, linkage)
    for (let item = gone; item < count; item++) if (leaderOf[item] === gone) leaderOf[item] = kept
  }
}

/** The two most similar clusters, the lower one first; of equals those with the lowest items. */
function findClosest({ count, similarities, sizes, nearest }: Clusters, least: number): readonly number[] {
  let closest: readonly number[] = []
  let most = Number.NEGATIVE_INFINITY
  for (let cluster = 0; cluster < count; cluster++) {
    const other = nearest[cluster] ?? -1
    if (sizes[cluster] === 0 || other < 0) continue
    const similarity = similarities[cluster * count + other] ?? most
    if (similarity < least || similarity <= most) continue
    most = similarity
    closest = [Math.min(cluster, other), Math.max(cluster, other)]
  }
  return closest
}

function findNearest({ count, similarities, sizes }: Clusters, cluster: number): number {
  let found = -1
  let most = Number.NEGATIVE_INFINITY
  for (let other = 0; other < count; other++) {
    const similarity = similarities[cluster * count + other] ?? most
    if (other === cluster || sizes[other] === 0 || similarity <= most) continue
    most = similarity
    found = other
  }
  return found
}

/** Puts `gone` into `kept`. No cluster comes nearer to another one by that, so only those that were nearest to the two look anew. */
function merge(clusters: Clusters, kept: number, gone: number, linkage: Linkage): void {
  const { count, similarities, sizes, nearest } = clusters
  const [sizeKept, sizeGone] = [sizes[kept] ?? 0, sizes[gone] ?? 0]
  sizes[kept] = sizeKept + sizeGone
  sizes[gone] = 0
  for (let other = 0; other < count; other++) {
    if (sizes[other] === 0 || other === kept) continue
    const [a, b] = [similarities[kept * count + other] ?? 0, similarities[gone * count + other] ?? 0]
    const similarity = linkage(a, b, sizeKept, sizeGone)
    similarities[kept * count + other] = similarity
    similarities[other * count + kept] = similarity
  }
  for (let other = 0; other < count; other++) {
    if (sizes[other] === 0) continue
    if (other === kept || nearest[other] === kept || nearest[other] === gone)
      nearest[other] = findNearest(clusters, other)
  }
}
