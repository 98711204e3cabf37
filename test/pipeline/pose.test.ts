import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { measurePose } from '../../src/pipeline/pose.js'
import { MEAN_FACE, mirrorLandmarks } from '../support/mean-face.js'

const mean = Float32Array.from(MEAN_FACE)

/** The landmarks turned clockwise around the middle of the picture. */
function turn(landmarks: ArrayLike<number>, degrees: number): Float32Array {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return Float32Array.from({ length: 136 }, (_, i) => {
    const [x, y] = [landmarks[i - (i % 2)]! - 0.5, landmarks[i - (i % 2) + 1]! - 0.5]
    return 0.5 + (i % 2 === 0 ? c * x - s * y : s * x + c * y)
  })
}

/** Points that stand out of the face, the nose above all, moved to a side. */
function shift(by: { readonly x?: number; readonly y?: number }): Float32Array {
  const out = mean.slice()
  for (const index of [21, 22, 31, 35, 48, 54, 57]) {
    out[2 * index]! += by.x ?? 0
    out[2 * index + 1]! += by.y ?? 0
  }
  return out
}

describe('the pose of a head', () => {
  it('that looks straight has no yaw and no roll', () => {
    const { yawDegrees, rollDegrees } = measurePose(mean)
    expect(yawDegrees).toBeCloseTo(0, 3)
    expect(rollDegrees).toBeCloseTo(0, 3)
  })

  it('has a positive yaw where it looks to the right of the picture, a positive pitch where it looks up', () => {
    const straight = measurePose(mean)
    expect(measurePose(shift({ x: 0.06 })).yawDegrees).toBeGreaterThan(5)
    expect(measurePose(shift({ x: -0.06 })).yawDegrees).toBeLessThan(-5)
    expect(measurePose(shift({ y: -0.06 })).pitchDegrees).toBeGreaterThan(straight.pitchDegrees + 5)
    expect(measurePose(shift({ y: 0.06 })).pitchDegrees).toBeLessThan(straight.pitchDegrees - 5)
  })

  it('keeps pitch and yaw however it is turned in the picture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -179, max: 180 }),
        fc.double({ min: -0.06, max: 0.06, noNaN: true }),
        (degrees, x) => {
          const plain = measurePose(shift({ x, y: x / 2 }))
          const turned = measurePose(turn(shift({ x, y: x / 2 }), degrees))
          expect(turned.yawDegrees).toBeCloseTo(plain.yawDegrees, 2)
          expect(turned.pitchDegrees).toBeCloseTo(plain.pitchDegrees, 2)
          expect(Math.cos(((turned.rollDegrees - plain.rollDegrees - degrees) * Math.PI) / 180)).toBeCloseTo(1, 5)
        },
      ),
    )
  })

  it('of the mirror image looks to the other side', () => {
    const noise = fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 136, maxLength: 136 })
    fc.assert(
      fc.property(noise, (values) => {
        const face = mean.map((value, i) => value + values[i]!)
        const [plain, mirrored] = [measurePose(face), measurePose(Float32Array.from(mirrorLandmarks(face)))]
        expect(mirrored.yawDegrees).toBeCloseTo(-plain.yawDegrees, 2)
        expect(mirrored.pitchDegrees).toBeCloseTo(plain.pitchDegrees, 2)
      }),
    )
  })

  it('is not told from points that are no numbers, or all at one place', () => {
    expect(() => measurePose(mean.map(() => Number.NaN))).toThrow(expect.objectContaining({ kind: 'POSE_FAILED' }))
    expect(() => measurePose(mean.map(() => 5))).toThrow(expect.objectContaining({ kind: 'POSE_FAILED' }))
  })
})
