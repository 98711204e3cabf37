/** JPEGs that are made by hand: every block is one level and, where asked for, coefficients that do not count in an eighth. */

export interface DcJpeg {
  readonly width: number
  readonly height: number
  /** Blocks of brightness to one of either colour. */
  readonly across: 1 | 2
  readonly down: 1 | 2
  /** Units between restart markers. */
  readonly restart?: number
  /** The quantised mean of a block: of which component, and which of it. */
  readonly mean: (component: number, x: number, y: number) => number
  /** Whether all 63 other coefficients of a block of brightness are there, so that no code says where it ends. */
  readonly isFull?: (x: number, y: number) => boolean
}

/** The number that means are divided by. */
export const STEP = 8

const MEAN_SIZES = Array.from({ length: 12 }, (_, size) => size)
const [END_OF_BLOCK, ONE, SIXTEEN_ZEROS] = ['0', '10', '110']

/** Means have codes of four bits, in the order of their sizes. */
export function encodeDcJpeg(picture: DcJpeg): Uint8Array {
  const { width, height, across, down, restart = 0 } = picture
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xdb, [0, ...Array.from({ length: 64 }, () => STEP)]),
    ...segment(0xc0, [8, ...word(height), ...word(width), 3, 1, (across << 4) | down, 0, 2, 0x11, 0, 3, 0x11, 0]),
    ...segment(0xc4, [0x00, ...countsOf({ 4: 12 }), ...MEAN_SIZES]),
    ...segment(0xc4, [0x10, ...countsOf({ 1: 1, 2: 1, 3: 1 }), 0x00, 0x01, 0xf0]),
    ...(restart > 0 ? segment(0xdd, word(restart)) : []),
    ...segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    ...encodeScan(picture),
    ...[0xff, 0xd9],
  ])
}

function encodeScan({ width, height, across, down, restart = 0, mean, isFull }: DcJpeg): number[] {
  const wide = Math.ceil(width / (8 * across))
  const high = Math.ceil(height / (8 * down))
  const bytes: number[] = []
  let bits = ''
  let last = [0, 0, 0]
  for (let unit = 0; unit < wide * high; unit++) {
    if (restart > 0 && unit > 0 && unit % restart === 0) {
      bytes.push(...stuff(bits), 0xff, 0xd0 + ((unit / restart - 1) % 8))
      bits = ''
      last = [0, 0, 0]
    }
    const [x, y] = [unit % wide, Math.floor(unit / wide)]
    for (const [component, [columns, rows]] of [
      [across, down],
      [1, 1],
      [1, 1],
    ].entries() as Iterable<[number, [number, number]]>) {
      for (let k = 0; k < columns * rows; k++) {
        const [bx, by] = [x * columns + (k % columns), y * rows + Math.floor(k / columns)]
        const value = mean(component, bx, by)
        bits += encodeMean(value - (last[component] ?? 0))
        last[component] = value
        // 3 times 16 zeros and 15 ones are 63.
        const full = component === 0 && (isFull?.(bx, by) ?? false)
        bits += full ? SIXTEEN_ZEROS.repeat(3) + `${ONE}1`.repeat(15) : END_OF_BLOCK
      }
    }
  }
  return [...bytes, ...stuff(bits)]
}

function encodeMean(difference: number): string {
  const size = difference === 0 ? 0 : Math.floor(Math.log2(Math.abs(difference))) + 1
  const code = size.toString(2).padStart(4, '0')
  if (size === 0) return code
  return code + (difference > 0 ? difference : difference + 2 ** size - 1).toString(2).padStart(size, '0')
}

/** Filled up with ones, and a zero behind each byte that could begin a marker. */
function stuff(bits: string): number[] {
  const filled = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1')
  return (filled.match(/.{8}/g) ?? []).flatMap((text) => {
    const byte = Number.parseInt(text, 2)
    return byte === 0xff ? [0xff, 0] : [byte]
  })
}

function countsOf(counts: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 16 }, (_, i) => counts[i + 1] ?? 0)
}

export function segment(marker: number, content: readonly number[]): number[] {
  return [0xff, marker, ...word(content.length + 2), ...content]
}

function word(value: number): number[] {
  return [value >> 8, value & 255]
}
