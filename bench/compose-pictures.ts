/** Pictures of several people, of a small face on a large canvas, and of none but drawn ones, made by seeded rules. */
import sharp, { type OverlayOptions } from 'sharp'
import type { Box } from '../src/engine/face.js'

/** A portrait, and the square around its face. */
export interface Portrait {
  readonly bytes: Uint8Array
  readonly box: Box
}

export interface Composed {
  readonly bytes: Uint8Array
  /** The face to be compared. */
  readonly box: Box
  readonly faces: number
}

const GROUND = '#8a8a8a'
/** The longer side of a face in the small portraits of a group, and how much larger the large one is. */
const GROUP_FACE = 110
const LARGER = 1.5
/** The side of a portrait that stands in a group, in longer sides of its face: no bystander is left in it. */
const HEAD_ROOM = 1.7

/** People side by side, the first one 1.5 times as large as the others and somewhere among them; some are turned. */
export async function standTogether(people: readonly Portrait[], random: () => number): Promise<Composed> {
  const order = people.map((person, i) => ({ person, isLarge: i === 0, at: random() })).toSorted((p, q) => p.at - q.at)
  const sideOf = (isLarge: boolean) => Math.round(GROUP_FACE * HEAD_ROOM * (isLarge ? LARGER : 1))
  const height = sideOf(true)
  const overlays: OverlayOptions[] = []
  let left = 0
  let box: Box = { x: 0, y: 0, width: 0, height: 0 }
  for (const { person, isLarge } of order) {
    const side = sideOf(isLarge)
    const top = Math.round(random() * (height - side))
    const degrees = pickTurn(random)
    overlays.push({ input: await turnedHead(person, side, degrees), left, top })
    const face = side / HEAD_ROOM
    if (isLarge) box = { x: left + (side - face) / 2, y: top + (side - face) / 2, width: face, height: face }
    left += side
  }
  return { bytes: await compose(left, height, overlays), box, faces: people.length }
}

/** Half of them stand upright, some upside down, the others anyhow between lying on either side. */
function pickTurn(random: () => number): number {
  const kind = random()
  if (kind < 0.5) return 0
  return kind < 0.65 ? 180 : 180 * random() - 90
}

/** The head in the middle of a square. */
async function turnedHead({ bytes, box }: Portrait, side: number, degrees: number): Promise<Buffer> {
  const cut = Math.round(HEAD_ROOM * Math.max(box.width, box.height))
  // Room for the corners that come in when it is turned.
  const margin = cut
  const wide = await sharp(bytes)
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background: GROUND })
    .toBuffer()
  const square = (length: number) => ({
    left: Math.round(box.x + box.width / 2 - length / 2) + margin,
    top: Math.round(box.y + box.height / 2 - length / 2) + margin,
    width: length,
    height: length,
  })
  const head = await sharp(wide).extract(square(cut)).resize(side, side).toBuffer()
  if (degrees === 0) return head
  const { data, info } = await sharp(head).rotate(degrees, { background: GROUND }).toBuffer({ resolveWithObject: true })
  const at = Math.floor((info.width - side) / 2)
  return sharp(data).extract({ left: at, top: at, width: side, height: side }).toBuffer()
}

export interface Crowd {
  readonly bytes: Uint8Array
  /** Of every face, with whether its head is turned by more than a nod. */
  readonly faces: readonly { readonly box: Box; readonly isTurned: boolean }[]
}

/** A crowd stands on a ground of so many pixels, in rows and columns, each head somewhere in its cell. */
const CROWD = { width: 1600, height: 1200, columns: 4, rows: 3 }
/** Longer sides of the faces in a crowd, in pixels. */
const CROWD_FACES = { least: 24, most: 180 }
/** People nod by so many degrees; one in ten lies or stands on the head. */
const NOD = 20
const TURNED_SHARE = 0.1

/** A dozen people of all sizes, each doubling as likely as the next, on a canvas of that size. */
export async function gatherCrowd(canvas: Buffer, people: readonly Portrait[], random: () => number): Promise<Crowd> {
  const { columns, rows, width, height } = CROWD
  const [cellWidth, cellHeight] = [width / columns, height / rows]
  const overlays: OverlayOptions[] = []
  const faces: { readonly box: Box; readonly isTurned: boolean }[] = []
  for (const [i, person] of people.slice(0, columns * rows).entries()) {
    const face = CROWD_FACES.least * (CROWD_FACES.most / CROWD_FACES.least) ** random()
    const side = Math.round(face * HEAD_ROOM)
    const isTurned = random() < TURNED_SHARE
    const degrees = isTurned ? 90 + 180 * random() : NOD * (2 * random() - 1)
    const left = Math.round((i % columns) * cellWidth + random() * (cellWidth - side))
    const top = Math.round(Math.floor(i / columns) * cellHeight + random() * (cellHeight - side))
    overlays.push({ input: await turnedHead(person, side, degrees), left, top })
    const margin = (side - face) / 2
    faces.push({ box: { x: left + margin, y: top + margin, width: face, height: face }, isTurned })
  }
  const picture = sharp(canvas).resize(width, height, { fit: 'fill' }).composite(overlays).jpeg({ quality: 92 })
  return { bytes: new Uint8Array(await picture.toBuffer()), faces }
}

const MOSAIC_SIDE = 1000

/** So many portraits in a row and in a column, each as it is; the box is that of none. */
export async function layMosaic(people: readonly Portrait[], across: number): Promise<Composed> {
  const side = Math.floor(MOSAIC_SIDE / across)
  const overlays = await Promise.all(
    people.slice(0, across * across).map(async ({ bytes }, i) => ({
      input: await sharp(bytes).resize(side, side).toBuffer(),
      left: side * (i % across),
      top: side * Math.floor(i / across),
    })),
  )
  const bytes = await compose(side * across, side * across, overlays)
  return { bytes, box: { x: 0, y: 0, width: 0, height: 0 }, faces: overlays.length }
}

async function compose(width: number, height: number, overlays: OverlayOptions[]): Promise<Uint8Array> {
  const canvas = sharp({ create: { width, height, channels: 3, background: GROUND } })
  return new Uint8Array(await canvas.composite(overlays).jpeg({ quality: 92 }).toBuffer())
}

const WORDS = [
  'OFF',
  'SALE 50 %',
  'Lorem ipsum',
  'OPEN',
  'No. 8',
  'OOO',
  'www.example.org',
  'QQ',
  '10:09',
  'Invoice 4711',
]

/** A canvas with soft colours, lines of text and fine grain. */
export async function paintCanvas(width: number, height: number, random: () => number): Promise<Buffer> {
  const [w, h] = [Math.ceil(width / 50), Math.ceil(height / 50)]
  const soft = Uint8Array.from({ length: 3 * w * h }, () => 70 + 110 * random())
  const ground = await sharp(soft, { raw: { width: w, height: h, channels: 3 } })
    .resize(width, height, { kernel: 'cubic', fit: 'fill' })
    .png({ compressionLevel: 1 })
    .toBuffer()
  const tile = 300
  const grain = Uint8Array.from({ length: 4 * tile * tile }, (_, i) => (i % 4 === 3 ? 60 : 255 * random()))
  const raw = { width: tile, height: tile, channels: 4 } as const
  const texts = Array.from({ length: 40 }, () => {
    const size = 12 + 60 * random()
    const [x, y] = [random() * width, random() * height]
    const colour = random() < 0.5 ? '#111' : '#eee'
    return `<text x="${x}" y="${y}" font-size="${size}" font-family="sans-serif" fill="${colour}">${pick(WORDS, random)}</text>`
  })
  return sharp(ground, { limitInputPixels: false })
    .composite([
      { input: Buffer.from(grain), raw, tile: true },
      { input: svg(width, height, texts.join('')), limitInputPixels: false },
    ])
    .jpeg({ quality: 95 })
    .toBuffer()
}

/** The portrait, its face so many pixels wide, somewhere on a canvas. */
export async function placeOnCanvas(
  canvas: Buffer,
  { bytes, box }: Portrait,
  faceWidth: number,
  random: () => number,
): Promise<Composed> {
  const { width: w = 1, height: h = 1 } = await sharp(bytes).metadata()
  const scale = faceWidth / box.width
  const [width, height] = [Math.round(w * scale), Math.round(h * scale)]
  const { width: canvasWidth = 1, height: canvasHeight = 1 } = await sharp(canvas).metadata()
  const left = Math.round(random() * (canvasWidth - width))
  const top = Math.round(random() * (canvasHeight - height))
  const input = await sharp(bytes).resize(width, height, { fit: 'fill' }).toBuffer()
  const placed = sharp(canvas, { limitInputPixels: false }).composite([{ input, left, top }]).jpeg({ quality: 92 })
  return {
    bytes: new Uint8Array(await placed.toBuffer()),
    box: {
      x: left + box.x * scale,
      y: top + box.y * scale,
      width: box.width * scale,
      height: box.height * scale,
    },
    faces: 1,
  }
}

/** Words, smileys and signs without a face of anybody. */
export async function drawSign(random: () => number): Promise<Uint8Array> {
  const [width, height] = [Math.round(200 + 600 * random()), Math.round(150 + 450 * random())]
  const [ground, ink] = pick(
    [
      ['#fff', '#111'],
      ['#ffd23f', '#222'],
      ['#123a7a', '#fff'],
      ['#e11', '#fff'],
    ],
    random,
  )
  const kind = random()
  const drawing =
    kind < 0.5
      ? drawWord(width, height, ink!, random)
      : kind < 0.8
        ? drawSmiley(width, height, random)
        : drawRings(width, height, ink!)
  const picture = svg(width, height, `<rect width="100%" height="100%" fill="${ground}"/>${drawing}`)
  return new Uint8Array(await sharp(Buffer.from(picture)).flatten().jpeg({ quality: 90 }).toBuffer())
}

function drawWord(width: number, height: number, ink: string, random: () => number): string {
  const lines = 1 + Math.floor(4 * random())
  const size = (height / lines) * (0.3 + 0.5 * random())
  return Array.from({ length: lines }, (_, i) => {
    const y = ((i + 0.75) * height) / lines
    return `<text x="${0.05 * width}" y="${y}" font-size="${size}" font-family="sans-serif" fill="${ink}">${pick(WORDS, random)}</text>`
  }).join('')
}

function drawSmiley(width: number, height: number, random: () => number): string {
  const r = Math.min(width, height) * (0.15 + 0.3 * random())
  const [x, y] = [width / 2, height / 2]
  const eye = (side: number) => `<circle cx="${x + side * 0.35 * r}" cy="${y - 0.25 * r}" r="${0.1 * r}" fill="#222"/>`
  const mouth = `<path d="M${x - 0.5 * r} ${y + 0.25 * r} Q${x} ${y + 0.75 * r} ${x + 0.5 * r} ${y + 0.25 * r}" fill="none" stroke="#222" stroke-width="${0.08 * r}"/>`
  return `<circle cx="${x}" cy="${y}" r="${r}" fill="#fc3" stroke="#222" stroke-width="${0.05 * r}"/>${eye(-1)}${eye(1)}${mouth}`
}

function drawRings(width: number, height: number, ink: string): string {
  const r = Math.min(width, height) / 6
  const ring = (i: number) =>
    `<circle cx="${width / 2 + (i - 1) * 1.6 * r}" cy="${height / 2}" r="${r}" fill="none" stroke="${ink}" stroke-width="${r / 4}"/>`
  return [0, 1, 2].map(ring).join('')
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!
}

function svg(width: number, height: number, content: string): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`)
}
