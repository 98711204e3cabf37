import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ARCFACE_TEMPLATE } from '../../src/pipeline/five-points.js'
import { estimatePose } from '../../src/wires/pose.js'
import { landmarksOf } from './faces.js'

/** Eyes, tip of the nose and corners of the mouth of a head, in pixels about the tip: right, down, away from the viewer. */
const HEAD = [0, 1, 2, 3, 4].map((i) => [
  (ARCFACE_TEMPLATE[2 * i] ?? 0) - (ARCFACE_TEMPLATE[4] ?? 0),
  (ARCFACE_TEMPLATE[2 * i + 1] ?? 0) - (ARCFACE_TEMPLATE[5] ?? 0),
  i === 2 ? 0 : 16,
])

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** The head as it is seen from afar when it looks up and to the right, and leans clockwise. */
function look(pitchDegrees: number, yawDegrees: number, rollDegrees: number): Float32Array {
  const [p, w, r] = [radians(pitchDegrees), radians(yawDegrees), radians(rollDegrees)]
  const points = HEAD.flatMap(([x = 0, y = 0, z = 0]) => {
    // What lies behind the tip goes down when the head looks up, and to the left when it looks to the right.
    const [y1, z1] = [y * Math.cos(p) + z * Math.sin(p), z * Math.cos(p) - y * Math.sin(p)]
    const x1 = x * Math.cos(w) - z1 * Math.sin(w)
    return [200 + x1 * Math.cos(r) - y1 * Math.sin(r), 200 + x1 * Math.sin(r) + y1 * Math.cos(r)]
  })
  return landmarksOf(points)
}

describe('estimatePose', () => {
  it('sees a face that looks straight ahead', () => {
    const { rollDegrees, yawDegrees, pitchDegrees } = estimatePose(look(0, 0, 0))
    for (const degrees of [rollDegrees, yawDegrees, pitchDegrees]) expect(Math.abs(degrees)).toBeLessThan(1)
  })

  it('finds how a head was turned, to ten degrees', () => {
    const angle = (most: number) => fc.integer({ min: -most, max: most })
    fc.assert(
      fc.property(angle(25), angle(35), angle(40), (pitch, yaw, roll) => {
        const found = estimatePose(look(pitch, yaw, roll))
        expect(Math.abs(found.pitchDegrees - pitch)).toBeLessThan(10)
        expect(Math.abs(found.yawDegrees - yaw)).toBeLessThan(10)
        expect(Math.abs(found.rollDegrees - roll)).toBeLessThan(15)
      }),
    )
  })

  it('tells the roll of a head upside down', () => {
    expect(Math.abs(estimatePose(look(0, 0, 180)).rollDegrees)).toBeGreaterThan(175)
  })

  // Points and angles of two answers of Rekognition: its signs are ours.
  it.each([
    [
      'down, to the right, clockwise',
      [0.2837, 0.3637, 0.4092, 0.3738, 0.3527, 0.4966, 0.2786, 0.5455, 0.3957, 0.5598],
      [-1, 1, 1],
    ],
    [
      'up, to the right, anticlockwise',
      [0.6703, 0.1822, 0.7188, 0.1634, 0.7056, 0.2074, 0.6875, 0.2889, 0.725, 0.2707],
      [1, 1, -1],
    ],
  ] as const)('turns its angles as Rekognition does: %s', (_, points, signs) => {
    const { pitchDegrees, yawDegrees, rollDegrees } = estimatePose(landmarksOf(points))
    expect([pitchDegrees, yawDegrees, rollDegrees].map(Math.sign)).toEqual(signs)
  })

  it('gives finite angles of points that all lie in one place', () => {
    const pose = estimatePose(landmarksOf([5, 5, 5, 5, 5, 5, 5, 5, 5, 5]))
    expect(Object.values(pose).every(Number.isFinite)).toBe(true)
  })
})
