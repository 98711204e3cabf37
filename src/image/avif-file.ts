import { FaceCompareError } from '../errors.js'
import { measureStream } from './av1-stream.js'
import {
  type Boxes,
  boxesIn,
  FULL_BOX_BYTES,
  MOST_ITEMS,
  openFullBox,
  tooMany,
  undecodable,
  viewOf,
} from './avif-boxes.js'
import { type ItemData, readItemData } from './avif-data.js'

/**
 * A picture may be put together from others or be cut out of one, and transparency is one more: its decoder takes the time and the memory of
 * them all, however small the picture is. Tiles may stand out over its edges, and a picture may get better in a few layers.
 */
const MOST_TIMES = 3

/** A grid with transparency; nobody needs more. */
const MOST_LEVELS = 4
/** Of all items to others. */
const MOST_REFERENCES = 1000

/**
 * Adds up the pixels of all items that are decoded for the picture (ISO/IEC 23008-12, 6.4 to 6.6 and 9.3), before any is. What readers may
 * take differently is refused: what is counted here has to be what libheif decodes.
 *
 * @throws FaceCompareError IMAGE_UNDECODABLE (more than `maxPixels` in one item or three times as many in all, too many parts), RangeError
 *   where boxes are cut
 */
export function checkAvif(bytes: Uint8Array, maxPixels: number): void {
  const meta = boxesIn(bytes).only('meta')
  if (!meta) return
  const boxes = boxesIn(meta.subarray(FULL_BOX_BYTES))
  const primary = boxes.only('pitm')
  if (!primary) return
  const { version, fields } = openFullBox(primary)
  const item = version === 0 ? fields.getUint16(0) : fields.getUint32(0)
  const references = readReferences(boxes)
  if (references.belonging.has(item)) throw undecodable('belongs to another as its thumbnail or transparency')
  const items = { types: readTypes(boxes), ...readSizes(boxes), data: readItemData(bytes, boxes), ...references }
  const pixels = new Work(items, maxPixels).pixelsOf(item)
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
  /** Items that belong to others: readers may show those in their place. */
  readonly belonging: ReadonlySet<number>
}

interface Sizes {
  readonly sizes: ReadonlyMap<number, Size>
  /** The largest area of a frame that the decoder's configurations allow. */
  readonly configuredArea: number
}

interface Items extends References, Sizes {
  readonly types: ReadonlyMap<number, string>
  readonly data: ItemData
}

/** What is made of others, and no picture itself. */
const MADE_OF_OTHERS = ['grid', 'iden', 'tmap']

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
    const others = [...(this.items.parts.get(item) ?? []), ...(this.items.auxiliaries.get(item) ?? [])]
    const own = this.#ownPixels(item, level === 0 ? 'The image has' : 'The AVIF image has a part of')
    const pixels = others.reduce((sum, other) => sum + this.pixelsOf(other, level + 1), own)
    this.#known.set(item, pixels)
    return pixels
  }

  /** Its data may be several frames, of which all are decoded and one is shown; and those that are not shown may be larger. */
  #ownPixels(item: number, saying: string): number {
    const { sizes, types, data, configuredArea } = this.items
    const size = sizes.get(item) ?? { width: 0, height: 0 }
    const area = size.width * size.height
    if (area > this.maxPixels) {
      throw new FaceCompareError(
        'IMAGE_UNDECODABLE',
        `${saying} ${size.width} x ${size.height} pixels; at most ${this.maxPixels} are allowed.`,
      )
    }
    const type = types.get(item) ?? ''
    if (MADE_OF_OTHERS.includes(type)) return 0
    // The size of what lies one over the other is hidden in its data.
    if (type === 'iovl') throw undecodable('is put together from layers')
    if (type !== 'av01') return area
    const { frames, frameArea } = measureStream(data.of(item))
    return frames * Math.max(area, frameArea, configuredArea)
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The largest size of each item that has one, which are among the file's properties. */
function readSizes(boxes: Boxes): Sizes {
  const inside = boxesIn(boxes.only('iprp') ?? NOTHING)
  const properties = [...boxesIn(inside.only('ipco') ?? NOTHING)]
  const sizeOfProperty = properties.map(([type, box]) =>
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
  const configured = properties.map(([type, box]) => (type === 'av1C' ? readConfiguredArea(box) : 0))
  return { sizes, configuredArea: Math.max(0, ...configured) }
}

/** Four bytes, and OBUs that are decoded before those of each item (AV1 Codec ISO Media File Format Binding, 2.3). */
function readConfiguredArea(box: Uint8Array): number {
  const { frames, frameArea } = measureStream(box.subarray(4))
  if (frames > 0) throw undecodable('has frames outside of its items')
  return frameArea
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
  if (items > MOST_ITEMS) throw tooMany(MOST_ITEMS, 'items')
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

function readTypes(boxes: Boxes): ReadonlyMap<number, string> {
  const types = new Map<number, string>()
  const box = boxes.only('iinf')
  if (!box) return types
  const { version: versionOfAll, rest } = openFullBox(box)
  for (const [, entry] of boxesIn(rest.subarray(versionOfAll === 0 ? 2 : 4))) {
    const { version, fields } = openFullBox(entry)
    if (version < 2) throw undecodable('does not say what its items are')
    const idBytes = version === 2 ? 2 : 4
    const item = version === 2 ? fields.getUint16(0) : fields.getUint32(0)
    if (types.has(item)) throw undecodable('says twice what an item is')
    // Behind the number of its protection.
    types.set(item, String.fromCharCode(...[0, 1, 2, 3].map((i) => fields.getUint8(idBytes + 2 + i))))
  }
  return types
}

function readReferences(boxes: Boxes): References {
  const parts = new Map<number, number[]>()
  const auxiliaries = new Map<number, number[]>()
  const belonging = new Set<number>()
  const add = (map: Map<number, number[]>, item: number, other: number): void => {
    const others = map.get(item)
    if (others) others.push(other)
    else map.set(item, [other])
  }
  const box = boxes.only('iref')
  if (!box) return { parts, auxiliaries, belonging }
  const { version, rest } = openFullBox(box)
  let references = 0
  for (const [type, reference] of boxesIn(rest)) {
    const { from, to } = readReference(reference, version)
    references += to.length
    if (references > MOST_REFERENCES) throw tooMany(MOST_REFERENCES, 'references between its parts')
    if (type === 'thmb' || type === 'auxl') belonging.add(from)
    for (const other of to) {
      if (type === 'dimg') add(parts, from, other)
      if (type === 'auxl') add(auxiliaries, other, from)
    }
  }
  return { parts, auxiliaries, belonging }
}

function readReference(box: Uint8Array, version: number): { readonly from: number; readonly to: readonly number[] } {
  const fields = viewOf(box)
  const bytes = version === 0 ? 2 : 4
  const read = (at: number) => (version === 0 ? fields.getUint16(at) : fields.getUint32(at))
  const count = fields.getUint16(bytes)
  if (box.length !== bytes + 2 + bytes * count) throw undecodable('has a reference of another length than its own')
  return { from: read(0), to: Array.from({ length: count }, (_, i) => read(bytes + 2 + bytes * i)) }
}
