import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/local-engine.js'
import { cutPerson } from '../../support/sample-people.js'

let engine: Awaited<ReturnType<typeof createEngine>>

beforeAll(async () => {
  engine = await createEngine({ maxPixels: 20_000_000 })
})
afterAll(async () => {
  await engine.close()
})

const WIDTH = 4000
const HEIGHT = 3000

/** As much detail as a camera's, everywhere; made once, of sixteen equal parts, because noise takes long to make. */
const [PART_WIDTH, PART_HEIGHT] = [WIDTH / 4, HEIGHT / 4]
let ground: Buffer
beforeAll(async () => {
  const noise = { type: 'gaussian', mean: 120, sigma: 12 } as const
  const create = { width: PART_WIDTH, height: PART_HEIGHT, channels: 3, background: '#777', noise } as const
  const part = await sharp({ create }).png({ compressionLevel: 0 }).toBuffer()
  const blank = { width: WIDTH, height: HEIGHT, channels: 3, background: '#777' } as const
  ground = await sharp({ create: blank })
    .composite([{ input: part, tile: true, gravity: 'northwest' }])
    .removeAlpha()
    .raw()
    .toBuffer()
})
const openGround = () => sharp(ground, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })

/** A person's picture with this side in the middle of a photograph. */
async function photograph(side: number): Promise<Uint8Array> {
  const person = await cutPerson('man', side)
  const top = Math.round((HEIGHT - side) / 2)
  const left = Math.round((WIDTH - side) / 2)
  const photo = openGround()
    .composite([{ input: Buffer.from(person), top, left }])
    .jpeg({ quality: 90 })
  return new Uint8Array(await photo.toBuffer())
}

describe('a photograph of 12 megapixels', () => {
  it.each([
    ['large', 1600],
    ['of a tenth of its width', 640],
    ['of a twentieth of its width', 320],
  ])('with a face that is %s is told as well as a small picture, in its own pixels', async (_name, side) => {
    const whole = await engine.analyze(await photograph(side))
    const small = await engine.analyze(await cutPerson('man', 500))
    expect(engine.compare(whole, small).similarity).toBeGreaterThan(95)
    expect([whole.imageWidth, whole.imageHeight]).toEqual([WIDTH, HEIGHT])
    const scale = side / 500
    const expected = {
      x: (WIDTH - side) / 2 + scale * small.box.x,
      y: (HEIGHT - side) / 2 + scale * small.box.y,
      width: scale * small.box.width,
    }
    // The detector places a box to within a tenth or so, and sees the two pictures at different sizes.
    expect(Math.abs(whole.box.x - expected.x)).toBeLessThan(0.15 * expected.width)
    expect(Math.abs(whole.box.y - expected.y)).toBeLessThan(0.15 * expected.width)
    expect(Math.abs(whole.box.width / expected.width - 1)).toBeLessThan(0.15)
  })

  it('without a face is refused', async () => {
    const photo = new Uint8Array(await openGround().jpeg().toBuffer())
    await expect(engine.analyze(photo)).rejects.toMatchObject({ kind: 'FACE_NOT_DETECTED' })
  })
})
