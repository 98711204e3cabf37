import { describe, expect, it } from 'vitest'
import { dotProduct, lengthOf, normalise } from '../../src/score/vectors.js'
import { seeded } from '../../support/random.js'
import { makeUp } from '../../tools/made-up.js'

const COLUMNS = 64
const random = seeded(3)

function drawNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Faces of one class: unit vectors around a common direction, that differ most along a few others, as embeddings do. */
function drawFaces(count: number): readonly Float32Array[] {
  const centre = Float32Array.from({ length: COLUMNS }, drawNormal)
  const axes = Array.from({ length: 12 }, () => Float32Array.from({ length: COLUMNS }, drawNormal))
  return Array.from({ length: count }, () => {
    const weights = axes.map(drawNormal)
    return normalise(
      centre.map((value, i) => 0.6 * value + axes.reduce((sum, axis, k) => sum + 0.3 * weights[k]! * axis[i]!, 0)),
    )
  })
}

function nearest(face: Float32Array, others: readonly Float32Array[]): number {
  return Math.max(...others.filter((other) => other !== face).map((other) => dotProduct(face, other)))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('faces of nobody', () => {
  const people = drawFaces(240)
  const [used, unused] = [people.slice(0, 120), people.slice(120)]
  const madeUp = makeUp(used, 120, seeded(9))

  it('are of unit length and come out the same each time', () => {
    expect(madeUp).toHaveLength(120)
    for (const vector of madeUp) expect(lengthOf(vector)).toBeCloseTo(1, 5)
    expect(makeUp(used, 120, seeded(9))).toEqual(madeUp)
  })

  it('are spread as the faces are that they were made from', () => {
    const centreOf = (rows: readonly Float32Array[]) =>
      normalise(Float32Array.from({ length: COLUMNS }, (_, i) => mean(rows.map((row) => row[i]!))))
    expect(dotProduct(centreOf(used), centreOf(madeUp))).toBeGreaterThan(0.97)
    const alike = (rows: readonly Float32Array[]) =>
      mean(rows.map((row) => mean(rows.filter((other) => other !== row).map((other) => dotProduct(row, other)))))
    expect(alike(madeUp)).toBeCloseTo(alike(used), 1)
  })

  it('give nobody away: none is closer to a face that they were made from than to one that they were not, by more than chance', () => {
    const toUsed = mean(used.map((face) => nearest(face, madeUp)))
    const toUnused = mean(unused.map((face) => nearest(face, madeUp)))
    const betweenPeople = mean(used.map((face) => nearest(face, used)))
    expect(Math.abs(toUsed - toUnused)).toBeLessThan(0.03)
    // A face is closer to its nearest fellow than to any vector that it had a part in.
    expect(toUsed).toBeLessThan(betweenPeople)
    const fromMadeUp = (faces: readonly Float32Array[]) => mean(madeUp.map((vector) => nearest(vector, faces)))
    expect(Math.abs(fromMadeUp(used) - fromMadeUp(unused))).toBeLessThan(0.03)
  })
})
