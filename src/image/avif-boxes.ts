import { FaceCompareError } from '../errors.js'

/** libheif allows no more. */
export const MOST_ITEMS = 256
/** In one. */
const MOST_BOXES = 1000

const BOX_BYTES = 8
const LONG_BOX_BYTES = 16
/** Version and flags. */
export const FULL_BOX_BYTES = 4

/** The contents of boxes by their types (ISO/IEC 14496-12, 4.2). */
export class Boxes {
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

/** Throws where there are too many. */
export function boxesIn(bytes: Uint8Array): Boxes {
  const view = viewOf(bytes)
  const boxes: [string, Uint8Array][] = []
  for (let at = 0; at + BOX_BYTES <= bytes.length; ) {
    const short = view.getUint32(at)
    const start = at + (short === 1 ? LONG_BOX_BYTES : BOX_BYTES)
    if (start > bytes.length) break
    // No length means that it goes on to the end.
    const length = short === 0 ? bytes.length - at : short === 1 ? Number(view.getBigUint64(at + BOX_BYTES)) : short
    // A box that is shorter than its own header is where readers stop.
    if (at + length < start) break
    if (boxes.length === MOST_BOXES) throw tooMany(MOST_BOXES, 'boxes')
    boxes.push([String.fromCharCode(...bytes.subarray(at + 4, at + BOX_BYTES)), bytes.subarray(start, at + length)])
    at += length
  }
  return new Boxes(boxes)
}

/** A box that says which version of itself it is. */
export function openFullBox(box: Uint8Array) {
  const fields = viewOf(box)
  const rest = box.subarray(FULL_BOX_BYTES)
  return { version: fields.getUint8(0), flags: fields.getUint32(0) & 0xffffff, rest, fields: viewOf(rest) }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function tooMany(most: number, what: string): FaceCompareError {
  return undecodable(`has more than ${most} ${what}`)
}

export function undecodable(what: string): FaceCompareError {
  return new FaceCompareError('IMAGE_UNDECODABLE', `The AVIF image ${what}.`)
}
