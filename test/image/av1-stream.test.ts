import { describe, expect, it } from 'vitest'
import { measureStream } from '../../src/image/av1-stream.js'
import { bits, obuOf, sequenceOf } from './avif-of-parts.js'

const SEQUENCE = 1
const FRAME_HEADER = 3
const TILE_GROUP = 4
const FRAME = 6

describe('a stream of AV1', () => {
  it('says how many frames it has, whatever zeros lie between them', () => {
    const frame = obuOf(FRAME, ['1'])
    const stream = [sequenceOf(64), frame, Buffer.alloc(3), obuOf(FRAME_HEADER, ['1']), obuOf(TILE_GROUP, ['1']), frame]
    expect(measureStream(Buffer.concat(stream))).toEqual({ frames: 3, frameArea: 4096 })
    expect(measureStream(Buffer.alloc(0))).toEqual({ frames: 0, frameArea: 0 })
  })

  it('goes on behind an OBU of a layer', () => {
    const layered = Buffer.from([(FRAME << 3) | 6, 0x20, 1, 0])
    expect(measureStream(Buffer.concat([layered, layered])).frames).toBe(2)
  })

  it.each([
    ['without a length', Buffer.from([FRAME << 3, 1, 2, 3])],
    ['that is longer than what is left', Buffer.from([(FRAME << 3) | 2, 0xff, 0xff, 0x7f])],
    ['too many', Buffer.concat(Array(10_001).fill(obuOf(TILE_GROUP, ['1'])))],
  ])('is refused where there is an OBU %s', (_, stream) => {
    expect(() => measureStream(stream)).toThrow(RangeError)
  })

  it('says how large its frames may be, whatever stands before that', () => {
    const size = [bits(15, 4), bits(15, 4), bits(7999, 16), bits(4999, 16)]
    const point = [bits(0, 12), bits(5, 5)]
    const profile = ['000', '0', '0']
    const headers = {
      plain: [...profile, '0', '0', bits(0, 5), ...point],
      'of a high level': [...profile, '0', '0', bits(0, 5), bits(0, 12), bits(8, 5), '1'],
      timed: [...profile, '1', bits(1, 32), bits(25, 32), '0', '0', '0', bits(0, 5), ...point],
      'of equal times': [...profile, '1', bits(1, 32), bits(25, 32), '1', '00101', '0', '0', bits(0, 5), ...point],
      'with a decoder model': [
        ...[...profile, '1', bits(1, 32), bits(25, 32), '0', '1', bits(9, 5), bits(1, 32), bits(9, 5), bits(9, 5)],
        ...['0', bits(1, 5), ...point, '1', bits(1, 10), bits(1, 10), '0', ...point, '0'],
      ],
      'with delays': [...profile, '0', '1', bits(0, 5), ...point, '1', bits(3, 4)],
    }
    for (const [name, header] of Object.entries(headers)) {
      const { frameArea } = measureStream(obuOf(SEQUENCE, [...header, ...size]))
      expect(frameArea, name).toBe(40_000_000)
    }
  })
})
