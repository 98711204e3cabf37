import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaceEngine } from '../../src/engine/engine.js'
import { createEngine } from '../../src/engine/local-engine.js'
import { cutPerson } from '../../support/sample-people.js'

let engine: FaceEngine
beforeAll(async () => {
  engine = await createEngine({ maxPixels: 20_000_000 })
})
afterAll(() => engine.close())

async function turn(picture: Uint8Array, degrees: number): Promise<Uint8Array> {
  return new Uint8Array(await sharp(picture).rotate(degrees, { background: 'black' }).jpeg({ quality: 92 }).toBuffer())
}

/** Pictures side by side on grey, the second one lower. */
async function standTogether(pictures: readonly Uint8Array[], side: number): Promise<Uint8Array> {
  const canvas = { width: pictures.length * side, height: side, channels: 3, background: '#777' } as const
  const layers = pictures.map((input, i) => ({ input: Buffer.from(input), left: i * side, top: 0 }))
  return new Uint8Array(await sharp({ create: canvas }).composite(layers).jpeg({ quality: 92 }).toBuffer())
}

describe('a portrait', () => {
  it.each([90, 180, 270, 45, 200])(
    'turned by %i degrees is the same person, and told how far it is turned',
    async (degrees) => {
      const picture = await cutPerson('womanInBar')
      const upright = await engine.analyze(picture)
      const turned = await engine.analyze(await turn(picture, degrees))
      expect(engine.compare(upright, turned).similarity).toBeGreaterThan(90)
      const away = (turned.rollDegrees - upright.rollDegrees - degrees + 900) % 360
      expect(Math.abs(away - 180)).toBeLessThan(8)
    },
  )
})

describe('of two people side by side', () => {
  it('the larger one is compared, and both are counted, also when the larger one is turned', async () => {
    const [small, large] = [await cutPerson('man', 200), await cutPerson('womanInBar', 300)]
    for (const degrees of [0, 90, 180]) {
      const face = await engine.analyze(await standTogether([small, await turn(large, degrees)], 300))
      expect(face.faceCount).toBe(2)
      expect(face.box.x).toBeGreaterThan(300)
      expect(engine.compare(face, await engine.analyze(large)).similarity).toBeGreaterThan(90)
    }
  })
})

describe('a face that is small in a large picture', () => {
  it('is cut from the full-size file: its score is that of the picture by itself', async () => {
    const head = await cutPerson('womanInBar', 250)
    const photo = { create: { width: 4000, height: 3000, channels: 3, background: '#567' } } as const
    const bytes = await sharp(photo)
      .composite([{ input: Buffer.from(head), left: 3300, top: 2100 }])
      .jpeg({ quality: 92 })
      .toBuffer()
    const face = await engine.analyze(new Uint8Array(bytes))
    const alone = await engine.analyze(head)
    expect(face.box.x).toBeCloseTo(3300 + alone.box.x, -1.3)
    expect(face.box.y).toBeCloseTo(2100 + alone.box.y, -1.3)
    expect(engine.compare(face, alone).similarity).toBeGreaterThan(97)
  })
})

it('sees no face in blurred noise', async () => {
  // In each of them the detector sees faces.
  for (const seed of [2, 3]) {
    let state = seed
    const data = Uint8Array.from({ length: 3 * 40 * 30 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
      return state >>> 24
    })
    const noise = sharp(data, { raw: { width: 40, height: 30, channels: 3 } }).resize(800, 600, { kernel: 'cubic' })
    const analysed = engine.analyze(new Uint8Array(await noise.jpeg().toBuffer()))
    await expect(analysed).rejects.toMatchObject({ kind: 'FACE_NOT_DETECTED' })
  }
})
