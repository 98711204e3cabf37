import { describe, expect, it } from 'vitest'
import { createAddressPolicy } from '../../src/image/address-policy.js'

const SPECIAL = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::127.0.0.1',
  '::8.8.8.8',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:0:127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '4000::1',
  '5f00::1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  // Forms that no resolver gives; whoever injects one gets no further.
  '0x7f.1',
  '2130706433',
  '017700000001',
  '127.1',
  '[::1]',
  '8.8.8.8:80',
  'localhost',
  '',
]

describe('createAddressPolicy', () => {
  const strict = createAddressPolicy([])

  it.each(SPECIAL)('refuses %s', (address) => {
    expect(strict.refusal('img.example', [address])).toBeTypeOf('string')
  })

  it.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'])('lets %s pass', (address) => {
    expect(strict.refusal('img.example', [address])).toBeUndefined()
  })

  it('refuses a host when any of its addresses is special, and one without addresses', () => {
    expect(strict.refusal('img.example', ['8.8.8.8', '10.0.0.1'])).toBe('private address 10.0.0.1')
    expect(strict.refusal('img.example', ['8.8.8.8', '2606:4700::1', '::1'])).toContain('::1')
    expect(strict.refusal('img.example', [])).toBe('no address')
  })

  it('lets allowed networks and addresses pass, and nothing beside them', () => {
    const policy = createAddressPolicy(['10.1.0.0/16', '127.0.0.1', '[::1]', 'fd00::/8'])
    for (const address of ['10.1.2.3', '127.0.0.1', '::1', 'fd12::1']) {
      expect(policy.refusal('x', [address]), address).toBeUndefined()
    }
    for (const address of ['10.2.0.1', '127.0.0.2', '::2', 'fc00::1', '::ffff:127.0.0.1', '::127.0.0.1']) {
      expect(policy.refusal('x', [address]), address).toBeTypeOf('string')
    }
    expect(policy.refusal('x', ['10.1.2.3', '10.2.0.1'])).toBeTypeOf('string')
  })

  it('lets allowed names pass with any address', () => {
    const policy = createAddressPolicy(['Minio', 'cdn.example.com', '*.internal.example'])
    for (const name of ['minio', 'MINIO.', 'cdn.example.com', 'a.internal.example', 'a.b.internal.example.']) {
      expect(policy.refusal(name, ['10.0.0.1']), name).toBeUndefined()
      expect(policy.allowsHost(name)).toBe(true)
    }
    for (const name of ['minio.evil.example', 'xcdn.example.com', 'internal.example', 'evilinternal.example', '.']) {
      expect(policy.refusal(name, ['10.0.0.1']), name).toBeTypeOf('string')
      expect(policy.allowsHost(name)).toBe(false)
    }
  })

  it.each([
    '',
    ' ',
    '*',
    '*.',
    'a.*.b',
    '10.0.0.0/33',
    '10.0.0',
    '300.1.1.1',
    'http://a.example',
    'a.example:80',
    'a/b',
    'bücher.example',
  ])('refuses the entry "%s"', (entry) => {
    expect(() => createAddressPolicy([entry])).toThrow(expect.objectContaining({ kind: 'INVALID_PARAMETER' }))
  })
})
