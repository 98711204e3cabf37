import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanJson } from '../../src/http/json-scan.js'

const atOnce = async () => {}

/** What `scanJson` reads, with its long texts put back. */
async function read(body: Buffer | string): Promise<unknown> {
  const { value, restore } = await scanJson(Buffer.from(body), atOnce)
  return JSON.parse(JSON.stringify(value), (_key, part) => (typeof part === 'string' ? restore(part) : part))
}

/** Letters of one to four bytes, and escapes of every kind. */
const piece = fc.constantFrom(
  'a',
  '\u00e9',
  '\u4e2d',
  '\ud83d\ude00',
  '\\\\',
  '\\"',
  '\\/',
  '\\n',
  '\\u0041',
  '\\ud83d\\ude00',
)

describe('a JSON body', () => {
  it('is read as JSON.parse reads it, wherever its long texts are cut', async () => {
    const unit = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) => pieces.join(''))
    await fc.assert(
      fc.asyncProperty(unit, fc.integer({ min: 1, max: 300_000 }), fc.nat({ max: 9 }), async (text, bytes, shift) => {
        const long = text.repeat(Math.ceil(bytes / Buffer.byteLength(text)))
        const json = `${' '.repeat(shift)}{"a":"${long}", "b":["${text}", 1 ,null], "a2":"${long}"}`
        expect(await read(json)).toEqual(JSON.parse(json))
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['a control character', '\u0001'],
    ['an end of line', '\n'],
    ['an escape that is none', '\\x'],
    ['half an escape', '\\u00g'],
  ])('is refused with %s in a long text', async (_name, bad) => {
    for (const before of [10, 5000, 131_060, 131_070]) {
      const body = `{"a":"${'A'.repeat(before)}${bad}${'A'.repeat(5000)}"}`
      await expect(read(body)).rejects.toMatchObject({ code: 3, message: 'The body is not valid JSON.' })
    }
  })

  it('is refused with bytes that are no UTF-8', async () => {
    for (const before of [10, 5000, 131_069]) {
      const body = Buffer.concat([
        Buffer.from(`{"a":"${'A'.repeat(before)}`),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ])
      await expect(read(body)).rejects.toMatchObject({ code: 3 })
    }
  })

  it('is refused when blanks alone keep its numbers apart', async () => {
    await expect(read('{"a":1 2}')).rejects.toMatchObject({ code: 3 })
    expect(await read('{"a": \t\r\n 1 }')).toEqual({ a: 1 })
  })

  it('may begin with a byte order mark', async () => {
    expect(await read('\ufeff{"a":1}')).toEqual({ a: 1 })
  })
})
