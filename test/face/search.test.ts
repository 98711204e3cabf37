import { describe, expect, it } from 'vitest'
import type { Detection } from '../../src/face/detect.js'
import type { Model } from '../../src/face/models.js'
import { chooseFace } from '../../src/face/prominence.js'
import { Pyramid } from '../../src/face/pyramid.js'
import { findFaces } from '../../src/face/search.js'

const black = (width: number, height: number) =>
  new Pyramid({ width, height, data: new Uint8Array(3 * width * height) })

type Seen = readonly [anchor: number, logit: number, x: number, y: number, width: number, height: number]

/** A detector that sees the given boxes, their centres relative to the anchor. */
function detector(inputSize: 128 | 256, ...anchors: readonly Seen[]): Model {
  return {
    inputSize,
    run: async () => {
      const raw = new Float32Array((inputSize === 256 ? 896 : 224) * 17).fill(-20)
      for (const [anchor, logit, dx, dy, width, height] of anchors) raw.set([logit, dx, dy, width, height], anchor * 17)
      return { raw }
    },
  }
}

/** The fine detector sees the given boxes, the coarse one nothing. */
const seeing = (...anchors: readonly Seen[]) => ({
  coarseDetector: detector(128),
  detector: detector(256, ...anchors),
  fineDetector: detector(256),
})

const face = (x: number, y: number, side: number): Detection => ({
  score: 0.9,
  box: { x, y, width: side, height: side },
  keypoints: [],
})

describe('findFaces', () => {
  it('places a box of the first anchor in the padded picture', async () => {
    // The first anchor stands at (8, 8) of 256; the picture is half as high as wide, so 64 rows of padding lie above.
    const [found] = await findFaces(seeing([0, 3, 120, 120, 64, 32]), black(512, 256))
    expect(found?.box.x).toBeCloseTo((128 - 32) * 2 - 0.5, 3)
    expect(found?.box.y).toBeCloseTo((128 - 16) * 2 - 128 - 0.5, 3)
    expect(found?.box.width).toBeCloseTo(128, 3)
    expect(found?.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 5)
    expect(found?.keypoints).toHaveLength(6)
  })

  it('merges overlapping boxes, weighted by score, and keeps separate ones', async () => {
    const faces = await findFaces(
      seeing([0, 10, 50, 50, 40, 40], [1, 10, 54, 50, 40, 40], [2, 10, 170, 170, 40, 40]),
      black(256, 256),
    )
    expect(faces).toHaveLength(2)
    expect(faces[0]?.box.x).toBeCloseTo(8 + 52 - 20 - 0.5, 2)
  })

  it('believes the coarse detector where it is sure of a large face, and only there', async () => {
    const both = (logit: number, side: number) => ({
      coarseDetector: detector(128, [0, logit, 60, 60, side, side]),
      detector: detector(256, [0, 5, 10, 10, 20, 20]),
      fineDetector: detector(256),
    })
    const widthSeen = async (logit: number, side: number) => {
      const [found] = await findFaces(both(logit, side), black(256, 256))
      return found?.box.width
    }
    expect(await widthSeen(3, 40)).toBeCloseTo(80, 3)
    // Not sure (score .69), or small (23 % of the side): the fine one decides.
    expect(await widthSeen(0.8, 40)).toBeCloseTo(20, 3)
    expect(await widthSeen(3, 30)).toBeCloseTo(20, 3)
  })

  it('drops what is below the threshold and finds nothing in nothing', async () => {
    expect(await findFaces(seeing([0, -0.01, 50, 50, 40, 40]), black(256, 256))).toHaveLength(0)
    expect(await findFaces(seeing(), black(256, 256))).toHaveLength(0)
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
