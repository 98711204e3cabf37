import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Point } from '../../src/pipeline/geometry.js'
import { type FaceShape, outlineFace } from '../../src/pipeline/shape.js'
import { MEAN_FACE, mirrorLandmarks } from '../support/mean-face.js'

const COUNTS = {
  profile: 21,
  leftEye: 8,
  rightEye: 8,
  leftEyebrow: 8,
  rightEyebrow: 8,
  mouth: 22,
  nose: 13,
} as const satisfies Record<keyof FaceShape, number>
const PARTS = Object.keys(COUNTS) as (keyof FaceShape)[]

/** Where each point of a part is in the same part, or that of the other side, of the mirrored face. */
const MIRRORED: Record<keyof FaceShape, { readonly part: keyof FaceShape; readonly order: readonly number[] }> = {
  profile: { part: 'profile', order: down(20, 0) },
  leftEye: { part: 'rightEye', order: up(0, 7) },
  rightEye: { part: 'leftEye', order: up(0, 7) },
  leftEyebrow: { part: 'rightEyebrow', order: up(0, 7) },
  rightEyebrow: { part: 'leftEyebrow', order: up(0, 7) },
  mouth: { part: 'mouth', order: [6, 5, 4, 3, 2, 1, 0, ...down(11, 7), ...down(16, 12), ...down(21, 17)] },
  nose: { part: 'nose', order: [0, 1, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2] },
}

function up(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}

function down(from: number, to: number): readonly number[] {
  return up(to, from).toReversed()
}

/** The mean face, each point moved a little. */
const faces = fc
  .array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 136, maxLength: 136 })
  .map((noise) => MEAN_FACE.map((value, i) => value + noise[i]!))

function areaOf(points: readonly Point[]): number {
  return points.reduce((sum, p, i) => {
    const q = points[(i + 1) % points.length]!
    return sum + (p.x * q.y - q.x * p.y) / 2
  }, 0)
}

it('has 88 points, all of them numbers', () => {
  fc.assert(
    fc.property(faces, (landmarks) => {
      const shape = outlineFace(landmarks)
      for (const part of PARTS) {
        expect(shape[part]).toHaveLength(COUNTS[part])
        for (const { x, y } of shape[part]) expect([x, y].every(Number.isFinite)).toBe(true)
      }
    }),
  )
  expect(PARTS.reduce((sum, part) => sum + COUNTS[part], 0)).toBe(88)
})

it('of a mirrored face is the mirrored shape', () => {
  fc.assert(
    fc.property(faces, (landmarks) => {
      const shape = outlineFace(landmarks)
      const other = outlineFace(mirrorLandmarks(landmarks))
      for (const part of PARTS) {
        const { part: counterpart, order } = MIRRORED[part]
        for (const [i, place] of order.entries()) {
          expect(other[counterpart][i]!.x).toBeCloseTo(1 - shape[part][place]!.x, 5)
          expect(other[counterpart][i]!.y).toBeCloseTo(shape[part][place]!.y, 5)
        }
      }
    }),
  )
})

it('moves and grows with the face', () => {
  fc.assert(
    fc.property(faces, fc.integer({ min: 1, max: 500 }), (landmarks, scale) => {
      const [shape, larger] = [outlineFace(landmarks), outlineFace(landmarks.map((value) => scale * value + 7))]
      for (const part of PARTS) {
        for (const [i, { x, y }] of shape[part].entries()) {
          expect(larger[part][i]!.x / scale).toBeCloseTo(x + 7 / scale, 4)
          expect(larger[part][i]!.y / scale).toBeCloseTo(y + 7 / scale, 4)
        }
      }
    }),
  )
})

it('goes around eyes, brows and lips in order, and stays inside of the face', () => {
  const shape = outlineFace(MEAN_FACE)
  // From the outer corner along the lower lid: against the clock on the left of the picture (y goes down), with it on the right.
  expect(areaOf(shape.leftEye)).toBeLessThan(0)
  expect(areaOf(shape.rightEye)).toBeGreaterThan(0)
  expect(areaOf(shape.leftEyebrow)).toBeLessThan(0)
  expect(areaOf(shape.rightEyebrow)).toBeGreaterThan(0)
  expect(areaOf(shape.mouth.slice(0, 12))).toBeLessThan(0)
  expect(areaOf(shape.mouth.slice(12))).toBeLessThan(0)
  for (const part of PARTS) {
    for (const { x, y } of shape[part]) {
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThanOrEqual(1)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y).toBeLessThanOrEqual(1)
    }
  }
  const xs = shape.profile.map(({ x }) => x)
  expect(xs).toEqual(xs.toSorted((p, q) => p - q))
  const [tip, root, ...sides] = shape.nose
  expect(root!.y).toBeLessThan(tip!.y)
  const ys = sides.slice(0, 4).map(({ y }) => y)
  expect(ys).toEqual(ys.toSorted((p, q) => p - q))
})

it('landmarks that are no numbers have no outline', () => {
  const landmarks = Float32Array.from(MEAN_FACE)
  landmarks[70] = Number.NaN
  expect(() => outlineFace(landmarks)).toThrow(expect.objectContaining({ code: -1104 }))
})
