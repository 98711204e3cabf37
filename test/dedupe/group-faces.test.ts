import { describe, expect, it } from 'vitest'
import { groupFaces } from '../../src/dedupe/group-faces.js'
import { averageLinkage, type Linkage, linkItems } from '../../src/dedupe/linkage.js'
import { NO_COHORT } from '../../src/score/cohort.js'

/** Faces on a circle: the cosine similarity of two is the cosine of the angle between them, in degrees. */
const faceAt = (degrees: number) => {
  const angle = (degrees * Math.PI) / 180
  return { embedding: Float32Array.of(Math.cos(angle), Math.sin(angle)), cohort: NO_COHORT }
}
const membersAt = async (degrees: readonly number[], leastSimilarity: number, linkage?: Linkage) => {
  const groups = await groupFaces(degrees.map(faceAt), { leastSimilarity, ...(linkage ? { linkage } : {}) })
  return groups.map(({ members }) => members)
}
const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180)

describe('groupFaces', () => {
  it('puts large groups first, then the one whose first face comes first', async () => {
    expect(await membersAt([200, 0, 90, 2, 91, 1], cos(10))).toEqual([[1, 3, 5], [2, 4], [0]])
  })

  it('has nothing to say of no face, and one group of one', async () => {
    expect(await membersAt([], 0.5)).toEqual([])
    expect(await groupFaces([faceAt(3)], { leastSimilarity: 0.5 })).toEqual([{ members: [0] }])
  })

  it('tells the mean similarity of all pairs in a group', async () => {
    const [group] = await groupFaces([faceAt(0), faceAt(10), faceAt(20)], { leastSimilarity: 0.9 })
    expect(group?.meanSimilarity).toBeCloseTo((2 * cos(10) + cos(20)) / 3, 6)
  })

  it('does not join two people for one pair that looks alike', async () => {
    // Two people with three pictures each; the last of the first and the first of the second are twelve degrees apart.
    const people = [0, 4, 8, 20, 24, 28]
    const single: Linkage = Math.max
    expect(await membersAt(people, cos(13), single)).toHaveLength(1)
    expect(await membersAt(people, cos(13), averageLinkage)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ])
  })

  it('finds the groups of the definition: no two are so similar in the mean, whatever the order', async () => {
    const degrees = Array.from({ length: 60 }, (_, i) => (i * i * 37) % 360)
    const least = cos(14)
    const groups = await membersAt(degrees, least)
    const turned = await membersAt([...degrees].reverse(), least)
    const angles = (places: readonly (readonly number[])[], list: readonly number[]) =>
      places
        .map((members) =>
          members
            .map((place) => list[place] ?? 0)
            .sort((p, q) => p - q)
            .join(),
        )
        .sort()
    expect(angles(turned, [...degrees].reverse())).toEqual(angles(groups, degrees))
    for (const [i, a] of groups.entries()) {
      for (const b of groups.slice(i + 1)) {
        const all = a.flatMap((p) => b.map((q) => cos((degrees[p] ?? 0) - (degrees[q] ?? 0))))
        expect(all.reduce((sum, value) => sum + value, 0) / all.length).toBeLessThan(least)
      }
    }
  })

  it('ends when it is told to', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => ({ ...faceAt(i), embedding: new Float32Array(256).fill(i) }))
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(groupFaces(many, { leastSimilarity: 0.5, signal })).rejects.toThrow('enough')
  })
})

describe('linkItems', () => {
  it('joins the most similar first', () => {
    // 0 and 2 are closest; with the mean 0.45 to 1 that pair is left alone at 0.5.
    const similarities = Float32Array.from([1, 0.7, 0.8, 0.7, 1, 0.2, 0.8, 0.2, 1])
    expect([...linkItems(similarities, 3, 0.5, averageLinkage)]).toEqual([0, 1, 0])
  })
})
