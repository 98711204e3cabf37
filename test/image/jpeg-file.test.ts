import { describe, expect, it } from 'vitest'
import { readSegments } from '../../src/image/jpeg-file.js'

const START = [0xff, 0xd8]
const SCAN = [0xff, 0xda, 0, 3, 0]
const TABLE = [0xff, 0xc4, 0, 2]
const END = [0xff, 0xd9]
/** What stands in a scan and begins like a marker: a byte of data, a restart, such bytes behind fillers; fillers before the next marker. */
const NONE = [
  [0xff, 0x00],
  [0xff, 0xd3],
  [0xff, 0xff, 0x00],
  [0xff, 0xff, 0xff],
]

/** Of a file that lies amid other bytes, which are no part of it. */
function markersOf(bytes: readonly number[]): { markers: readonly number[]; hasEnd: boolean } {
  const segments = readSegments(Uint8Array.from([...TABLE, ...bytes, ...TABLE]).subarray(TABLE.length, -TABLE.length))
  const markers: number[] = []
  for (;;) {
    const { value, done } = segments.next()
    if (done) return { markers, hasEnd: value }
    markers.push(value.marker)
  }
}

function dataOf(length: number): number[] {
  return Array.from({ length }, (_, i) => i % 0xff)
}

describe('the segments of a JPEG', () => {
  it.each(
    [undefined, ...NONE].map((none) => [
      none ? none.map((byte) => byte.toString(16)).join(' ') : 'nothing',
      none ?? [],
    ]),
  )('are found at any distance, behind data with %s among it', (_, none) => {
    for (let before = 0; before <= 100; before++) {
      for (const after of [0, 1, 31, 32, 33, 64, 100]) {
        const isFiller = none.every((byte) => byte === 0xff)
        const behind = isFiller ? [] : dataOf(after)
        const bytes = [...START, ...SCAN, ...dataOf(before), ...none, ...behind, ...TABLE, ...END]
        expect(markersOf(bytes), `${before} and ${after} bytes`).toEqual({ markers: [0xffda, 0xffc4], hasEnd: true })
      }
    }
  })

  it('end where the file does, at any distance', () => {
    for (let length = 0; length <= 100; length++) {
      const bytes = [...START, ...SCAN, ...dataOf(length)]
      for (const rest of [[], [0xff]]) {
        expect(markersOf([...bytes, ...rest]), `${length} bytes`).toEqual({ markers: [0xffda], hasEnd: false })
      }
    }
  })
})
