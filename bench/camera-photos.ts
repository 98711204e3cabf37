/**
 * Photographs such as a 12-megapixel camera takes, made from a person's picture by a seeded script: the head 1500 pixels
 * wide before a ground with detail of all sizes, and sensor noise over everything, so that the JPEG has a camera's size.
 */
import sharp from 'sharp'
import { seeded } from '../support/random.js'
import { cutPerson, type SamplePerson } from '../support/sample-people.js'

const WIDTH = 4000
const HEIGHT = 3000
const HEAD = 1500

/** Noise that is one value in a square of `pixels`, smoothly joined, and differs from its mean by up to `spread`. */
const GROUND_LAYERS = [
  { pixels: 500, spread: 60 },
  { pixels: 50, spread: 25 },
  { pixels: 5, spread: 15 },
] as const

/** Of each channel by itself, up or down, in levels of 255. */
const SENSOR_NOISE = 5

/** A JPEG, 4000 x 3000, quality 92. The same person and seed give the same pixels. */
export async function takePhoto(person: SamplePerson, seed: number): Promise<Uint8Array> {
  const random = seeded(seed)
  const pixels = await makeGround(random)
  await placeHead(pixels, person, random)
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i] ?? 0) + SENSOR_NOISE * (2 * random() - 1)
  const photo = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
  return new Uint8Array(await photo.jpeg({ quality: 92 }).toBuffer())
}

async function makeGround(random: () => number): Promise<Uint8ClampedArray> {
  const sum = new Int16Array(3 * WIDTH * HEIGHT).fill(120)
  for (const { pixels, spread } of GROUND_LAYERS) {
    const [width, height] = [WIDTH / pixels, HEIGHT / pixels]
    const values = Uint8Array.from({ length: 3 * width * height }, () => 128 + spread * (2 * random() - 1))
    const layer = sharp(values, { raw: { width, height, channels: 3 } }).resize(WIDTH, HEIGHT, { kernel: 'cubic' })
    const smooth = await layer.raw().toBuffer()
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (smooth[i] ?? 0) - 128
  }
  return Uint8ClampedArray.from(sum)
}

/** Somewhere in the middle third, where a photographer would have it. */
async function placeHead(pixels: Uint8ClampedArray, person: SamplePerson, random: () => number): Promise<void> {
  const head = await sharp(await cutPerson(person, HEAD))
    .raw()
    .toBuffer()
  const left = Math.round((WIDTH - HEAD) * (1 / 3 + random() / 3))
  const top = Math.round((HEIGHT - HEAD) * (1 / 3 + random() / 3))
  for (let row = 0; row < HEAD; row++) {
    pixels.set(head.subarray(3 * row * HEAD, 3 * (row + 1) * HEAD), 3 * ((top + row) * WIDTH + left))
  }
}
