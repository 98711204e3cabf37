import { describe, expect, it } from 'vitest'
import type { Image } from '../../src/image/image.js'
import { ARCFACE_TEMPLATE } from '../../src/pipeline/five-points.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { measureShown } from '../../src/pipeline/shown.js'

const PICTURE = { width: 320, height: 240 }
const SCALE = 1.5
/** Of the corner of the aligned face in the picture. */
const [LEFT, TOP] = [60, 40]

type Paint = (x: number, y: number) => number

/** A grey picture, pixel by pixel. */
function paint(size: { readonly width: number; readonly height: number }, value: Paint): Image {
  const data = new Uint8Array(3 * size.width * size.height)
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) data.fill(value(x, y), 3 * (y * size.width + x), 3 * (y * size.width + x) + 3)
  }
  return { ...size, data }
}

/** The first of the landmarks that the eyes, the nose's tip and the mouth's corners are made of; the others lie at the nose. */
const FIRSTS = [36, 42, 30, 48, 54]
const EYE_POINTS = 6
const [LEFT_EDGE, RIGHT_EDGE] = [2, 14]

interface Place {
  readonly x: number
  readonly y: number
  /** Pixels for one of an aligned face of 112. */
  readonly scale: number
}

/** 68 landmarks that lie as those of an aligned face do; the edges of the face at shares of its side, from the left. */
function landmarksAt({ x, y, scale }: Place, edges: readonly [number, number] = [0.1, 0.9]): Float32Array {
  const points = new Float32Array(136)
  const set = (index: number, u: number, v: number) => points.set([x + scale * u, y + scale * v], 2 * index)
  const at = (point: number) => [ARCFACE_TEMPLATE[2 * point]!, ARCFACE_TEMPLATE[2 * point + 1]!] as const
  const [noseX, noseY] = at(2)
  for (let i = 0; i < 68; i++) set(i, noseX, noseY)
  for (const [point, first] of FIRSTS.entries()) {
    for (let i = first; i < first + (point < 2 ? EYE_POINTS : 1); i++) set(i, ...at(point))
  }
  set(LEFT_EDGE, noseX - 56 * (1 - 2 * edges[0]), noseY)
  set(RIGHT_EDGE, noseX + 56 * (2 * edges[1] - 1), noseY)
  return points
}

const PLACE: Place = { x: LEFT, y: TOP, scale: SCALE }

/** Measures a face in a whole picture of full size. */
function measure(image: Image, { gain = 1, landmarks = landmarksAt(PLACE) } = {}) {
  return measureShown(new Pyramid(image), { landmarks, inPicture: landmarks, picture: image, gain })
}

/** As fine as the aligned face can show. */
const chequers: Paint = (x, y) => (((x >> 2) + (y >> 2)) % 2 === 0 ? 60 : 140)
const smooth: Paint = (x, y) => 100 + 40 * Math.sin(x / 25) * Math.sin(y / 25)
/** Fine and coarse, as faces are. */
const textured: Paint = (x, y) => 0.7 * smooth(x, y) + 0.3 * chequers(x, y)

describe('pixels', () => {
  it.each([0.3, 1, 1.5])('are those for one of an aligned face of 112: %f', (scale) => {
    const landmarks = landmarksAt({ ...PLACE, scale })
    expect(measure(paint(PICTURE, smooth), { landmarks }).pixels).toBeCloseTo(scale, 3)
  })

  it('are those of the frame: half of them where that is shrunk to a half', () => {
    const half = paint({ width: 160, height: 120 }, (x, y) => smooth(2 * x, 2 * y))
    const scene = {
      landmarks: landmarksAt({ x: LEFT / 2, y: TOP / 2, scale: SCALE / 2 }),
      inPicture: landmarksAt(PLACE),
      picture: PICTURE,
      gain: 1,
    }
    const shrunk = measureShown(new Pyramid(half), scene)
    const whole = measure(paint(PICTURE, smooth))
    expect(shrunk.pixels).toBeCloseTo(SCALE / 2, 3)
    expect(shrunk).toMatchObject({ aside: expect.closeTo(whole.aside, 4), outside: 0 })
    expect(Math.abs(shrunk.brightness - whole.brightness)).toBeLessThan(2)
  })
})

describe('what is cut out of a picture', () => {
  it('measures as the whole of it does, and what lies outside of it alone is not cut off', () => {
    const [left, top] = [100, 90]
    const cut = paint({ width: 120, height: 100 }, (x, y) => textured(x + left, y + top))
    const scene = {
      landmarks: landmarksAt({ x: LEFT - left, y: TOP - top, scale: SCALE }),
      inPicture: landmarksAt(PLACE),
      picture: PICTURE,
      gain: 1,
    }
    const [part, whole] = [measureShown(new Pyramid(cut), scene), measure(paint(PICTURE, textured))]
    // Its left edge and its eyes are not in what was cut out.
    expect(Math.min(...scene.landmarks)).toBeLessThan(0)
    expect(part).toMatchObject({ outside: 0, pixels: expect.closeTo(whole.pixels, 4) })
  })
})

describe('detail', () => {
  it('is less the smoother the face is, whatever the light', () => {
    const [fine, coarse] = [textured, smooth].map((value) => measure(paint(PICTURE, value)).detail)
    expect(fine).toBeGreaterThan(3 * coarse!)
    const darker = measure(paint(PICTURE, (x, y) => textured(x, y) / 2)).detail
    expect(darker / fine!).toBeCloseTo(1, 1)
  })

  it('is none where nothing differs', () => {
    expect(measure(paint(PICTURE, () => 100)).detail).toBe(0)
  })
})

describe('the light', () => {
  it('is that of the middle of the face, before the picture was made brighter', () => {
    const isMiddle = (x: number, y: number) => x > LEFT + 25 && x < LEFT + 143 && y > TOP + 25 && y < TOP + 160
    const image = paint(PICTURE, (x, y) => (isMiddle(x, y) ? 80 : 250))
    expect(measure(image)).toMatchObject({ brightness: expect.closeTo(80, 1), burnt: 0 })
    expect(measure(image, { gain: 4 })).toMatchObject({ brightness: expect.closeTo(20, 1) })
  })

  it('has burnt the share where all colours are white, unless it is brightening that made them so', () => {
    const half = paint(PICTURE, (x) => (x < LEFT + SCALE * 56 ? 252 : 100))
    expect(measure(half).burnt).toBeCloseTo(0.5, 1)
    expect(measure(half, { gain: 2 }).burnt).toBe(0)
    const data = half.data.map((value, i) => (i % 3 === 2 ? Math.min(value, 200) : value))
    expect(measure({ ...half, data }).burnt).toBe(0)
  })
})

describe('a head', () => {
  it.each([
    [0, [0.1, 0.9]],
    [0.5, [0.1, 0.6333]],
    [0.5, [0.3667, 0.9]],
    [1, [0.1, 0.5]],
  ] as const)('looks aside by %f where the edges of the face are at %j', (aside, edges) => {
    const landmarks = landmarksAt(PLACE, edges)
    expect(measure(paint(PICTURE, smooth), { landmarks }).aside).toBeCloseTo(aside, 2)
  })

  it('is cut off by the share of its landmarks that lie outside of the picture', () => {
    const image = paint(PICTURE, smooth)
    // The left eye, the mouth's left corner and the left edge are gone: eight of 68.
    const left = landmarksAt({ x: -80, y: TOP, scale: SCALE })
    expect(measure(image, { landmarks: left }).outside).toBeCloseTo(8 / 68, 5)
    // Both eyes are above the picture.
    const above = landmarksAt({ x: LEFT, y: -90, scale: SCALE })
    expect(measure(image, { landmarks: above }).outside).toBeCloseTo(12 / 68, 5)
    const right = landmarksAt({ x: 500, y: TOP, scale: SCALE })
    expect(measure(image, { landmarks: right }).outside).toBe(1)
  })
})
