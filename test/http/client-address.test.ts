import { fastify } from 'fastify'
import { afterAll, describe, expect, it } from 'vitest'
import { createTrust, findClientAddress, networkOf } from '../../src/http/client-address.js'

const app = fastify({ trustProxy: createTrust(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1']) })
app.get('/', async ({ ips }) => findClientAddress(ips))
afterAll(() => app.close())

async function findClient(remoteAddress: string, forwardedFor?: string): Promise<string> {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
  return (await app.inject({ url: '/', remoteAddress, headers })).body
}

describe('the address of a client', () => {
  it.each([
    ['nobody is trusted', '203.0.113.9', '1.1.1.1', '203.0.113.9'],
    ['no header', '10.0.0.1', undefined, '10.0.0.1'],
    ['an empty header', '10.0.0.1', '', '10.0.0.1'],
    ['one proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['a forged entry on the left', '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['forged entries that look trusted', '10.0.0.1', '10.9.9.9, 10.8.8.8, 203.0.113.9', '203.0.113.9'],
    ['two proxies', '10.0.0.1', '1.1.1.1, 203.0.113.9, 192.0.2.7', '203.0.113.9'],
    ['the address beside a trusted one', '192.0.2.8', '1.1.1.1', '192.0.2.8'],
    ['the network beside a trusted one', '11.0.0.1', '1.1.1.1', '11.0.0.1'],
    ['proxies all the way', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['what is no address', '10.0.0.1', '1.1.1.1, unknown', '10.0.0.1'],
    ['a word that hides a forged entry', '10.0.0.1', '203.0.113.9, _hidden, 10.0.0.2', '10.0.0.2'],
    ['an address with a port', '10.0.0.1', '203.0.113.9:4711', '203.0.113.9'],
    ['IPv6 in brackets', '::1', '[2a00::5]:443', '2a00::5'],
    ['the IPv6 notation of IPv4', '::ffff:10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a trusted IPv6 network', '2001:db8:1::1', '2a00::5', '2a00::5'],
    ['an octal address', '10.0.0.1', '0313.0.0161.9', '10.0.0.1'],
    ['proxies that tell ports', '10.0.0.1', '203.0.113.9:4711, 10.0.0.2:80, [::1]:443', '203.0.113.9'],
  ])('with %s', async (_name, peer, header, client) => {
    expect(await findClient(peer, header)).toBe(client)
  })

  it('is empty when the connection is gone', () => {
    expect([findClientAddress([undefined]), findClientAddress()]).toEqual(['', ''])
  })

  it('costs little for a header of any length', async () => {
    const header = `${'10.0.0.2,'.repeat(1800)}x`
    expect(await findClient('10.0.0.1', header)).toBe('10.0.0.1')
  })
})

describe('the network of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['2a00:1:2:3:4:5:6:7', '2a00:1:2:3::/64'],
    ['2a00:1:2:3::1', '2a00:1:2:3::/64'],
    ['2a00:0001:2:0003::1', '2a00:1:2:3::/64'],
    ['2a00::5', '2a00:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('%s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })
})
