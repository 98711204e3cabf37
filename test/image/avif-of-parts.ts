import sharp from 'sharp'

/** An item of the file: a coded picture, all of them the same one, or what is put together from others. */
export interface AvifItem {
  readonly type: 'av01' | 'grid' | 'iovl'
  /** What the file says of it; of a coded picture it is true where it is {@link TILE}. */
  readonly size: readonly [width: number, height: number]
  /** Of a grid: rows and columns. */
  readonly cells?: readonly [number, number]
}

/** From the item to others; items count from 1, which is the picture. */
export type AvifReference = readonly [type: 'dimg' | 'auxl' | 'thmb', from: number, to: readonly number[]]

export const TILE = 64

export interface AvifChanges {
  /** Further boxes behind those of `meta`. */
  readonly more?: readonly Buffer[]
  /** What the coded picture becomes. */
  readonly recode?: (stream: Buffer) => Buffer
  /** What the configuration of its decoder becomes. */
  readonly configure?: (configuration: Buffer) => Buffer
  /** What each box of `meta` becomes, by its type; lengths stay as they are said to be. */
  readonly edit?: Readonly<Record<string, (box: Buffer) => Buffer>>
}

/** An AVIF of items and references (ISO/IEC 23008-12). */
export async function avifOfParts(
  items: readonly AvifItem[],
  references: readonly AvifReference[],
  { more = [], recode = same, configure = same, edit = {} }: AvifChanges = {},
): Promise<Buffer> {
  const file = await sharp({ create: { width: TILE, height: TILE, channels: 3, background: 'teal' } })
    .avif({ effort: 0 })
    .toBuffer()
  const configuration = configure(contentOf(file, 'av1C'))
  const coded = recode(contentOf(file, 'mdat'))
  const brands = box('ftyp', text('avif'), uint32(0), text('avifmif1miaf'))
  const grids = items.map(({ cells, size }) => (cells ? gridOf(cells, size) : Buffer.alloc(0)))
  const metaFor = (codedAt: number) => {
    const boxes = [
      fullBox('hdlr', uint32(0), text('pict'), Buffer.alloc(13)),
      fullBox('pitm', uint16(1)),
      locationsOf(items, { grids, coded: { at: codedAt, length: coded.length } }),
      fullBox('iinf', uint16(items.length), ...items.map(({ type }, i) => information(i + 1, type))),
      fullBox('iref', ...references.map(([type, from, to]) => box(type, ...[from, to.length, ...to].map(uint16)))),
      propertiesOf(items, configuration),
      box('idat', ...grids),
      ...more,
    ]
    return fullBox('meta', ...boxes.map((each) => (edit[each.toString('latin1', 4, 8)] ?? same)(each)))
  }
  const codedAt = brands.length + metaFor(0).length + 8
  return Buffer.concat([brands, metaFor(codedAt), box('mdat', coded)])
}

const same = (bytes: Buffer) => bytes

/** A grid whose cells are all the same item, whose size is said to be this. */
export function gridOfOneTile(
  cells: readonly [rows: number, columns: number],
  { size, tile = [TILE, TILE] }: { readonly size: AvifItem['size']; readonly tile?: AvifItem['size'] },
): Promise<Buffer> {
  const parts = Array.from({ length: cells[0] * cells[1] }, () => 2)
  return avifOfParts(
    [
      { type: 'grid', size, cells },
      { type: 'av01', size: tile },
    ],
    [['dimg', 1, parts]],
  )
}

/** A sequence header of AV1 for still pictures, as an OBU with its length, that allows frames of such a side. */
export function sequenceOf(side: number): Buffer {
  return obuOf(1, ['000', '1', '1', '00000', '1111', '1111', bits(side - 1, 16), bits(side - 1, 16)])
}

/** An OBU of one of the types of AV1, from bits. */
export function obuOf(type: number, content: readonly string[]): Buffer {
  const all = content.join('')
  const bytes = Array.from({ length: Math.ceil(all.length / 8) }, (_, i) =>
    Number.parseInt(all.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2),
  )
  return Buffer.from([(type << 3) | 2, bytes.length, ...bytes])
}

export function bits(value: number, count: number): string {
  return value.toString(2).padStart(count, '0')
}

export function box(type: string, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content)
  return Buffer.concat([uint32(8 + bytes.length), text(type), bytes])
}

/** Of version 0, without flags. */
function fullBox(type: string, ...content: readonly Uint8Array[]): Buffer {
  return box(type, uint32(0), ...content)
}

/** The properties are the coded picture's configuration and the sizes that there are. */
function propertiesOf(items: readonly AvifItem[], configuration: Uint8Array): Buffer {
  const sizes = [...new Set(items.map(({ size }) => size.join()))].map((size) => size.split(',').map(Number))
  const associations = items.map(({ type, size }, i) => {
    const property = 2 + sizes.findIndex(([width, height]) => width === size[0] && height === size[1])
    const own = type === 'av01' ? [1, property] : [property]
    return Buffer.concat([uint16(i + 1), Buffer.from([own.length, ...own])])
  })
  return box(
    'iprp',
    box('ipco', box('av1C', configuration), ...sizes.map((size) => fullBox('ispe', ...size.map(uint32)))),
    fullBox('ipma', uint32(items.length), ...associations),
  )
}

interface Places {
  readonly grids: readonly Buffer[]
  readonly coded: { readonly at: number; readonly length: number }
}

/** Grids stand one after the other in the box `idat`. */
function locationsOf(items: readonly AvifItem[], { grids, coded }: Places): Buffer {
  let gridAt = 0
  const places = items.map(({ type }, i) => {
    const isGrid = type === 'grid'
    const [at, length] = isGrid ? [gridAt, grids[i]!.length] : [coded.at, coded.length]
    if (isGrid) gridAt += length
    return Buffer.concat([...[i + 1, isGrid ? 1 : 0, 0, 1].map(uint16), uint32(at), uint32(length)])
  })
  // Version 1, which can say that something is in `idat`.
  return box('iloc', Buffer.from([1, 0, 0, 0, 0x44, 0]), uint16(items.length), ...places)
}

function gridOf([rows, columns]: readonly [number, number], [width, height]: AvifItem['size']): Buffer {
  return Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), uint32(width), uint32(height)])
}

function information(item: number, type: string): Buffer {
  return box('infe', Buffer.from([2, 0, 0, 0]), uint16(item), uint16(0), text(type), Buffer.alloc(1))
}

function contentOf(file: Buffer, type: string): Buffer {
  const at = file.indexOf(type)
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4))
}

function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
