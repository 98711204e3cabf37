import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLfwPairs } from '../../src/evaluation/pairs.js'
import { readCsvPairs } from '../../src/evaluation/pairs-csv.js'
import { parseLfwPairs } from '../../support/lfw-pairs.js'

describe('readLfwPairs', () => {
  it.each([
    ['a line of another length', 'Anna\t1\t2\nAnna\t1\n', 'Line 2 of the pairs file has 2 fields'],
    ['five fields', 'Anna\t1\tBert\t2\t3\n', 'Line 1 of the pairs file has 5 fields'],
    ['a number that is none', '1\nAnna\tone\t2\n', 'Line 2 of the pairs file has "one"'],
    ['a negative number', 'Anna\t1\tBert\t-2\n', 'has "-2"'],
    ['nothing', '', 'has no pairs'],
    ['only a count', '10\t300\n', 'has no pairs'],
    ['prose', 'hello\n', 'Line 1'],
  ])('refuses %s', (_name, text, sentence) => {
    expect(() => readLfwPairs(text)).toThrow(sentence)
  })

  it('reads genuine and impostor pairs and remembers their lines', () => {
    expect(readLfwPairs('1\nAnna\t1\t12\n\nAnna\t2\tBert\t3\r\n')).toEqual([
      { a: 'Anna/Anna_0001.jpg', b: 'Anna/Anna_0012.jpg', genuine: true, line: 2 },
      { a: 'Anna/Anna_0002.jpg', b: 'Bert/Bert_0003.jpg', genuine: false, line: 4 },
    ])
  })

  it('takes blanks where there are no tabs, and names with blanks where there are', () => {
    expect(readLfwPairs('Anna 1 2')[0]).toMatchObject({ a: 'Anna/Anna_0001.jpg' })
    expect(readLfwPairs('Anna B\t1\t2')[0]).toMatchObject({ a: 'Anna B/Anna B_0001.jpg' })
  })

  it('puts the folder before the names when asked', () => {
    expect(parseLfwPairs('1\nAnna\t1\t12\n', 'images')).toEqual([
      { a: 'images/Anna/Anna_0001.jpg', b: 'images/Anna/Anna_0012.jpg', genuine: true },
    ])
  })
})

describe('readCsvPairs', () => {
  it.each([
    ['two fields', 'a,b,label\nx.jpg,y.jpg\n', 'Line 2 of the pairs file has 2 fields; expected a,b,label.'],
    ['four fields', 'x,y,1,2\n', 'Line 1 of the pairs file has 4 fields'],
    ['an unknown label', 'x,y,1\nx,y,maybe\n', 'Line 2 of the pairs file has the label "maybe"'],
    ['no name', 'x,,1\n', 'Line 1 of the pairs file names no picture'],
    ['an open quote', 'x,y,1\n"x,y,1\n', 'Line 2 of the pairs file has a quote that does not fit'],
    ['text after a quote', '"x"y,z,1\n', 'Line 1 of the pairs file has a quote'],
    ['only a header', 'a,b,label\n', 'has no pairs'],
    ['nothing', '\n\n', 'has no pairs'],
  ])('refuses %s', (_name, text, sentence) => {
    expect(() => readCsvPairs(text)).toThrow(sentence)
  })

  it('counts the lines that quoted fields run over', () => {
    expect(() => readCsvPairs('"x\ny",z,1\nx,y,perhaps\n')).toThrow('Line 3')
  })

  it.each([
    ['1', true],
    ['0', false],
    ['same', true],
    ['Different', false],
    ['GENUINE', true],
    ['impostor', false],
    ['true', true],
    ['False', false],
  ])('reads the label %s', (label, genuine) => {
    expect(readCsvPairs(`x,y,${label}`)).toEqual([{ a: 'x', b: 'y', genuine, line: 1 }])
  })

  it('takes a header, a byte order mark, Windows line ends and blanks around fields', () => {
    expect(readCsvPairs('\uFEFFA,B,Label\r\n x.jpg , "y z.jpg" , 1 \r\n')).toEqual([
      { a: 'x.jpg', b: 'y z.jpg', genuine: true, line: 2 },
    ])
  })

  it('reads back every name that was quoted', () => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' })
    const pair = fc.record({ a: name, b: name, genuine: fc.boolean() })
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1 }), (pairs) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = pairs.map(({ a, b, genuine }) => `${quote(a)},${quote(b)},${genuine ? 1 : 0}\n`).join('')
        expect(readCsvPairs(text).map(({ a, b, genuine }) => ({ a, b, genuine }))).toEqual(pairs)
      }),
    )
  })

  it('answers any text with pairs or one sentence', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '1') }), (text) => {
        try {
          expect(readCsvPairs(text).length).toBeGreaterThan(0)
        } catch (error) {
          expect(String(error)).toMatch(/^Error: (Line \d+ of )?[Tt]he pairs file .*\.$/)
        }
      }),
    )
  })
})
