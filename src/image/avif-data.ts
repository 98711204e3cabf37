import { type Boxes, MOST_ENTRIES, openFullBox, tooMany, undecodable } from './avif-boxes.js'

/** Where the bytes of the items are. */
export interface ItemData {
  /** All pieces of an item in a row; none of one that has no place. Throws where they are more than the file has. */
  of(item: number): Uint8Array
}

interface Piece {
  readonly at: number
  /** 0 for all that follows. */
  readonly length: number
}

interface Place {
  readonly source: Uint8Array
  readonly pieces: readonly Piece[]
}

const NOTHING = new Uint8Array()

/** Reads the box `iloc` (ISO/IEC 14496-12, 8.11.3). Throws where it is not as it should be. */
export function readItemData(file: Uint8Array, boxes: Boxes): ItemData {
  const places = readPlaces(boxes.only('iloc'), [file, boxes.only('idat') ?? NOTHING])
  return {
    of(item) {
      const { source, pieces } = places.get(item) ?? { source: NOTHING, pieces: [] }
      const parts = pieces.map(({ at, length }) => source.subarray(at, length === 0 ? undefined : at + length))
      const [first] = parts
      if (first && parts.length === 1) return first
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      if (length > file.length) throw undecodable('has an item that is longer than the file')
      return Buffer.concat(parts)
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
  const count = reader.number(version < 2 ? 2 : 4)
  if (count > MOST_ENTRIES) throw tooMany('items')
  for (let i = 0; i < count; i++) {
    const item = reader.number(version < 2 ? 2 : 4)
    const source = sources[version > 0 ? reader.number(2) & 0xf : 0]
    if (!source) throw undecodable('has an item that is a part of another')
    // Which file it is in: nobody reads others.
    reader.number(2)
    const base = reader.number(baseBytes)
    const pieces: Piece[] = []
    for (let left = reader.number(2); left > 0; left--) {
      reader.number(indexBytes)
      pieces.push({ at: base + reader.number(offsetBytes), length: reader.number(lengthBytes) })
    }
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
