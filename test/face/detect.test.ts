import { describe, expect, it } from 'vitest'
import { chooseFace, type Detection, detectFaces } from '../../src/face/detect.js'
import type { Model } from '../../src/face/models.js'
import { Pyramid } from '../../src/face/pyramid.js'

const black = (width: number, height: number) =>
  new Pyramid({ width, height, data: new Uint8Array(3 * width * height) })

/** A detector that sees the given boxes: [anchor, logit, centre x, centre y, width, height] relative to the anchor's cell. */
function seeing(...anchors: readonly (readonly [number, number, number, number, number, number])[]): Model {
  return {
    inputSize: 256,
    run: async () => {
      const raw = new Float32Array(896 * 17).fill(-20)
      for (const [anchor, logit, dx, dy, width, height] of anchors) raw.set([logit, dx, dy, width, height], anchor * 17)
      return { raw }
    },
  }
}

const face = (x: number, y: number, side: number): Detection => ({
  score: 0.9,
  box: { x, y, width: side, height: side },
  keypoints: [],
})

describe('detectFaces', () => {
  it('places a box of the first anchor in the padded picture', async () => {
    // The first anchor stands at (8, 8) of 256; the picture is half as high as wide, so 64 rows of padding lie above.
    const [found] = await detectFaces(seeing([0, 3, 120, 120, 64, 32]), black(512, 256))
    expect(found?.box.x).toBeCloseTo((128 - 32) * 2 - 0.5, 3)
    expect(found?.box.y).toBeCloseTo((128 - 16) * 2 - 128 - 0.5, 3)
    expect(found?.box.width).toBeCloseTo(128, 3)
    expect(found?.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 5)
    expect(found?.keypoints).toHaveLength(6)
  })

  it('merges overlapping boxes, weighted by score, and keeps separate ones', async () => {
    const faces = await detectFaces(
      seeing([0, 10, 50, 50, 40, 40], [1, 10, 54, 50, 40, 40], [2, 10, 170, 170, 40, 40]),
      black(256, 256),
    )
    expect(faces).toHaveLength(2)
    expect(faces[0]?.box.x).toBeCloseTo(8 + 52 - 20 - 0.5, 2)
  })

  it('drops what is below the threshold and finds nothing in nothing', async () => {
    expect(await detectFaces(seeing([0, -0.01, 50, 50, 40, 40]), black(256, 256))).toHaveLength(0)
    expect(await detectFaces(seeing(), black(256, 256))).toHaveLength(0)
  })
})

describe('chooseFace', () => {
  it('takes the largest, not the most central', () => {
    expect(chooseFace([face(0, 0, 30), face(45, 45, 10)], 100, 100)?.box.width).toBe(30)
  })
  it('takes the most central among nearly equal ones', () => {
    expect(chooseFace([face(0, 0, 20), face(40, 40, 15), face(80, 80, 20)], 100, 100)?.box.x).toBe(40)
  })
  it('counts only what lies inside the picture', () => {
    expect(chooseFace([face(-45, 0, 60), face(40, 40, 25)], 100, 100)?.box.x).toBe(40)
  })
  it('finds none among none', () => {
    expect(chooseFace([], 100, 100)).toBeUndefined()
  })
})
