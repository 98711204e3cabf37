import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readGroupLines } from '../../src/evaluation/groups-csv.js'

const read = (text: string) => readGroupLines(Buffer.from(text))

describe('readGroupLines', () => {
  it.each([
    ['nothing', '', 'The groups file has no groups.'],
    ['a header alone', 'name,group\n', 'The groups file has no groups.'],
    ['one field', 'Anna,a\nBert\n', 'Line 2 of the groups file has 1 field; expected person-or-picture,group.'],
    ['three fields', 'Anna,a,b\n', 'Line 1 of the groups file has 3 fields; expected person-or-picture,group.'],
    ['no name', 'Anna,a\n\n,a\n', 'Line 3 of the groups file names no person and no picture.'],
    ['a path of nothing', './,a\n', 'Line 1 of the groups file names no person and no picture.'],
    ['no group', 'Anna,\n', 'Line 1 of the groups file names no group.'],
    ['an open quote', 'Anna,a\n"Bert,b\n', 'Line 2 of the groups file has a quote that does not fit.'],
    ['two groups', 'Anna,a\nBert,a\nAnna,b\n', 'Line 3 of the groups file puts Anna into "b", but line 1 into "a".'],
  ])('refuses %s in one sentence', (_name, text, sentence) => {
    expect(() => read(text)).toThrow(new Error(sentence))
  })

  it('refuses what a spreadsheet saved in another encoding', () => {
    const gbk = Buffer.from([0xd5, 0xc5, 0xc8, 0xfd, 0x2c, 0xc4, 0xd0])
    const utf16 = Buffer.from('\uFEFFAnna,a\n', 'utf16le')
    for (const bytes of [gbk, utf16]) {
      expect(() => readGroupLines(bytes)).toThrow(new Error('The groups file is no text in UTF-8.'))
    }
  })

  it('takes commas or tabs, quotes, a header, a byte order mark, and a line twice', () => {
    const lines = [
      { name: 'Anna/1.jpg', group: 'black, women', line: 2 },
      { name: 'Bert "B"', group: 'men', line: 3 },
    ]
    expect(read('\uFEFFname,Group\r\nAnna/1.jpg,"black, women"\r\n"Bert ""B""",men\r\nBert "B",men\r\n')).toEqual(lines)
    expect(read('name\tgroup\nAnna/1.jpg\tblack, women\n"Bert ""B"""\tmen\n')).toEqual(lines)
  })

  it('knows names as find and macOS write them', () => {
    expect(read('./Ren\u0065\u0301/,a\n')).toEqual([{ name: 'Ren\u00e9', group: 'a', line: 1 }])
  })

  it('answers any text with groups or one sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '"', ',', '\t', '\n', '\r', ' ') }), (text) => {
        try {
          expect(read(text).length).toBeGreaterThan(0)
        } catch (error) {
          expect(String(error)).toMatch(/^Error: (Line \d+ of )?[Tt]he groups file [^\n]*\.$/)
        }
      }),
    )
  })
})
