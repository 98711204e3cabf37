import { type Boxes, MOST_ITEMS, openFullBox, tooMany, undecodable } from './avif-boxes.js'

/** Where the bytes of the items are. */
export interface ItemData {
  /** All pieces of an item in a row; none of one that has no place. Throws where readers may differ about them. */
  of(item: number): Uint8Array
}

interface Piece {
  readonly at: number
  readonly length: number
}

interface Place {
  /** Undefined where the item is a part of another. */
  readonly source: Uint8Array | undefined
  readonly pieces: readonly Piece[]
}

/** Of all items together; libheif allows 32 an item. */
const MOST_PIECES = 1000
/** Some encoders keep equal items once. More than so many times the file is not read. */
const MOST_REREADING = 4

const NOTHING = new Uint8Array()

/** Reads the box `iloc` (ISO/IEC 14496-12, 8.11.3). Throws where it is not as it should be. */
export function readItemData(file: Uint8Array, boxes: Boxes): ItemData {
  const places = readPlaces(boxes.only('iloc'), [file, boxes.only('idat') ?? NOTHING])
  let read = 0
  return {
    of(item) {
      const place = places.get(item)
      if (!place) return NOTHING
      const { source, pieces } = place
      if (!source) throw undecodable('has an item that is a part of another')
      if (pieces.some(({ length }) => length === 0)) throw undecodable('has an item without a length')
      const parts = pieces.map(({ at, length }) => source.subarray(at, at + length))
      read += parts.reduce((sum, part) => sum + part.length, 0)
      if (read > MOST_REREADING * file.length) throw undecodable('has items that share their bytes')
      const [first] = parts
      return first && parts.length === 1 ? first : Buffer.concat(parts)
    },
  }
}

function readPlaces(box: Uint8Array | undefined, sources: readonly Uint8Array[]): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>()
  if (!box) return places
  const { version, fields } = openFullBox(box)
  const reader = new Reader(fields)
  const [offsetBytes, lengthBytes] = reader.halves()
  const [baseBytes, otherBytes] = reader.halves()
  const indexBytes = version > 0 ? otherBytes : 0
  if (version > 2 || [offsetBytes, lengthBytes, baseBytes, indexBytes].some((bytes) => ![0, 4, 8].includes(bytes))) {
    throw undecodable('says in an unknown way where its items are')
  }
  const count = reader.number(version < 2 ? 2 : 4)
  if (count > MOST_ITEMS) throw tooMany(MOST_ITEMS, 'items')
  let left = MOST_PIECES
  for (let i = 0; i < count; i++) {
    const item = reader.number(version < 2 ? 2 : 4)
    const source = sources[version > 0 ? reader.number(2) & 0xf : 0]
    // Which file it is in: nobody reads others.
    reader.number(2)
    const base = reader.number(baseBytes)
    const pieces = Array.from({ length: Math.min(reader.number(2), left + 1) }, () => {
      reader.number(indexBytes)
      return { at: base + reader.number(offsetBytes), length: reader.number(lengthBytes) }
    })
    left -= pieces.length
    if (left < 0) throw tooMany(MOST_PIECES, 'pieces')
    if (places.has(item)) throw undecodable('has an item in two places')
    places.set(item, { source, pieces })
  }
  return places
}

/** Reads numbers, the highest byte first, one after the other. */
class Reader {
  #at = 0

  constructor(private readonly fields: DataView) {}

  number(bytes: number): number {
    let value = 0
    for (let i = 0; i < bytes; i++) value = 256 * value + this.fields.getUint8(this.#at++)
    return value
  }

  halves(): readonly [number, number] {
    const byte = this.number(1)
    return [byte >> 4, byte & 0xf]
  }
}
