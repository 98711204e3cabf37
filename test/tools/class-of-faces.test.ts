import { describe, expect, it } from 'vitest'
import { dotProduct, lengthOf, normalise } from '../../src/score/vectors.js'
import { seeded } from '../../support/random.js'
import { type ClassOfFaces, describeClass } from '../../tools/class-of-faces.js'

const COLUMNS = 64
const random = seeded(3)

function drawNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Faces of one class: unit vectors around a common direction, that differ along as many others, as embeddings do. */
function drawFaces(count: number, columns = COLUMNS, differing = 12): readonly Float32Array[] {
  const centre = Float32Array.from({ length: columns }, drawNormal)
  const axes = Array.from({ length: differing }, () => Float32Array.from({ length: columns }, drawNormal))
  const size = 1.04 / Math.sqrt(differing)
  return Array.from({ length: count }, () => {
    const weights = axes.map(drawNormal)
    return normalise(
      centre.map((value, i) => 0.6 * value + axes.reduce((sum, axis, k) => sum + size * weights[k]! * axis[i]!, 0)),
    )
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function varianceAlong({ directions, evenVariance }: ClassOfFaces, axis: Float32Array): number {
  return directions.reduce((sum, direction) => sum + dotProduct(direction, axis) ** 2, evenVariance)
}

describe('a class of faces', () => {
  const people = drawFaces(240)
  const used = people.slice(0, 120)
  const described = describeClass(used, seeded(9))

  it('comes out the same each time, with no more directions than a quarter of its faces', () => {
    expect(describeClass(used, seeded(9))).toEqual(described)
    expect(described.directions).toHaveLength(30)
    expect(describeClass(people, seeded(9)).directions).toHaveLength(60)
  })

  it('has the mean of its faces, and their variance as a whole', () => {
    for (let i = 0; i < COLUMNS; i++) expect(described.mean[i]).toBeCloseTo(mean(used.map((row) => row[i]!)), 6)
    const axes = Array.from({ length: COLUMNS }, (_, i) => Float32Array.from({ length: COLUMNS }, (_, k) => +(i === k)))
    const variance = mean(used.map((row) => lengthOf(row.map((value, i) => value - described.mean[i]!)) ** 2))
    const whole = axes.reduce((sum, axis) => sum + varianceAlong(described, axis), 0)
    expect(whole).toBeCloseTo((variance * used.length) / (used.length - 1), 5)
  })

  it('is spread along a line as its faces are, but for the share that is spread evenly', () => {
    for (const face of used.slice(0, 10)) {
      const own = used.map((row) => dotProduct(row, face))
      const variance = mean(own.map((value) => (value - mean(own)) ** 2))
      expect(varianceAlong(described, face)).toBeGreaterThan(0.65 * variance)
      expect(varianceAlong(described, face)).toBeLessThan(1.1 * variance)
    }
  })

  it('is described as well from more numbers than faces as from fewer', () => {
    // 40 faces of 64 numbers go by way of the products of faces, the 120 by that of numbers.
    const few = describeClass(used.slice(0, 40), seeded(9))
    expect(few.directions).toHaveLength(10)
    const own = used.slice(0, 40).map((row) => dotProduct(row, used[0]!))
    const variance = mean(own.map((value) => (value - mean(own)) ** 2))
    expect(varianceAlong(few, used[0]!)).toBeGreaterThan(0.5 * variance)
    expect(varianceAlong(few, used[0]!)).toBeLessThan(1.2 * variance)
  })

  it('gives nobody away: no row is much more like a face that it was made from than like one that it was not', () => {
    // They differ along more axes than a class has directions, so that these are of the faces that were seen.
    const strangers = drawFaces(160, 256, 150)
    const [seen, unseen] = [strangers.slice(0, 80), strangers.slice(80)]
    const { mean: middle, directions } = describeClass(seen, seeded(9))
    const leaningOf = (rows: readonly Float32Array[]) => {
      const unit = rows.map((row) => normalise(row.slice()))
      const nearest = (face: Float32Array) => Math.max(...unit.map((row) => Math.abs(dotProduct(row, face))))
      return mean(seen.map(nearest)) - mean(unseen.map(nearest))
    }
    const ofFaces = leaningOf(seen.map((face) => face.map((value, k) => value - middle[k]!)))
    expect(leaningOf(directions)).toBeLessThan(0.25 * ofFaces)
  })
})
