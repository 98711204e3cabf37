import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decodeBase64 } from '../../src/wires/base64.js'

const turn = async () => {}
const LARGE = randomBytes(300_001)
/** Of the end of a slice of 128 KiB. */
const EDGE = 128 * 1024
const digits = LARGE.toString('base64')
const inLines = digits.replaceAll(/(.{76})/g, '$1\r\n')

/** Faster than what compares one number with the other. */
const isSame = (decoded: Uint8Array | undefined, bytes: Buffer) => decoded !== undefined && bytes.equals(decoded)

describe('decodeBase64', () => {
  it.each([0, 1, 2, 3, 4, 98_303, 98_304, 98_305, 300_001])('reads %d bytes, in lines or not', async (count) => {
    const bytes = LARGE.subarray(0, count)
    const text = bytes.toString('base64')
    expect(isSame(await decodeBase64(text, { turn }), bytes)).toBe(true)
    for (const every of [1, 5, 76, EDGE]) {
      const lines = text.replaceAll(new RegExp(`(.{${every}})`, 'g'), '$1\r\n')
      expect(isSame(await decodeBase64(lines, { turn, mayBeInLines: true }), bytes)).toBe(true)
    }
  })

  it('takes a turn for each slice', async () => {
    let turns = 0
    await decodeBase64(digits, { turn: async () => void turns++ })
    expect(turns).toBe(Math.floor(digits.length / EDGE))
  })

  it.each([
    ['a digit alone', 'A'],
    ['no padding', 'QQ'],
    ['too much padding', 'QUI=='],
    ['padding alone', '===='],
    ['padding in between', 'QQ==QUJD'],
    ['padding before the end of a slice', `${digits.slice(0, EDGE - 4)}QQ==${digits.slice(EDGE)}`],
    ['a text after the padding, in another slice', `${digits.slice(0, EDGE - 4)}QQ==QUJD`],
    ['the alphabet for urls', '_9j-'],
    ['a blank', 'QU JDQUJ'],
    ['letters beyond Latin', '\u4e2d\u4e2d\u4e2d\u4e2d'],
    ['a letter whose lower bits are a digit', 'QUJ\u0141'],
    ['a data url', 'data:image/png;base64,QUJD'],
  ])('refuses %s, in lines or not', async (_name, text) => {
    expect(await decodeBase64(text, { turn })).toBe(undefined)
    expect(await decodeBase64(text, { turn, mayBeInLines: true })).toBe(undefined)
    expect(await decodeBase64(`${text}\n`, { turn, mayBeInLines: true })).toBe(undefined)
  })

  it('refuses lines where none may be', async () => {
    expect(await decodeBase64(inLines, { turn })).toBe(undefined)
    expect(isSame(await decodeBase64(inLines, { turn, mayBeInLines: true }), LARGE)).toBe(true)
  })
})
