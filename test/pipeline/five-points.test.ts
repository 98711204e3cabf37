import { describe, expect, it } from 'vitest'
import { ARCFACE_TEMPLATE, alignFivePoints, type FivePoints, fivePointsOf } from '../../src/pipeline/five-points.js'
import { applySimilarity, type Point } from '../../src/pipeline/geometry.js'

const TEMPLATE = Array.from(
  { length: 5 },
  (_, i): Point => ({ x: ARCFACE_TEMPLATE[2 * i]!, y: ARCFACE_TEMPLATE[2 * i + 1]! }),
)

function mapTemplate(map: (point: Point) => Point): FivePoints {
  const [a, b, c, d, e] = TEMPLATE.map(map)
  return [a!, b!, c!, d!, e!]
}

describe('alignment by five points', () => {
  it('leaves a face that lies as in the template where it is', () => {
    const t = alignFivePoints(
      mapTemplate((point) => point),
      112,
    )
    expect(t.a).toBeCloseTo(1, 6)
    expect(t.b).toBeCloseTo(0, 6)
    expect(t.tx).toBeCloseTo(0, 4)
    expect(t.ty).toBeCloseTo(0, 4)
  })

  it.each([112, 224])('finds a turned, enlarged and shifted face, for %s pixels', (size) => {
    const turn = { a: 1.6 * Math.cos(0.4), b: 1.6 * Math.sin(0.4), tx: 300, ty: -20 }
    const t = alignFivePoints(
      mapTemplate(({ x, y }) => applySimilarity(turn, x, y)),
      size,
    )
    for (const { x, y } of TEMPLATE) {
      const found = applySimilarity(t, (x * size) / 112, (y * size) / 112)
      const expected = applySimilarity(turn, x, y)
      expect(found.x).toBeCloseTo(expected.x, 3)
      expect(found.y).toBeCloseTo(expected.y, 3)
    }
  })

  it('minimises the error in the aligned face, as the template was published with', () => {
    // Points twice as far apart across as down: a similarity cannot follow, and the two directions of fitting differ.
    const t = alignFivePoints(
      mapTemplate(({ x, y }) => ({ x: 2 * x, y })),
      112,
    )
    const error = (scale: number) =>
      TEMPLATE.reduce(
        (sum, { x, y }) =>
          sum + ((2 * x - 112.04528) / scale - (x - 56.02264)) ** 2 + ((y - 71.90084) / scale - (y - 71.90084)) ** 2,
        0,
      )
    const best = Math.hypot(t.a, t.b)
    expect(error(best)).toBeLessThan(error(best * 1.02))
    expect(error(best)).toBeLessThan(error(best / 1.02))
  })
})

it('the five points of 68 landmarks are centres of eyes, nose tip and corners of the mouth', () => {
  const landmarks = Float32Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? i / 2 : 1000 + (i - 1) / 2))
  expect(fivePointsOf(landmarks)).toEqual([
    { x: expect.closeTo(38.5, 5), y: expect.closeTo(1038.5, 3) },
    { x: expect.closeTo(44.5, 5), y: expect.closeTo(1044.5, 3) },
    { x: 30, y: 1030 },
    { x: 48, y: 1048 },
    { x: 54, y: 1054 },
  ])
})
