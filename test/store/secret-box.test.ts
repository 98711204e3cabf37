import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSecretBox, parseMasterKey } from '../../src/store/secret-box.js'
import { StoreError } from '../../src/store/store.js'

const box = createSecretBox(new Uint8Array(32).fill(7))

describe('createSecretBox', () => {
  it('opens nothing that was changed', () => {
    const sealed = box.seal('a secret', 'AKID')
    for (let at = 0; at < sealed.length; at++) {
      const letter = sealed.charAt(at) === 'A' ? 'B' : 'A'
      const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1)
      // The last letter of a base64url text has bits that mean nothing.
      if (isSameBytes(changed, sealed)) continue
      expect(() => box.open(changed, 'AKID')).toThrow(StoreError)
    }
  })

  it.each(['', 'v1', 'v1..', 'v1.AAAAAAAAAAAAAAAA.AAAA', 'v2.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA', 'v1.a.b.c'])(
    'opens no %j',
    (text) => {
      expect(() => box.open(text, 'AKID')).toThrow(StoreError)
    },
  )

  it('opens nothing under another name or with another key', () => {
    const sealed = box.seal('a secret', 'AKID')
    expect(() => box.open(sealed, 'AKIE')).toThrow(StoreError)
    expect(() => createSecretBox(new Uint8Array(32).fill(8)).open(sealed, 'AKID')).toThrow(StoreError)
  })

  it('accepts no shortened tag', () => {
    const sealed = box.seal('', 'AKID')
    expect(() => box.open(sealed.slice(0, -6), 'AKID')).toThrow(StoreError)
  })

  it('opens what it sealed, and never seals twice alike', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (plain, name) => {
        const sealed = box.seal(plain, name)
        expect(box.open(sealed, name)).toBe(plain)
        expect(box.seal(plain, name)).not.toBe(sealed)
      }),
    )
  })
})

describe('parseMasterKey', () => {
  it('says what is expected and not what came', () => {
    expect(() => parseMasterKey('hunter2')).toThrow(/^The master key must be 32 bytes(?!.*hunter2)/)
  })
})

function isSameBytes(left: string, right: string): boolean {
  const decode = (text: string) =>
    text.split('.').map((part, index) => (index === 0 ? part : Buffer.from(part, 'base64url').toString('hex')))
  return decode(left).join() === decode(right).join()
}
