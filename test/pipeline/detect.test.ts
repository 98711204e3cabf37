import { describe, expect, it } from 'vitest'
import { isSameFace, lookForFaces } from '../../src/pipeline/detect.js'
import type { Similarity } from '../../src/pipeline/geometry.js'
import type { Model } from '../../src/pipeline/models.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { modelOf } from '../support/models.js'

const SIZE = 256
const ANCHORS = 896

const plain = (width: number, height: number, value: number) =>
  new Pyramid({ width, height, data: new Uint8Array(3 * width * height).fill(value) })

const scaled = (scale: number, tx = 0, ty = 0): Similarity => ({ a: scale, b: 0, tx, ty })

type Seen = readonly [anchor: number, logit: number, x: number, y: number, width: number, height: number]

/** A detector that sees the given boxes, their centres relative to the anchor. */
function detectorSeeing(...anchors: readonly Seen[]): Model {
  return modelOf(SIZE, () => {
    const raw = new Float32Array(ANCHORS * 17).fill(-20)
    for (const [anchor, logit, dx, dy, width, height] of anchors) raw.set([logit, dx, dy, width, height], anchor * 17)
    return { raw }
  })
}

/** What a detector is shown of an image. */
async function shown(pyramid: Pyramid, toImage: Similarity, ground?: 'black' | 'mean'): Promise<Float32Array> {
  let seen = new Float32Array()
  const detector = modelOf(SIZE, (input) => {
    seen = Float32Array.from(input)
    return { raw: new Float32Array(ANCHORS * 17).fill(-20) }
  })
  await lookForFaces(detector, pyramid, toImage, ground)
  return seen
}

describe('lookForFaces', () => {
  it('finds nothing below the threshold, and nothing in nothing', async () => {
    const toImage = scaled(1)
    expect(await lookForFaces(detectorSeeing(), plain(256, 256, 0), toImage)).toEqual([])
    expect(await lookForFaces(detectorSeeing([0, -0.01, 50, 50, 40, 40]), plain(256, 256, 0), toImage)).toEqual([])
  })

  it('places a box of the first anchor in the image', async () => {
    // The first anchor stands at (8, 8), and pixel corners of the network are centres of the image.
    const [face] = await lookForFaces(detectorSeeing([0, 3, 120, 100, 64, 32]), plain(512, 512, 0), scaled(2, 10, 20))
    expect(face?.box.x).toBeCloseTo((128 - 0.5 - 32) * 2 + 10, 3)
    expect(face?.box.y).toBeCloseTo((108 - 0.5 - 16) * 2 + 20, 3)
    expect(face?.box.width).toBeCloseTo(128, 3)
    expect(face?.score).toBeCloseTo(1 / (1 + Math.exp(-3)), 5)
    expect(face?.keypoints).toHaveLength(6)
  })

  it('merges overlapping boxes, weighted by score, and keeps separate ones', async () => {
    const detector = detectorSeeing([0, 10, 50, 50, 40, 40], [1, 10, 54, 50, 40, 40], [2, 10, 170, 170, 40, 40])
    const faces = await lookForFaces(detector, plain(256, 256, 0), scaled(1))
    expect(faces).toHaveLength(2)
    expect(faces[0]?.box.x).toBeCloseTo(8 + 52 - 20 - 0.5, 2)
  })

  it('surrounds the image with black', async () => {
    const seen = await shown(plain(100, 100, 200), scaled(1, -78, -78))
    expect(seen[0]).toBe(0)
    expect(seen[128 * SIZE + 128]).toBeCloseTo(200, 3)
  })

  it('surrounds the image with its mean colour when asked, without touching the image', async () => {
    const data = new Uint8Array(3 * 100 * 100)
    for (let i = 0; i < 100 * 100; i++) data.set(i % 100 < 50 ? [100, 0, 40] : [200, 0, 40], 3 * i)
    const pyramid = new Pyramid({ width: 100, height: 100, data })
    const seen = await shown(pyramid, scaled(1, -78, -78), 'mean')
    const plane = SIZE * SIZE
    for (const corner of [0, SIZE - 1, plane - 1]) {
      expect(Math.abs(seen[corner]! - 150)).toBeLessThan(1)
      expect(seen[plane + corner]).toBe(0)
      expect(seen[2 * plane + corner]).toBeCloseTo(40, 3)
    }
    expect(seen[128 * SIZE + 100]).toBeCloseTo(100, 3)
    expect(seen[128 * SIZE + 160]).toBeCloseTo(200, 3)
  })
})

describe('isSameFace', () => {
  const box = (x: number, side: number) => ({ x, y: 0, width: side, height: side })
  it('takes boxes for one face from 30 % of common area', () => {
    expect(isSameFace(box(0, 10), box(0, 10))).toBe(true)
    expect(isSameFace(box(0, 10), box(5, 10))).toBe(true)
    expect(isSameFace(box(0, 10), box(6, 10))).toBe(false)
    expect(isSameFace(box(0, 10), box(20, 10))).toBe(false)
    expect(isSameFace(box(0, 10), box(0, 4))).toBe(false)
  })
})
