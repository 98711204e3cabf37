import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FaceVectors, quantise } from '../../src/evaluation/face-vectors.js'
import { keepHardest } from '../../src/evaluation/hardest.js'
import { type ScoredPairs, scoreAllPairs, scoreListedPairs } from '../../src/evaluation/score-pairs.js'
import { binOf, type Tally } from '../../src/evaluation/tally.js'
import { NO_COHORT, relativeSimilarity } from '../../src/score/cohort.js'
import { dotProduct } from '../../src/score/vectors.js'

const BOX = { x: 0, y: 0, width: 1, height: 1 }

const SIZE = 5

/** Unit vectors that are different for different numbers. */
function makeFace(seed: number): FaceVectors {
  const values = Float32Array.from({ length: SIZE }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233))
  const length = Math.hypot(...values)
  const embedding = values.map((value) => value / length)
  const cohort = { gain: 1 + 0.2 * Math.sin(seed), offset: 0.1 * Math.cos(seed), centre: -0.5 }
  const parts = { mouth: quantise(embedding), eye: quantise(embedding.map((v) => -v)) }
  return { embedding, cohort, parts, box: BOX, quality: undefined }
}

function countOf(counts: Uint32Array): Map<number, number> {
  const found = new Map<number, number>()
  // Two million of them: an iterator takes ten times as long.
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] ?? 0
    if (count > 0) found.set(bin, count)
  }
  return found
}

const countKinds = ({ genuine, impostor, failed }: Tally) => ({
  genuine: countOf(genuine),
  impostor: countOf(impostor),
  failed,
})

const kinds = ({ tally }: ScoredPairs) => countKinds(tally)

/** Every pair, one after the other. */
function listAll(personOf: readonly number[]) {
  return personOf.flatMap((person, a) =>
    personOf.slice(a + 1).map((other, i) => ({ a, b: a + 1 + i, genuine: person === other })),
  )
}

describe('scoreAllPairs', () => {
  it('counts the same as every pair one after the other, with pictures without a face among them', async () => {
    const person = fc.record({ person: fc.integer({ min: 0, max: 6 }), face: fc.boolean() })
    const runs = fc.asyncProperty(fc.array(person, { minLength: 2, maxLength: 75 }), async (people) => {
      const faces = people.map(({ face }, i) => (face ? makeFace(i) : undefined))
      const personOf = people.map((p) => p.person)
      const options = { hardest: 3 }
      const all = await scoreAllPairs(faces, Int32Array.from(personOf), options)
      const listed = await scoreListedPairs(faces, listAll(personOf), options)
      expect(kinds(all)).toEqual(kinds(listed))
      expect(all.hardest.genuine.map((p) => p.similarity)).toEqual(listed.hardest.genuine.map((p) => p.similarity))
      expect(all.hardest.impostor.map((p) => p.similarity)).toEqual(listed.hardest.impostor.map((p) => p.similarity))
    })
    // Each run looks through twice two million bins.
    await fc.assert(runs, { numRuns: 12 })
  })

  it('counts the pairs of each group, those that cannot be compared included', async () => {
    const [personOf, groupOf] = [
      [0, 0, 0, 1, 2, 2, 3],
      [0, 0, 1, 0, 0, 0, -1],
    ]
    // The fifth picture shows no face.
    const faces = personOf.map((_, i) => (i === 4 ? undefined : makeFace(i)))
    const options = { hardest: 0, grouping: { names: ['a', 'b'], groupOf: Int32Array.from(groupOf) } }
    const { groups = [] } = await scoreAllPairs(faces, Int32Array.from(personOf), options)
    const [counted, alone] = groups.map(countKinds)
    // Of persons 0, 0, 1, 2, 2 one pair of each of 0 and 2 is genuine; that of 2, and three others, want a face.
    const total = (counts = new Map<number, number>()) => [...counts.values()].reduce((sum, count) => sum + count, 0)
    expect([total(counted?.genuine), total(counted?.impostor)]).toEqual([1, 5])
    expect(counted?.failed).toEqual({ genuine: 1, impostor: 3 })
    expect([total(alone?.genuine), total(alone?.impostor)]).toEqual([0, 0])
    const listed = await scoreListedPairs(faces, listAll(personOf), options)
    expect(listed.groups?.map(countKinds)).toEqual([counted, alone])
  })

  it('gives the very numbers of the engine', async () => {
    const faces = [makeFace(1), makeFace(2), makeFace(3)] as const
    const { hardest } = await scoreAllPairs(faces, Int32Array.from([0, 0, 1]), { hardest: 2 })
    const pair = ([a, b]: readonly [0 | 1 | 2, 0 | 1 | 2]) => ({
      a,
      b,
      similarity: relativeSimilarity(
        dotProduct(faces[a].embedding, faces[b].embedding),
        faces[a].cohort,
        faces[b].cohort,
      ),
    })
    expect(hardest.genuine).toEqual([pair([0, 1])])
    expect(hardest.impostor).toEqual([pair([0, 2]), pair([1, 2])].sort((p, q) => q.similarity - p.similarity))
  })

  it('compares each facial part on its own', async () => {
    const [a, b] = [makeFace(1), makeFace(2)]
    const { parts } = await scoreAllPairs([a, b, a], Int32Array.from([0, 1, 0]), { hardest: 0 })
    expect([...parts.keys()].sort()).toEqual(['eye', 'mouth'])
    expect(countOf(parts.get('mouth')!.genuine)).toEqual(new Map([[binOf(1), 1]]))
    const [bin] = [...countOf(parts.get('mouth')!.impostor).keys()]
    // Eight bits a number.
    expect(Math.abs(bin! - binOf(dotProduct(a.embedding, b.embedding))) / binOf(1)).toBeLessThan(0.01)
  })

  it('ends when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    const vector = new Float32Array(40_000)
    const face = { embedding: vector, cohort: NO_COHORT, parts: {}, box: BOX, quality: undefined }
    const faces = Array.from({ length: 300 }, () => face)
    await expect(scoreAllPairs(faces, new Int32Array(300), { hardest: 0, signal })).rejects.toThrow('enough')
  })
})

describe('keepHardest', () => {
  it('keeps what sorting all of them would put first', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true })), fc.nat(6), (cosines, limit) => {
        for (const which of ['lowest', 'highest'] as const) {
          const hardest = keepHardest(limit, which)
          for (const [i, cosine] of cosines.entries()) hardest.offer(i, i, cosine)
          const sorted = [...cosines].sort((p, q) => (which === 'lowest' ? p - q : q - p)).slice(0, limit)
          expect(hardest.list().map(({ similarity }) => similarity + 0)).toEqual(sorted.map((cosine) => cosine + 0))
        }
      }),
    )
  })
  it('keeps the first of equal ones', () => {
    const hardest = keepHardest(1, 'highest')
    hardest.offer(1, 2, 0.5)
    hardest.offer(3, 4, 0.5)
    expect(hardest.list()).toEqual([{ a: 1, b: 2, similarity: 0.5 }])
  })
})
