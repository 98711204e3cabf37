import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64Image } from '../../src/http/base64-image.js'
import { SLICE_BYTES } from '../../src/turns.js'

const atOnce = async () => {}
const decode = (text: string) => decodeBase64Image(text, atOnce)
const urlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_')

describe('an image in Base64', () => {
  it.each([
    ['a letter outside of the alphabet', 'AAA*'],
    ['a space of another kind', 'AAAA\u00a0AAA'],
    ['a letter whose lower eight bits are a digit', '\u0141AAA'],
    ['such a letter among line breaks', '\u0141A\nAA'],
    ['a digit too many', 'AAAAA'],
    ['padding in the middle', 'AA==AA=='],
    ['too much padding', 'AAA=='],
    ['three marks of padding', 'A==='],
    ['padding alone', '===='],
    ['padding after a whole group', 'AAAA='],
  ])('is refused with %s', async (_, text) => {
    await expect(decode(text)).rejects.toMatchObject({ kind: 'IMAGE_FORMAT_UNSUPPORTED' })
  })

  it.each([
    ['digits behind the padding', `${'A'.repeat(SLICE_BYTES - 2)}==AAAA`],
    ['more padding than it lacks', `${'A'.repeat(SLICE_BYTES - 1)}==`],
  ])('is refused with %s, also where it is cut between both', async (_, text) => {
    await expect(decode(text)).rejects.toThrow('The image is not valid Base64.')
  })

  it('gives its bytes, however it is padded and broken into lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 9 }), async (bytes, lineLength) => {
        const text = Buffer.from(bytes).toString('base64')
        const lines = text.replace(new RegExp(`.{${lineLength}}`, 'g'), '$&\r\n')
        for (const form of [text, text.replace(/=+$/, ''), lines, `data:image/jpeg;base64,${text}`, urlSafe(text)]) {
          expect([...(await decode(form))]).toEqual([...bytes])
        }
      }),
    )
  })

  it.each([1, 2, 3, 50, 3000])('gives its bytes when spaces stand where + was: %i bytes', async (byteCount) => {
    for (let seed = 0; seed < 50; seed++) {
      // Many of the digits are pluses.
      const bytes = Buffer.from(
        Array.from({ length: byteCount }, (_, i) => ((i * (seed + 3)) % 4 === 0 ? 0xfb : 0xef ^ seed)),
      )
      const text = bytes.toString('base64').replaceAll('+', ' ')
      // No picture begins with a plus, which would be told from a blank by nothing.
      if (!text.startsWith(' ')) expect(Buffer.from(await decode(text)).equals(bytes)).toBe(true)
    }
  })

  it.each([' ', '  ', '\n  ', ' \r\n'])('gives its bytes when it is laid out with %j', async (gap) => {
    for (const byteCount of [1, 30, 57, 58, 114, 300, 3000]) {
      const bytes = Buffer.from(Array.from({ length: byteCount }, (_, i) => (i * 151) % 256))
      const text = `${gap}${bytes.toString('base64').replace(/.{76}/g, `$&${gap}`)}${gap}`
      expect(Buffer.from(await decode(text)).equals(bytes)).toBe(true)
    }
  })

  it('is refused with any other character in any place', async () => {
    const other = fc
      .integer({ min: 0, max: 0xffff })
      .map((unit) => String.fromCharCode(unit))
      .filter((character) => !/[A-Za-z0-9+/_= \t\r\n-]/.test(character))
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 7 }), other, async (at, character) => {
        const digits = 'AAAAAAAA'
        const text = digits.slice(0, at) + character + digits.slice(at + 1)
        await expect(decode(text)).rejects.toThrow('The image is not valid Base64.')
      }),
    )
  })
})
