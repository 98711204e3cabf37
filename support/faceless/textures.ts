/** Pictures without things: patterns, gradients, leaves, and photographs cut to pieces. */
import sharp, { type Sharp } from 'sharp'
import { between, betweenSizes, type Chance, pick, pickColour, pickColours } from './random-choices.js'

export function drawPattern(width: number, height: number, { random, half }: Chance): string {
  const cell = betweenSizes(3, Math.max(6, Math.min(width, height) / 3), random)
  const [ground, ink] = pickColours(random)
  const tiles =
    half === 'fit'
      ? [
          `<rect width="1" height="1" fill="${ink}"/><rect x="1" y="1" width="1" height="1" fill="${ink}"/>`,
          `<rect width="1" height="2" fill="${ink}"/>`,
          `<path d="M0 2L2 0M-.5 .5L.5 -.5M1.5 2.5L2.5 1.5" stroke="${ink}" stroke-width=".5"/>`,
        ]
      : [
          `<rect width="1" height="1" fill="${ink}"/><rect x="1" y="1" width="1" height="1" fill="${ink}" opacity=".7"/>`,
          `<circle cx="1" cy="1" r=".6" fill="${ink}"/>`,
          `<rect x=".08" y=".08" width="1.84" height=".84" fill="${ink}"/><path d="M-.92 1.08H.92V1.92H-.92zM1.08 1.08H2.92V1.92H1.08z" fill="${ink}"/>`,
          `<path d="M0 1.5L1 .5L2 1.5" fill="none" stroke="${ink}" stroke-width=".5"/>`,
        ]
  const turn = random() < 0.5 ? 0 : between(0, 90, random)
  return `<defs><pattern id="p" width="2" height="2" patternUnits="userSpaceOnUse" patternTransform="rotate(${turn}) scale(${cell})">${pick(tiles, random)}</pattern></defs>
    <rect width="100%" height="100%" fill="${ground}"/><rect width="100%" height="100%" fill="url(#p)"/>`
}

/** Colours that run into each other: from side to side, around a middle, or as soft spots. */
export function drawGradient({ random, half }: Chance): string {
  const last = 1 + Math.floor(3 * random())
  const stop = (i: number) => `<stop offset="${i / last}" stop-color="${pickColour(random)}"/>`
  const stops = Array.from({ length: last + 1 }, (_, i) => stop(i)).join('')
  const base =
    random() < 0.5
      ? `<linearGradient id="g" gradientTransform="rotate(${between(0, 90, random)} .5 .5)">${stops}</linearGradient>`
      : `<radialGradient id="g" cx="${between(0.2, 0.8, random)}" cy="${between(0.2, 0.8, random)}" r="${between(0.3, 0.9, random)}">${stops}</radialGradient>`
  const spot = (i: number) => {
    const [x, y, r] = [between(0, 100, random), between(0, 100, random), between(8, 50, random)]
    const shape = half === 'fit' ? `rx="${r}%" ry="${r}%"` : `rx="${r}%" ry="${between(0.3, 1, random) * r}%"`
    return `<radialGradient id="s${i}"><stop offset="0" stop-color="${pickColour(random)}"/><stop offset="1" stop-color="#000" stop-opacity="0"/></radialGradient>
      <ellipse cx="${x}%" cy="${y}%" ${shape} fill="url(#s${i})"/>`
  }
  const spots = Array.from({ length: Math.floor(7 * random()) }, (_, i) => spot(i)).join('')
  return `<defs>${base}</defs><rect width="100%" height="100%" fill="url(#g)"/>${spots}`
}

/** Leaves over leaves, or noise of all sizes in the colours of plants. */
export async function makeFoliage(width: number, height: number, chance: Chance): Promise<Sharp> {
  return chance.random() < 0.5 ? drawLeaves(width, height, chance) : makeNoise(width, height, chance)
}

function drawLeaves(width: number, height: number, { random, half }: Chance): Sharp {
  const hue = between(20, 140, random)
  const size = betweenSizes(0.04, 0.25, random) * Math.max(width, height)
  const leaf = () => {
    const place = `translate(${between(0, width, random)} ${between(0, height, random)}) rotate(${between(0, 360, random)}) scale(${size * between(0.4, 1, random)})`
    const fill = `hsl(${hue + between(-25, 25, random)},${between(15, 60, random)}%,${between(8, 65, random)}%)`
    const shape =
      half === 'fit'
        ? '<path d="M-.5 0Q0 -.35 .5 0Q0 .35 -.5 0z"/>'
        : '<ellipse rx=".5" ry=".3"/><path d="M-.5 0H.5" stroke="#0006" stroke-width=".04"/>'
    return `<g transform="${place}" fill="${fill}">${shape}</g>`
  }
  const count = Math.min(1500, Math.ceil((6 * width * height) / (size * size)))
  return renderSvg(
    width,
    height,
    `<rect width="100%" height="100%" fill="#231"/>${Array.from({ length: count }, leaf).join('')}`,
  )
}

/** Each octave of it half as strong (or nearly so) as the one twice as coarse. */
async function makeNoise(width: number, height: number, { random, half }: Chance): Promise<Sharp> {
  const channels = 3
  const sum = new Float32Array(width * height * channels)
  const fall = half === 'fit' ? between(0.5, 0.65, random) : between(0.65, 0.85, random)
  const kernel = half === 'fit' ? 'cubic' : 'linear'
  let weight = 1
  let total = 0
  for (let cells = 2; cells <= Math.max(width, height); cells *= 2) {
    const [w, h] = [
      Math.max(1, Math.min(cells, width)),
      Math.max(1, Math.min(Math.round((cells * height) / width) || 1, height)),
    ]
    const raw = Uint8Array.from({ length: w * h * channels }, () => 255 * random())
    const octave = await sharp(raw, { raw: { width: w, height: h, channels } })
      .resize(width, height, { kernel, fit: 'fill' })
      .raw()
      .toBuffer()
    for (let i = 0; i < sum.length; i++) sum[i]! += weight * octave[i]!
    total += weight
    weight *= fall
  }
  const [tint, contrast] = [
    [between(0.4, 1, random), between(0.6, 1, random), between(0.2, 0.8, random)],
    between(1, 2.5, random),
  ]
  const grey = between(0, 1, random)
  const pixels = Uint8Array.from(sum, (value, i) => {
    const green = sum[i - (i % channels) + 1]!
    const level = (grey * green + (1 - grey) * value) / total
    return Math.max(0, Math.min(255, (128 + contrast * (level - 128)) * tint[i % channels]!))
  })
  return sharp(pixels, { raw: { width, height, channels } })
}

/** A photograph is this large before it is cut, and the blocks have so many pixels: too few for a face, too many for noise. */
const PHOTO_SIDE = 256
const LEAST_BLOCK = 4
const MOST_BLOCK = 18

/** A photograph's middle, where the face of a portrait is, in square blocks that are shuffled and turned. */
export async function scramblePhoto(
  width: number,
  height: number,
  photo: Uint8Array,
  { random }: Chance,
): Promise<Sharp> {
  const channels = 3
  const block = Math.round(between(LEAST_BLOCK, MOST_BLOCK, random))
  const side = block * Math.floor(PHOTO_SIDE / block)
  const pixels = await sharp(photo)
    .flatten()
    .toColourspace('srgb')
    .resize(side, side, { fit: 'cover' })
    .raw()
    .toBuffer()
  const across = side / block
  const order = shuffle(
    Array.from({ length: across * across }, (_, i) => i),
    random,
  )
  const mixed = Buffer.alloc(pixels.length)
  for (const [to, from] of order.entries()) {
    const isMirrored = random() < 0.5
    const isUpsideDown = random() < 0.5
    for (let y = 0; y < block; y++) {
      for (let x = 0; x < block; x++) {
        const source = offsetOf(from, isMirrored ? block - 1 - x : x, isUpsideDown ? block - 1 - y : y)
        pixels.copy(mixed, offsetOf(to, x, y), source, source + channels)
      }
    }
  }
  const isCut = random() < 0.5
  const scrambled = sharp(mixed, { raw: { width: side, height: side, channels } })
  // As it is, or so near that the blocks are large.
  const part = isCut ? scrambled.extract({ left: 0, top: 0, width: side >> 1, height: side >> 1 }) : scrambled
  return part.resize(width, height, { fit: 'fill', kernel: pick(['nearest', 'cubic'] as const, random) })

  function offsetOf(index: number, x: number, y: number): number {
    return channels * (((index / across) | 0) * block * side + (index % across) * block + y * side + x)
  }
}

function shuffle(order: number[], random: () => number): readonly number[] {
  for (let i = order.length - 1; i > 0; i--) {
    const k = Math.floor(random() * (i + 1))
    const kept = order[i]!
    order[i] = order[k]!
    order[k] = kept
  }
  return order
}

export function renderSvg(width: number, height: number, content: string): Sharp {
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`
  return sharp(Buffer.from(text)).flatten()
}
