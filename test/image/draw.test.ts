import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cutFace, drawComparison, shrinkPicture } from '../../src/image/draw.js'

const MAX_PIXELS = 1_000_000
const OPTIONS = { maxPixels: MAX_PIXELS, format: 'png' } as const
const LANDMARKS = Float32Array.from({ length: 136 }, (_, i) => (i % 2 === 0 ? 150 : 100))
const BOX = { x: 100, y: 50, width: 100, height: 120 }

async function paint(width: number, height: number, background: string): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}

async function colourAt(image: Uint8Array, left: number, top: number): Promise<readonly number[]> {
  return [...(await sharp(image).extract({ left, top, width: 1, height: 1 }).removeAlpha().raw().toBuffer())]
}

describe('drawComparison', () => {
  it('puts two pictures side by side, each with the box and the landmarks of its face', async () => {
    const [red, blue] = [await paint(360, 280, '#800000'), await paint(720, 560, '#000080')]
    const faces = [red, blue].map((bytes) => ({ bytes, box: BOX, landmarks: LANDMARKS }))
    const [a, b] = faces
    const sheet = await drawComparison([a!, b!], { similarity: 71.5, match: true }, OPTIONS)
    const { width, height, format } = await sharp(sheet).metadata()
    // The small one is drawn at twice its size.
    expect([format, width, height]).toEqual(['png', 16 * 3 + 720 * 2, 16 + 560 + 72])
    expect(await colourAt(sheet, 16 + 30, 16 + 30)).toEqual([128, 0, 0])
    expect(await colourAt(sheet, 16 + 300, 16 + 2 * BOX.y)).toEqual([255, 210, 63])
    expect(await colourAt(sheet, 16 + 300, 16 + 200)).toEqual([54, 226, 255])
    const second = 16 + 720 + 16
    expect(await colourAt(sheet, second + 30, 16 + 30)).toEqual([0, 0, 128])
    expect(await colourAt(sheet, second + 170, 16 + BOX.y)).toEqual([255, 210, 63])
  })

  it('says in colour whether it is a match', async () => {
    const bytes = await paint(100, 100, 'white')
    const face = { bytes, box: BOX, landmarks: LANDMARKS }
    const draw = (match: boolean) => drawComparison([face, face], { similarity: 100, match }, OPTIONS)
    const mean = async (image: Uint8Array) => {
      const { width = 0, height = 0 } = await sharp(image).metadata()
      const footer = { left: 0, top: height - 72, width, height: 72 }
      const { channels } = await sharp(await sharp(image).extract(footer).png().toBuffer()).stats()
      return channels.map((channel) => channel.mean)
    }
    const [green, red] = [await mean(await draw(true)), await mean(await draw(false))]
    expect((green[1] ?? 0) - (green[0] ?? 0)).toBeGreaterThan((red[1] ?? 0) - (red[0] ?? 0) + 1)
  })

  it('draws a JPEG where one is asked for', async () => {
    const face = { bytes: await paint(100, 100, 'white'), box: BOX, landmarks: LANDMARKS }
    const sheet = await drawComparison([face, face], { similarity: 1, match: false }, { ...OPTIONS, format: 'jpeg' })
    expect(await sharp(sheet).metadata()).toMatchObject({ format: 'jpeg', width: 3 * 16 + 2 * 560 })
  })

  it('refuses what is no picture', async () => {
    const face = { bytes: Buffer.from('text'), box: BOX, landmarks: LANDMARKS }
    await expect(drawComparison([face, face], { similarity: 1, match: false }, OPTIONS)).rejects.toMatchObject({
      kind: 'IMAGE_FORMAT_UNSUPPORTED',
    })
  })
})

describe('small pictures', () => {
  it.each([
    ['in the middle', BOX],
    ['beyond the edge', { x: -80, y: -60, width: 150, height: 150 }],
    ['larger than the picture', { x: -50, y: -50, width: 500, height: 500 }],
    ['of no size', { x: 359, y: 279, width: 0, height: 0 }],
  ])('cut a square of a face %s', async (_name, box) => {
    const bytes = await paint(360, 280, '#800000')
    const cut = await cutFace({ bytes, box }, { maxPixels: MAX_PIXELS, side: 32, maxSide: 300 })
    const { width, height, format } = await sharp(cut).metadata()
    expect([width, height, format]).toEqual([32, 32, 'jpeg'])
  })

  it('show a whole picture', async () => {
    const { width, height } = await sharp(
      await shrinkPicture(await paint(360, 180, 'red'), { maxPixels: MAX_PIXELS, side: 60 }),
    ).metadata()
    expect([width, height]).toEqual([60, 30])
  })
})
