import { BlockList, isIP } from 'node:net'

/**
 * Whether an address is one of our own proxies, for fastify's `trustProxy`: what stands in `X-Forwarded-For` is believed only as
 * far as our own proxies wrote it. Each of them adds, on the right, whom it was called by; so fastify reads from the right
 * while the one who tells is trusted. What stands left of the first stranger was written by that stranger.
 *
 * @param networks addresses and networks in CIDR form, checked before.
 */
export function createTrust(networks: readonly string[]): (address: string | undefined) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    if (prefix === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(prefix), familyOf(address))
  }
  return (told) => {
    const address = plainAddress(told)
    return address !== undefined && list.check(address, familyOf(address))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4'
}

/**
 * Who called, by his address; `''` when the connection is gone.
 *
 * @param hops fastify's `request.ips`: the other end of the connection, then whom each trusted one names. What the last of
 *   them names may be no address; then it is he who is counted.
 */
export function findClientAddress(hops: readonly (string | undefined)[] = []): string {
  return hops.map(plainAddress).findLast((address) => address !== undefined) ?? ''
}

/** An address without port, brackets, zone, and the IPv6 notation of IPv4; undefined for everything else. */
function plainAddress(text = ''): string | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? []
  const [, v4] = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text) ?? []
  const bare = (bracketed ?? v4 ?? text).replace(/%.*$/, '').toLowerCase()
  const address = bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')
  return isIP(address) === 0 ? undefined : address
}

/** The network that a client calls from, by which those are told apart who have not proven more; see {@link findClientAddress}. */
export function findClientNetwork(hops?: readonly (string | undefined)[]): string {
  return networkOf(findClientAddress(hops))
}

/** What one client can call from: an IPv4 address, or the 64 bits of an IPv6 network, within which he picks any. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
