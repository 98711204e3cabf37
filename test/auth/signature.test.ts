import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computeSignature, parseSignature, type SignatureFields, signOriginal } from '../../src/auth/signature.js'
import { FaceCompareError } from '../../src/errors.js'
import { EXAMPLE, VECTORS } from './vectors.js'

const KEY = 'a secret key'

function refusal(text: string): unknown {
  try {
    return parseSignature(text)
  } catch (error) {
    return error
  }
}

function expectMalformed(result: unknown): void {
  expect(result).toBeInstanceOf(FaceCompareError)
  expect(result).toMatchObject({ kind: 'SIGNATURE_MALFORMED', code: 5, status: 400 })
}

describe('parseSignature refuses', () => {
  it.each([
    ['a missing a', 'k=id&t=1&e=2'],
    ['an empty a', 'a=&k=id&t=1&e=2'],
    ['an a without a value', 'a&k=id&t=1&e=2'],
    ['a missing k', 'a=1&t=1&e=2'],
    ['an empty k', 'a=1&k=&t=1&e=2'],
    ['a missing t', 'a=1&k=id&e=2'],
    ['an empty t', 'a=1&k=id&t=&e=2'],
    ['a missing e', 'a=1&k=id&t=1'],
    ['an empty e', 'a=1&k=id&t=1&e='],
    ['a field twice', 'a=1&a=1&k=id&t=1&e=2'],
    ['an optional field twice', 'a=1&k=id&t=1&e=2&b=&b='],
    ['a negative t', 'a=1&k=id&t=-1&e=2'],
    ['a signed t', 'a=1&k=id&t=+1&e=2'],
    ['a t with a fraction', 'a=1&k=id&t=1.0&e=2'],
    ['a hexadecimal t', 'a=1&k=id&t=0x1&e=2'],
    ['a t in other digits', 'a=1&k=id&t=١&e=2'],
    ['a t with a space', 'a=1&k=id&t= 1&e=2'],
    ['a t of 13 digits', 'a=1&k=id&t=1000000000000&e=1000000000001'],
    ['an e that is no number', 'a=1&k=id&t=1&e=later'],
    ['an e of 13 digits', 'a=1&k=id&t=999999999999&e=1000000000000'],
    ['e = t', 'a=1&k=id&t=5&e=5'],
    ['e before t', 'a=1&k=id&t=5&e=4'],
    ['a life one second too long', 'a=1&k=id&t=1&e=7776002'],
    ['e = 0 without f', 'a=1&k=id&t=1&e=0'],
    ['e = 0 with an empty f', 'a=1&k=id&t=1&e=0&f='],
  ])('%s', (_, original) => {
    expectMalformed(refusal(signOriginal(original, KEY)))
  })

  it.each([
    ['nothing', ''],
    ['20 bytes', Buffer.alloc(20).toString('base64')],
    ['the URL alphabet', signOriginal('a=1&k=id&t=1&e=2&b=\u00fb\u00ff\u00fe?>', KEY).replace(/[+/]/g, '_')],
    ['a line break', `${signOriginal('a=1&k=id&t=1&e=2', KEY)}\n`],
    ['a space in the middle', signOriginal('a=1&k=id&t=1&e=2', KEY).replace(/^(.{8})/, '$1 ')],
    ['padding in the middle', `QQ==${signOriginal('a=1&k=id&t=1&e=2', KEY)}`],
    ['too much padding', `${signOriginal('a=1&k=id&t=1&e=2', KEY).replace(/=+$/, '')}===`],
    ['a digit that is left over', `${signOriginal('a=1&k=id&t=1&e=2&xx', KEY)}A`],
  ])('%s', (_, text) => {
    expectMalformed(refusal(text))
  })

  it('what is longer than 4,096 characters, and takes 4,096', () => {
    const build = (bytes: number) => signOriginal(`a=1&k=id&t=1&e=2&x=${'x'.repeat(bytes - 20 - 19)}`, KEY)
    expect(build(3072)).toHaveLength(4096)
    expect(refusal(build(3072))).toMatchObject({ appid: '1' })
    expectMalformed(refusal(build(3073)))
  })

  it('a life over three months', () => {
    expectMalformed(refusal(signOriginal('a=1&k=id&t=100&e=7776101', KEY)))
    expect(refusal(signOriginal('a=1&k=id&t=100&e=7776100', KEY))).toMatchObject({ expiresAt: 7_776_100 })
  })

  it('without repeating what was signed', () => {
    const error = refusal(signOriginal('a=1&k=AKIDsecretish&t=1&e=oops', KEY))
    expect(String(error)).not.toMatch(/AKIDsecretish|oops/)
  })
})

describe('parseSignature', () => {
  it('takes the longest life', () => {
    expect(parseSignature(signOriginal('a=1&k=id&t=1&e=7776001', KEY)).expiresAt).toBe(7_776_001)
  })

  it('takes fields in any order, without the optional ones', () => {
    expect(parseSignature(signOriginal('e=20&t=10&k=id&a=1', KEY))).toMatchObject({
      appid: '1',
      bucket: '',
      secretId: 'id',
      issuedAt: 10,
      expiresAt: 20,
      fileId: '',
      singleUse: false,
    })
  })

  it('ignores fields that it does not know, even twice, and keeps values as they stand', () => {
    const signature = parseSignature(signOriginal('x=1&a=1&x=2&k=id&t=1&e=0&f=%2Fp=q+r&&', KEY))
    expect(signature).toMatchObject({ appid: '1', fileId: '%2Fp=q+r', singleUse: true })
  })

  it('tolerates missing padding', () => {
    for (const more of ['', '&', '&&']) {
      const text = signOriginal(`a=1&k=id&t=1&e=2${more}`, KEY)
      expect(parseSignature(text.replace(/=+$/, ''))).toEqual(parseSignature(text))
    }
  })

  it('reads back what computeSignature wrote', () => {
    const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('&'))
    const optional = fc.option(
      fc.constant('').chain(() => value),
      { nil: undefined },
    )
    const arbitrary = fc.record({
      appid: value,
      bucket: optional,
      secretId: value,
      issuedAt: fc.integer({ min: 0, max: 990_000_000_000 }),
      life: fc.integer({ min: 0, max: 7_776_000 }),
      random: optional,
      userId: optional,
      fileId: value,
    })
    fc.assert(
      fc.property(arbitrary, ({ life, bucket, random, userId, ...rest }) => {
        const fields: SignatureFields = {
          ...rest,
          expiresAt: life === 0 ? 0 : rest.issuedAt + life,
          ...(bucket === undefined ? {} : { bucket }),
          ...(random === undefined ? {} : { random }),
          ...(userId === undefined ? {} : { userId }),
        }
        const parsed = parseSignature(computeSignature(fields, KEY))
        expect(parsed).toMatchObject({ ...rest, expiresAt: fields.expiresAt, singleUse: life === 0 })
        expect(parsed.bucket).toBe(bucket ?? '')
        expect(parsed.userId).toBe(userId)
        expect(signOriginal(parsed.original, KEY)).toBe(Buffer.from(parsed.raw).toString('base64'))
      }),
    )
  })

  it('throws nothing but SIGNATURE_MALFORMED, whatever the text', () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all).toString('base64'))
    const almost = fc
      .array(fc.constantFrom('a=1', 'k=id', 't=1', 'e=2', 'e=0', 'f=x', 'b', '=', 'a', '\u0000', 'e=1e3'), {
        maxLength: 9,
      })
      .map((pairs) => signOriginal(pairs.join('&'), KEY))
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), bytes, almost), (text) => {
        const result = refusal(text)
        if (result instanceof Error) expectMalformed(result)
      }),
      { numRuns: 500 },
    )
  })
})

describe('computeSignature', () => {
  it.each(VECTORS)('makes the published signature: $kind', ({ expiresAt, fileId, sign }) => {
    const { secretKey, ...rest } = EXAMPLE
    const fields = { ...rest, expiresAt, random: '11162', userId: '0', fileId }
    expect(computeSignature(fields, secretKey)).toBe(sign)
    expect(parseSignature(sign)).toMatchObject({ ...rest, expiresAt, userId: '0', fileId })
  })

  it('refuses a value that would become another field', () => {
    const fields = { appid: '1&e=9', secretId: 'id', expiresAt: 2, issuedAt: 1 }
    expect(() => computeSignature(fields, KEY)).toThrow(expect.objectContaining({ kind: 'INVALID_PARAMETER' }))
  })
})
