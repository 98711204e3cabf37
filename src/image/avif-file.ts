import { FaceCompareError } from '../errors.js'

/**
 * A picture may be put together from others (a grid of tiles, layers) or be cut out of one, and transparency is one more: its decoder takes
 * the time and the memory of them all, however small the picture is. Tiles may stand out over its edges, so that some more is let pass.
 */
const MOST_TIMES = 2

/** Items, references of all items to others, boxes in one; cameras write some hundred. */
const MOST_ENTRIES = 10_000
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
  const work = new Work(readSizes(boxes), readReferences(boxes), maxPixels)
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

/** How many pixels are decoded for an item; each is counted once, and multiplied by how often it is decoded. */
class Work {
  readonly #known = new Map<number, number>()

  constructor(
    private readonly sizes: ReadonlyMap<number, Size>,
    private readonly references: References,
    private readonly maxPixels: number,
  ) {}

  pixelsOf(item: number, level = 0): number {
    const known = this.#known.get(item)
    if (known !== undefined) return known
    if (level > MOST_LEVELS) throw undecodable(`has parts of parts on more than ${MOST_LEVELS} levels`)
    const sum = (items: readonly number[] = []) =>
      items.reduce((total, other) => total + this.pixelsOf(other, level + 1), 0)
    const parts = this.references.parts.get(item)
    const own = parts
      ? sum(parts)
      : this.#ownPixels(item, level === 0 ? 'The image has' : 'The AVIF image has a part of')
    const pixels = own + sum(this.references.auxiliaries.get(item))
    this.#known.set(item, pixels)
    return pixels
  }

  #ownPixels(item: number, saying: string): number {
    const { width, height } = this.sizes.get(item) ?? { width: 0, height: 0 }
    if (width * height <= this.maxPixels) return width * height
    throw new FaceCompareError(
      'IMAGE_UNDECODABLE',
      `${saying} ${width} x ${height} pixels; at most ${this.maxPixels} are allowed.`,
    )
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/** The largest of each item that has one; sizes are among the file's properties. */
function readSizes(boxes: Boxes): ReadonlyMap<number, Size> {
  const properties = boxes.only('iprp')
  if (!properties) return new Map()
  const inside = boxesIn(properties)
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

const NOTHING = new Uint8Array()
const BOX_BYTES = 8
const LONG_BOX_BYTES = 16
/** Version and flags. */
const FULL_BOX_BYTES = 4

function openFullBox(box: Uint8Array) {
  const version = viewOf(box).getUint8(0)
  const flags = viewOf(box).getUint32(0) & 0xffffff
  const rest = box.subarray(FULL_BOX_BYTES)
  return { version, flags, rest, fields: viewOf(rest) }
}

/** The contents of boxes by their types (ISO/IEC 14496-12, 4.2). */
class Boxes {
  readonly #boxes: readonly (readonly [type: string, content: Uint8Array])[]

  constructor(boxes: readonly (readonly [string, Uint8Array])[]) {
    this.#boxes = boxes
  }

  [Symbol.iterator]() {
    return this.#boxes[Symbol.iterator]()
  }

  all(type: string): readonly Uint8Array[] {
    return this.#boxes.filter(([other]) => other === type).map(([, content]) => content)
  }

  /** Throws where there are several: a reader may take any of them. */
  only(type: string): Uint8Array | undefined {
    const [first, second] = this.all(type)
    if (second) throw undecodable(`has more than one box ${type}`)
    return first
  }
}

function boxesIn(bytes: Uint8Array): Boxes {
  const view = viewOf(bytes)
  const boxes: [string, Uint8Array][] = []
  for (let at = 0; at + BOX_BYTES <= bytes.length; ) {
    const short = view.getUint32(at)
    const start = at + (short === 1 ? LONG_BOX_BYTES : BOX_BYTES)
    // No length means that it goes on to the end.
    const length = short === 0 ? bytes.length - at : short === 1 ? Number(view.getBigUint64(at + BOX_BYTES)) : short
    // A box that is shorter than its own header is where readers stop.
    if (at + length < start) break
    if (boxes.length === MOST_ENTRIES) throw tooMany('boxes')
    boxes.push([String.fromCharCode(...bytes.subarray(at + 4, at + BOX_BYTES)), bytes.subarray(start, at + length)])
    at += length
  }
  return new Boxes(boxes)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function tooMany(what: string): FaceCompareError {
  return undecodable(`has more than ${MOST_ENTRIES} ${what}`)
}

function undecodable(what: string): FaceCompareError {
  return new FaceCompareError('IMAGE_UNDECODABLE', `The AVIF image ${what}.`)
}
