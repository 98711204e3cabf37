/** Pictures that show nobody, made by seeded rules: what a detector must not take for a face. */
import type { Sharp } from 'sharp'
import { seeded } from '../random.js'
import { drawIconFace, drawSmileyFace } from './heads.js'
import { drawCellWords, drawFontWords } from './letters.js'
import { between, betweenSizes, type Chance, type Half, pick, pickColour } from './random-choices.js'
import { drawIcon, drawLogo } from './shapes.js'
import { drawGradient, drawPattern, makeFoliage, renderSvg, scramblePhoto } from './textures.js'

interface FacelessPicture {
  readonly kind: FacelessKind
  /** PNG or JPEG. */
  readonly bytes: Uint8Array
}

type Make = (width: number, height: number, chance: Chance, photos: readonly Uint8Array[]) => Sharp | Promise<Sharp>

const KINDS = {
  'words in fonts': (width, height, chance) => renderSvg(width, height, drawFontWords(width, height, chance)),
  'words in cells': (width, height, chance) => renderSvg(width, height, drawCellWords(width, height, chance)),
  smileys: (width, height, chance) => renderSvg(width, height, arrange(width, height, drawSmileyFace, chance)),
  'icons of heads': (width, height, chance) => renderSvg(width, height, arrange(width, height, drawIconFace, chance)),
  icons: (width, height, chance) => renderSvg(width, height, arrange(width, height, drawIcon, chance)),
  logos: (width, height, chance) => renderSvg(width, height, arrange(width, height, drawLogo, chance)),
  patterns: (width, height, chance) => renderSvg(width, height, drawPattern(width, height, chance)),
  gradients: (width, height, chance) => renderSvg(width, height, drawGradient(chance)),
  'scrambled photographs': (width, height, chance, photos) =>
    scramblePhoto(width, height, pick(photos, chance.random), chance),
  foliage: (width, height, chance) => makeFoliage(width, height, chance),
} satisfies Readonly<Record<string, Make>>

export type FacelessKind = keyof typeof KINDS
export const FACELESS_KINDS = Object.keys(KINDS).filter((kind): kind is FacelessKind => kind in KINDS)

/** Of the longer side, in pixels. */
const LEAST_SIDE = 12
const MOST_SIDE = 1600

/** So far apart that no picture of one half has the seed of one of the other. */
const FIRST_SEED: Readonly<Record<Half, number>> = { fit: 1_000_000, report: 2_000_000 }

interface FacelessOptions {
  readonly half: Half
  readonly count: number
  /** Files whose pixels are scrambled; no face is left of them. */
  readonly photos: readonly Uint8Array[]
  /** In turn. */
  readonly kinds?: readonly FacelessKind[]
  /** The longest side, in pixels. */
  readonly mostSide?: number
}

/** Pictures that are the same for the same options, but for the fonts, which are the machine's. */
export async function* makeFaceless(options: FacelessOptions): AsyncGenerator<FacelessPicture> {
  const { half, count, photos, kinds = FACELESS_KINDS, mostSide = MOST_SIDE } = options
  for (let i = 0; i < count; i++) {
    const kind = kinds[i % kinds.length]
    if (kind === undefined) throw new RangeError('Expected kinds of pictures')
    yield { kind, bytes: await makePicture(kind, { random: seeded(FIRST_SEED[half] + i), half }, photos, mostSide) }
  }
}

async function makePicture(
  kind: FacelessKind,
  chance: Chance,
  photos: readonly Uint8Array[],
  mostSide: number,
): Promise<Uint8Array> {
  const { random } = chance
  const longer = Math.round(betweenSizes(LEAST_SIDE, mostSide, random))
  const shorter = Math.max(LEAST_SIDE, Math.round(longer * between(0.4, 1, random)))
  const [width, height] = random() < 0.6 ? [longer, shorter] : [shorter, longer]
  const make: Make = KINDS[kind]
  const picture = await make(width, height, chance, photos)
  if (random() < 0.2) picture.blur(between(0.4, 2, random))
  const quality = Math.round(between(50, 95, random))
  const file = random() < 0.3 ? picture.png({ compressionLevel: 1 }) : picture.jpeg({ quality })
  return new Uint8Array(await file.toBuffer())
}

/** One that fills the picture, one somewhere in it, or several beside each other. */
function arrange(width: number, height: number, draw: (chance: Chance) => string, chance: Chance): string {
  const { random } = chance
  const ground = `<rect width="100%" height="100%" fill="${pickColour(random)}"/>`
  const most = Math.min(width, height) / 2
  const count = random() < 0.7 ? 1 : 2 + Math.floor(5 * random())
  const drawings = Array.from({ length: count }, () => {
    const r = most * (count === 1 ? between(0.35, 1, random) : between(0.15, 0.5, random))
    const [x, y] = [between(r, width - r, random), between(r, height - r, random)]
    const turn = random() < 0.3 ? between(-40, 40, random) : 0
    return `<g transform="translate(${x} ${y}) rotate(${turn}) scale(${r})">${draw(chance)}</g>`
  })
  return ground + drawings.join('')
}
