import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseMultipart as parseInTurns } from '../../src/http/multipart.js'
import { COMPARE_NAMES } from '../../src/wires/tencent-image/compare.js'
import { BOUNDARY, multipart, type Part } from '../support/http-service.js'

const parseMultipart = (body: Buffer, boundary: string | undefined) =>
  parseInTurns(body, { boundary, names: COMPARE_NAMES }, async () => {})
const parse = (parts: readonly Part[], options = {}) => parseMultipart(multipart(parts, options), BOUNDARY)

const readImage = async (header: string) => {
  const fields = await parseMultipart(multipart([{ header, value: '\r\nx\0' }]), BOUNDARY)
  return (await fields.image('imageA'))?.toString()
}

describe('a multipart body that cannot be read', () => {
  const good = multipart([{ name: 'appid', value: '1' }])
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['without any boundary', Buffer.from('hello')],
    ['cut in the boundary', good.subarray(0, 10)],
    ['cut in a header', good.subarray(0, BOUNDARY.length + 20)],
    ['cut in a value', good.subarray(0, good.length - BOUNDARY.length - 8)],
    ['cut before the last dash', good.subarray(0, good.length - 3)],
    ['a part whose header does not end', Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: x\r\n--${BOUNDARY}--`)],
    ['a name of 1 MB', multipart([{ name: 'x'.repeat(1 << 20), value: '1' }])],
    ['100,000 parts', multipart(Array.from({ length: 100_000 }, () => ({ name: 'x', value: '' })))],
    [
      'a known field twice',
      multipart([
        { name: 'urlA', value: '1' },
        { name: 'urlA', value: '1' },
      ]),
    ],
  ])('%s', async (_name, body) => {
    await expect(parseMultipart(body, BOUNDARY)).rejects.toMatchObject({ kind: 'BAD_REQUEST' })
  })

  it('is refused at every place where it is cut', async () => {
    for (let length = 0; length < good.length - 2; length++) {
      await expect(parseMultipart(good.subarray(0, length), BOUNDARY)).rejects.toMatchObject({ code: 3 })
    }
  })

  it('is refused without a boundary when the first line is none', async () => {
    for (const text of ['', '\n', '--\r\n', 'x--\r\n', `--${'x'.repeat(300)}\r\n`]) {
      await expect(parseMultipart(Buffer.from(text), undefined)).rejects.toMatchObject({ code: 3 })
    }
  })
})

describe('the limits of a multipart body', () => {
  const header = (bytes: number) => `Content-Disposition: form-data; x=${'y'.repeat(bytes)}; name="appid"`
  it.each([
    [
      'a header',
      [{ header: header(4000), value: '1' }],
      [{ header: header(4100), value: '1' }],
      'longer than 4096 bytes',
    ],
    ['a name', [{ name: 'x'.repeat(256), value: '' }], [{ name: 'x'.repeat(257), value: '' }], 'longer than 256 bytes'],
    ['parts', Array(32).fill({ name: 'x', value: '' }), Array(33).fill({ name: 'x', value: '' }), 'more than 32 parts'],
  ] as const)('%s', async (_name, good, bad, sentence) => {
    await parse(good)
    await expect(parse(bad)).rejects.toMatchObject({ code: 3, message: expect.stringContaining(sentence) })
  })

  it('of a call with lists', async () => {
    const names = { once: new Set<string>(), lists: new Set(['x']) }
    const read = (parts: readonly Part[]) =>
      parseInTurns(multipart(parts), { boundary: BOUNDARY, names }, async () => {})
    const many = (count: number, headerBytes: number) =>
      Array(count).fill({ header: header(headerBytes).replace('appid', 'x'), value: '1' })
    expect((await read(many(256, 10))).texts('x')).toHaveLength(256)
    await expect(read(many(257, 10))).rejects.toThrow('more than 256 parts')
    await read(many(32, 4000))
    await expect(read(many(33, 4000))).rejects.toThrow('more than 131072 bytes')
  })

  it('a boundary', async () => {
    const parts = [{ name: 'appid', value: '7' }]
    const read = (boundary: string) => parseMultipart(multipart(parts, { boundary }), boundary)
    expect((await read('x'.repeat(200))).text('appid')).toBe('7')
    await expect(read('x'.repeat(255))).rejects.toThrow('boundary is longer than 256 bytes')
  })

  it('none for the size of a part: a boundary is found wherever it stands', async () => {
    for (const size of [1024 * 1024 - 400, 1024 * 1024]) {
      for (let shift = 0; shift < 400; shift += 3) {
        const value = Buffer.alloc(size + shift, 'x')
        const image = await (await parse([{ name: 'imageA', value }])).image('imageA')
        expect(image?.length).toBe(value.length)
      }
    }
  })
})

describe('the parts', () => {
  it.each([
    ['a file', 'Content-Disposition: form-data; name="imageA"; filename="a.jpg"\r\nContent-Type: image/jpeg'],
    ['no file, no type', 'Content-Disposition: form-data; name="imageA"'],
    ['a semicolon at the end', 'Content-Disposition: form-data; name="imageA";'],
    ['no spaces', 'content-disposition:form-data;name="imageA"'],
    ['no quotes', 'Content-Disposition: form-data; name=imageA; filename=a'],
    ['a length of its own', 'Content-Length: 4\r\nContent-Disposition: form-data; name="imageA"'],
    ['a transfer encoding', 'Content-Disposition: form-data; name="imageA"\r\nContent-Transfer-Encoding: binary'],
    ['the file name first', 'Content-Disposition: form-data; filename="a=b;c.jpg"; name="imageA"'],
    ['a file name of Windows', 'Content-Disposition: form-data; filename="C:\\dir\\"; name="imageA"'],
    ['quotes in the file name', 'Content-Disposition: form-data; filename="a"b".jpg"; name="imageA"'],
    ['a quoted path', 'Content-Disposition: form-data; name="imageA"; filename="%2Fhome%2Fa.jpg"'],
  ])('are known by name: %s', async (_name, header) => {
    expect(await readImage(header)).toBe('\r\nx\0')
  })

  it.each([
    ['no name', 'Content-Disposition: form-data'],
    ['another header', 'X-Name: form-data; name="imageA"'],
    ['another name', 'Content-Disposition: form-data; name="imageAA"'],
    ['the name in a file name', 'Content-Disposition: form-data; name="x"; filename="; name=imageA"'],
    ['a prototype', 'Content-Disposition: form-data; name="__proto__"'],
    ['only semicolons', 'Content-Disposition: ;;;=;;=;'],
  ])('are skipped: %s', async (_name, header) => {
    expect(await readImage(header)).toBeUndefined()
  })

  it('may have no header at all', async () => {
    const body = Buffer.from(`--b\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name="appid"\r\n\r\n7\r\n--b--`)
    expect((await parseMultipart(body, 'b')).text('appid')).toBe('7')
  })

  it('may be empty', async () => {
    const fields = await parse([
      { name: 'imageA', value: '' },
      { name: 'appid', value: '' },
    ])
    expect([(await fields.image('imageA'))?.length, fields.text('appid'), fields.has('imageB')]).toEqual([0, '', false])
  })

  it('may have text before the first and after the last, and spaces after the boundary', async () => {
    const body = Buffer.from(
      `before --b\r\n--b \t\r\nContent-Disposition: form-data; name="appid"\r\n\r\n7\r\n--b--\r\nafter\r\n--b\r\n`,
    )
    expect((await parseMultipart(body, 'b')).text('appid')).toBe('7')
  })

  it('keep what only looks like a boundary', async () => {
    const value = `x\r\n--${BOUNDARY}x\r\n--\r\n --${BOUNDARY}--\r\n-`
    const image = await (await parse([{ name: 'imageA', value }])).image('imageA')
    expect(image?.toString()).toBe(value)
  })

  it('may be written with LF alone', async () => {
    const value = 'a\r\nb\n\nc\r\n'
    const body = multipart(
      [
        { name: 'imageA', value },
        { name: 'appid', value: '7' },
      ],
      { lineEnd: '\n' },
    )
    for (const boundary of [BOUNDARY, undefined]) {
      const fields = await parseMultipart(body, boundary)
      expect([(await fields.image('imageA'))?.toString(), fields.text('appid')]).toEqual([value, '7'])
    }
  })
})

it('gives back any bytes, under any boundary of the alphabet', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))
  const boundaries = fc.stringMatching(/^[0-9A-Za-z'()+_,./:=?-]{20,70}$/)
  await fc.assert(
    fc.asyncProperty(bytes, bytes, boundaries, async (a, b, boundary) => {
      const body = multipart(
        [
          { name: 'imageA', value: a },
          { name: 'imageB', value: b },
        ],
        { boundary },
      )
      const fields = await parseMultipart(body, boundary)
      const read = async (name: string) => Buffer.from((await fields.image(name)) ?? [])
      expect((await read('imageA')).equals(a) && (await read('imageB')).equals(b)).toBe(true)
    }),
  )
})
