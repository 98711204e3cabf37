import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { DEGRADATIONS, type KnownFace, MILD } from '../../support/degrade-pictures.js'
import { squareOf } from '../../support/face-square.js'
import { seeded } from '../../support/random.js'

const SIDE = 240
const SKIN = 180

/** A face that looks straight ahead, its eyes 44 pixels from each other. */
const face: KnownFace = { landmarks: placeLandmarks(), imageWidth: SIDE, imageHeight: SIDE }
/** Grey stripes two pixels wide above a red ground: whatever is done to the picture shows. */
const picture = await drawStripes()

function placeLandmarks(): Float32Array {
  const points: [number, number][] = []
  for (let i = 0; i <= 16; i++)
    points.push([120 - 50 * Math.cos((Math.PI * i) / 16), 105 + 70 * Math.sin((Math.PI * i) / 16)])
  for (let i = 0; i < 10; i++) points.push([80 + 9 * i, 85])
  for (let i = 0; i < 4; i++) points.push([120, 100 + 10 * i])
  for (let i = 0; i < 5; i++) points.push([112 + 4 * i, 134])
  for (const eye of [98, 142]) for (let i = 0; i < 6; i++) points.push([eye + 8 * Math.cos(i), 100 + 3 * Math.sin(i)])
  for (let i = 0; i < 20; i++)
    points.push([120 - 18 * Math.cos((2 * Math.PI * i) / 12), 152 + 6 * Math.sin((2 * Math.PI * i) / 12)])
  return Float32Array.from(points.flat())
}

async function drawStripes(): Promise<Uint8Array> {
  const pixels = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
    const x = Math.floor(i / 3) % SIDE
    const isRed = Math.floor(i / 3 / SIDE) > 220 && i % 3 > 0
    return isRed ? 0 : x % 4 < 2 ? SKIN : SKIN - 60
  })
  return new Uint8Array(
    await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
      .png()
      .toBuffer(),
  )
}

function degrade(name: string, seed = 1): Promise<Uint8Array> {
  return DEGRADATIONS[name]!(picture, face, seeded(seed))
}

type Place = readonly [x: number, y: number]

/** The grey values of a square around a point, of 255. */
async function cutAround(bytes: Uint8Array, [x, y]: Place, half: number): Promise<readonly number[]> {
  const square = { left: x - half, top: y - half, width: 2 * half, height: 2 * half }
  return [...(await sharp(bytes).extract(square).greyscale().raw().toBuffer())]
}

async function measureAround(bytes: Uint8Array, at: Place, half = 4) {
  const values = await cutAround(bytes, at, half)
  const mean = meanOf(values)
  return { mean, deviation: Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) }
}

/** Whether a place looks as in the plain picture. */
async function isOpen(bytes: Uint8Array, at: Place): Promise<boolean> {
  const [found, plain] = await Promise.all([bytes, picture].map((of) => cutAround(of, at, 6)))
  return meanOf(found!.map((value, i) => Math.abs(value - plain![i]!))) < 5
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

const EYE = [98, 100] as const
const MOUTH = [120, 152] as const
const FOREHEAD = [120, 70] as const
const CORNER = [20, 20] as const
/** Upper left and right, lower left and right. */
const QUARTERS = [
  [95, 85],
  [145, 85],
  [95, 150],
  [145, 150],
] as const

describe('DEGRADATIONS', () => {
  it.each(Object.keys(DEGRADATIONS))('makes the same JPEG of "%s" every time', async (name) => {
    const bytes = await degrade(name)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', hasProfile: false })
    expect(bytes).toEqual(await degrade(name))
    expect(bytes).not.toEqual(new Uint8Array(await sharp(picture).jpeg({ quality: 92 }).toBuffer()))
  })

  it('shrinks a face to so many pixels and enlarges it to the size it had', async () => {
    for (const side of [24, 16, 12, 10]) {
      const small = await sharp(await degrade(`face of ${side} px`)).metadata()
      expect(small.width).toBe(Math.round((SIDE * side) / squareOf(face).width))
      const enlarged = await sharp(await degrade(`face of ${side} px, enlarged`)).metadata()
      expect([enlarged.width, enlarged.height]).toEqual([SIDE, SIDE])
    }
  })

  it('makes a pixelated face of ten blocks', async () => {
    const pixels = await sharp(await degrade('pixelated'))
      .greyscale()
      .raw()
      .toBuffer()
    const row = [...pixels.subarray(SIDE * 120, SIDE * 121)]
    const block = squareOf(face).width / 10
    const edges = row.filter((value, x) => x > 0 && Math.abs(value - row[x - 1]!) > 3).length
    expect(edges).toBeLessThanOrEqual(Math.ceil(SIDE / block))
  })

  it('blurs more with every step', async () => {
    const deviations = await Promise.all(
      ['JPEG quality 20', 'blur 2', 'blur 4'].map(
        async (name) => (await measureAround(await degrade(name), EYE)).deviation,
      ),
    )
    expect(deviations).toEqual(deviations.toSorted((p, q) => q - p))
    expect(deviations[0]).toBeGreaterThan(20)
    expect(deviations[2]).toBeLessThan(2)
  })

  it('moves a face at an angle that the seed tells', async () => {
    const deviations = await Promise.all(
      Array.from(
        { length: 8 },
        async (_, seed) => (await measureAround(await degrade('motion blur', seed), EYE)).deviation,
      ),
    )
    // Stripes stay where the motion goes along them, and go where it crosses them.
    expect(Math.max(...deviations)).toBeGreaterThan(4 * Math.min(...deviations))
  })

  it('changes the light as its name says', async () => {
    const lightOf = async (name: string, at: Place = EYE) => (await measureAround(await degrade(name), at)).mean
    expect(await lightOf('brightness x .2')).toBeCloseTo(30, -1)
    expect(await lightOf('brightness x .1')).toBeCloseTo(15, -1)
    expect(await lightOf('over-exposed')).toBe(255)
    expect(await lightOf('negative')).toBeCloseTo(105, -1)
    expect(await lightOf('side light', [20, 120])).toBeCloseTo(15, -1)
    expect(await lightOf('side light', [220, 120])).toBeCloseTo(150, -1)
  })

  it('adds noise of sigma 40', async () => {
    const plain = await measureAround(picture, EYE, 40)
    const noisy = await measureAround(await degrade('noise'), EYE, 40)
    // Grey is a weighted mean of the three channels, so that .67 of the deviation is left; some is clipped.
    expect(Math.sqrt(noisy.deviation ** 2 - plain.deviation ** 2)).toBeCloseTo(25, -1)
  })

  it.each([
    ['mask', [MOUTH], [EYE, FOREHEAD, CORNER]],
    ['sunglasses', [EYE], [MOUTH, FOREHEAD, CORNER]],
    ['mask and sunglasses', [EYE, MOUTH], [FOREHEAD, CORNER]],
  ] as const)('covers with a %s what it should and nothing else', async (name, covered, open) => {
    const bytes = await degrade(name)
    for (const at of covered) expect(await isOpen(bytes, at)).toBe(false)
    for (const at of open) expect(await isOpen(bytes, at)).toBe(true)
  })

  it('covers each half of a face, by the seed, and nothing far from it', async () => {
    const halves = new Set<string>()
    for (let seed = 0; seed < 16; seed++) {
      const bytes = await degrade('half covered', seed)
      expect(await isOpen(bytes, CORNER)).toBe(true)
      const quarters = await Promise.all(QUARTERS.map((at) => isOpen(bytes, at)))
      halves.add(quarters.map((open) => (open ? 'o' : 'x')).join(''))
    }
    expect([...halves].sort()).toEqual(['ooxx', 'oxox', 'xoxo', 'xxoo'])
  })

  it('counts as mild only what there is', () => {
    expect(MILD.filter((name) => !(name in DEGRADATIONS))).toEqual([])
    expect(MILD).toHaveLength(6)
  })
})
