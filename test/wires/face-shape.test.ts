import { describe, expect, it } from 'vitest'
import { faceShapeOf } from '../../src/wires/face-shape.js'

/** Landmark i lies at (10 i, i). */
const LANDMARKS = Float32Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? 5 * i : (i - 1) / 2))
const xs = (points: readonly { readonly x: number }[]) => points.map(({ x }) => Math.round(x) / 10)

describe('faceShapeOf', () => {
  const shape = faceShapeOf(LANDMARKS)

  it('goes around eyes and brows from the outer corner along the lower edge', () => {
    expect(xs(shape.leftEye)).toEqual([36, 39.8, 40.5, 39.8, 39, 38.3, 37.5, 36.8])
    expect(xs(shape.rightEye).filter((_, i) => i % 4 === 0)).toEqual([45, 42])
    expect(xs(shape.leftBrow)).toEqual([17, 18, 19, 20, 21, 20, 19, 18])
    expect(xs(shape.rightBrow)).toEqual([26, 25, 24, 23, 22, 23, 24, 25])
  })

  it('goes along the chin, around the mouth and about the nose', () => {
    expect(xs(shape.profile)).toEqual(Array.from({ length: 21 }, (_, i) => Math.round(8 * i) / 10))
    expect(xs(shape.mouth).slice(0, 12)).toEqual([48, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49])
    expect(shape.mouth).toHaveLength(22)
    expect(xs(shape.nose)).toEqual([30, 27, 28, 29, 30, 31, 32, 33, 34, 35, 33, 31, 29])
  })

  it('has pupils in the middle of the eyes', () => {
    expect(xs([shape.leftPupil, shape.rightPupil])).toEqual([38.5, 44.5])
  })
})
