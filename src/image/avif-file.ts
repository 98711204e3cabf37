import { FaceCompareError } from '../errors.js'
import { measureStream } from './av1-stream.js'
import {
  type Boxes,
  boxesIn,
  FULL_BOX_BYTES,
  MOST_ENTRIES,
  openFullBox,
  tooMany,
  undecodable,
  viewOf,
} from './avif-boxes.js'
import { type ItemData, readItemData } from './avif-data.js'

/**
 * A picture may be put together from others (a grid of tiles, layers) or be cut out of one, and transparency is one more: its decoder takes
 * the time and the memory of them all, however small the picture is. Tiles may stand out over its edges, so that some more is let pass.
 */
const MOST_TIMES = 2

/** A grid of layers with transparency; nobody needs more. */
const MOST_LEVELS = 4

/**
 * Adds up the pixels of all items that are decoded for the picture (ISO/IEC 23008-12, 6.4 to 6.6 and 9.3). The sizes that the file gives
 * them can be relied on: libheif refuses an item that differs from its own.
 *
 * @throws FaceCompareError IMAGE_UNDECODABLE (more than `maxPixels` in one item or twice as many in all, too many references), RangeError
 *   where boxes are cut
 */
export function checkAvif(bytes: Uint8Array, maxPixels: number): void {
  const meta = boxesIn(bytes).only('meta')
  if (!meta) return
  const boxes = boxesIn(meta.subarray(FULL_BOX_BYTES))
  const primary = boxes.only('pitm')
  if (!primary) return
  const { version, fields } = openFullBox(primary)
  const items = { sizes: readSizes(boxes), data: readItemData(bytes, boxes), ...readReferences(boxes) }
  const work = new Work(items, maxPixels)
  const pixels = work.pixelsOf(version === 0 ? fields.getUint16(0) : fields.getUint32(0))
  if (pixels > MOST_TIMES * maxPixels) {
    throw undecodable(`is put together from ${pixels} pixels; at most ${MOST_TIMES * maxPixels} are allowed`)
  }
}

/** Items by their numbers. */
interface References {
  /** What an item is put together from, in the order of the file; the same may come again. */
  readonly parts: ReadonlyMap<number, readonly number[]>
  /** What belongs to an item: its transparency. */
  readonly auxiliaries: ReadonlyMap<number, readonly number[]>
}

interface Items extends References {
  readonly sizes: ReadonlyMap<number, Size>
  readonly data: ItemData
}

/** How many pixels are decoded for an item; each is looked at once, and counts as often as it is decoded. */
class Work {
  readonly #known = new Map<number, number>()

  constructor(
    private readonly items: Items,
    private readonly maxPixels: number,
  ) {}

  pixelsOf(item: number, level = 0): number {
    const known = this.#known.get(item)
    if (known !== undefined) return known
    if (level > MOST_LEVELS) throw undecodable(`has parts of parts on more than ${MOST_LEVELS} levels`)
    const sum = (others: readonly number[] = []) =>
      others.reduce((total, other) => total + this.pixelsOf(other, level + 1), 0)
    const parts = this.items.parts.get(item)
    const saying = level === 0 ? 'The image has' : 'The AVIF image has a part of'
    const pixels = (parts ? sum(parts) : this.#ownPixels(item, saying)) + sum(this.items.auxiliaries.get(item))
    this.#known.set(item, pixels)
    return pixels
  }

  /**
   * Its data may be several frames, of which all are decoded and one is shown, as in a picture that gets better while it comes; and those
   * that are not shown may be larger.
   */
  #ownPixels(item: number, saying: string): number {
    const size = this.items.sizes.get(item) ?? { width: 0, height: 0 }
    if (areaOf(size) > this.maxPixels) {
      throw new FaceCompareError(
        'IMAGE_UNDECODABLE',
        `${saying} ${size.width} x ${size.height} pixels; at most ${this.maxPixels} are allowed.`,
      )
    }
    const { frames, frameArea } = measureStream(this.items.data.of(item))
    return Math.max(1, frames) * Math.max(areaOf(size), frameArea)
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The largest of each item that has one; sizes are among the file's properties. */
function readSizes(boxes: Boxes): ReadonlyMap<number, Size> {
  const inside = boxesIn(boxes.only('iprp') ?? NOTHING)
  const sizeOfProperty = [...boxesIn(inside.only('ipco') ?? NOTHING)].map(([type, box]) =>
    type === 'ispe' ? readSize(openFullBox(box).fields) : undefined,
  )
  const sizes = new Map<number, Size>()
  for (const box of inside.all('ipma')) {
    for (const { item, property } of readAssociations(box)) {
      const known = sizes.get(item)
      const size = sizeOfProperty[property - 1]
      if (size && !(known && areaOf(known) > areaOf(size))) sizes.set(item, size)
    }
  }
  return sizes
}

const NOTHING = new Uint8Array()

function readSize(fields: DataView): Size {
  return { width: fields.getUint32(0), height: fields.getUint32(4) }
}

function areaOf({ width, height }: Size): number {
  return width * height
}

function* readAssociations(box: Uint8Array): Generator<{ readonly item: number; readonly property: number }> {
  const { version, flags, fields } = openFullBox(box)
  const isWide = (flags & 1) !== 0
  let at = 4
  const items = fields.getUint32(0)
  if (items > MOST_ENTRIES) throw tooMany('items')
  for (let i = 0; i < items; i++) {
    const item = version < 1 ? fields.getUint16(at) : fields.getUint32(at)
    at += version < 1 ? 2 : 4
    for (let count = fields.getUint8(at++); count > 0; count--) {
      // The highest bit says whether a reader must know the property.
      yield { item, property: isWide ? fields.getUint16(at) & 0x7fff : fields.getUint8(at) & 0x7f }
      at += isWide ? 2 : 1
    }
  }
}

function readReferences(boxes: Boxes): References {
  const parts = new Map<number, number[]>()
  const auxiliaries = new Map<number, number[]>()
  const add = (map: Map<number, number[]>, item: number, other: number): void => {
    const others = map.get(item)
    if (others) others.push(other)
    else map.set(item, [other])
  }
  const box = boxes.only('iref')
  if (!box) return { parts, auxiliaries }
  const { version, rest } = openFullBox(box)
  let references = 0
  for (const [type, reference] of boxesIn(rest)) {
    const { from, to } = readReference(reference, version)
    references += to.length
    if (references > MOST_ENTRIES) throw tooMany('references between its parts')
    for (const other of to) {
      if (type === 'dimg') add(parts, from, other)
      if (type === 'auxl') add(auxiliaries, other, from)
    }
  }
  return { parts, auxiliaries }
}

function readReference(box: Uint8Array, version: number): { readonly from: number; readonly to: readonly number[] } {
  const fields = viewOf(box)
  const bytes = version === 0 ? 2 : 4
  const read = (at: number) => (version === 0 ? fields.getUint16(at) : fields.getUint32(at))
  const count = Math.min(fields.getUint16(bytes), MOST_ENTRIES + 1)
  return { from: read(0), to: Array.from({ length: count }, (_, i) => read(bytes + 2 + bytes * i)) }
}
