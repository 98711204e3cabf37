import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSignature } from '../../src/auth/signature.js'
import { computeHmacSha1, hmacSha1 } from '../../src/client/hmac-sha1.js'
import { createSignature, encodeBase64, encodeUtf8 } from '../../src/client/signature.js'
import { EXAMPLE } from '../auth/vectors.js'

const now = () => new Date(EXAMPLE.issuedAt * 1000 + 999)

function expectedMac(key: Uint8Array, message: Uint8Array): Buffer {
  return createHmac('sha1', key).update(message).digest()
}

describe('createSignature', () => {
  test('is what the service reads', async () => {
    const sign = await createSignature(EXAMPLE, { now, seconds: 60 })
    const { mac, original, ...read } = parseSignature(sign)
    expect(read).toMatchObject({
      appid: EXAMPLE.appid,
      bucket: EXAMPLE.bucket,
      secretId: EXAMPLE.secretId,
      issuedAt: EXAMPLE.issuedAt,
      expiresAt: EXAMPLE.issuedAt + 60,
      singleUse: false,
    })
    expect(Buffer.from(mac)).toEqual(expectedMac(Buffer.from(EXAMPLE.secretKey), original))
  })

  test('lasts five minutes unless told, and names no bucket unless there is one', async () => {
    const { appid, secretId, secretKey } = EXAMPLE
    const read = parseSignature(await createSignature({ appid, secretId, secretKey }, { now }))
    expect(read.expiresAt - read.issuedAt).toBe(300)
    expect(read.bucket).toBe('')
  })

  test('works once with a file id', async () => {
    const read = parseSignature(await createSignature(EXAMPLE, { now, fileId: 'photo-1' }))
    expect(read).toMatchObject({ singleUse: true, expiresAt: 0, fileId: 'photo-1' })
  })

  test('differs from the one before', async () => {
    const signs = await Promise.all(Array.from({ length: 20 }, () => createSignature(EXAMPLE, { now })))
    expect(new Set(signs).size).toBe(20)
  })
})

test.each([
  ['with WebCrypto', hmacSha1],
  ['without WebCrypto', computeHmacSha1],
])('HMAC-SHA1 %s is that of OpenSSL', async (_, compute) => {
  const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
  await fc.assert(
    fc.asyncProperty(bytes(200), bytes(300), async (key, message) => {
      const mac = await compute(Uint8Array.from(key), Uint8Array.from(message))
      expect(Buffer.from(mac)).toEqual(expectedMac(key, message))
    }),
  )
})

test('Base64 and UTF-8 are those of Node', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(Buffer.from(encodeUtf8(text))).toEqual(Buffer.from(text, 'utf8'))
      expect(encodeBase64(encodeUtf8(text))).toBe(Buffer.from(text, 'utf8').toString('base64'))
    }),
  )
})
