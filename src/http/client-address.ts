import { BlockList, isIP } from 'node:net'

/** Whether an address is one of our own proxies. */
export type IsTrusted = (address: string) => boolean

/** @param networks addresses and networks in CIDR form, checked before. */
export function createTrust(networks: readonly string[]): IsTrusted {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Who called, by his address. What stands in `X-Forwarded-For` is believed only as far as our own proxies wrote it: each of
 * them adds, on the right, whom it was called by. So it is read from the right while the one who tells is trusted; what
 * stands left of the first stranger was written by that stranger. What is no address ends it as well.
 *
 * @param peer the other end of the connection; empty when it is gone.
 * @param forwardedFor the header; several of them joined with commas in their order.
 */
export function findClientAddress(peer: string, forwardedFor: string | undefined, isTrusted: IsTrusted): string {
  let client = plainAddress(peer) ?? ''
  const told = (forwardedFor ?? '').split(',').map((entry) => plainAddress(entry.trim()))
  while (client !== '' && told.length > 0 && isTrusted(client)) {
    const before = told.pop()
    if (before === undefined) break
    client = before
  }
  return client
}

/** An address without port, brackets, zone, and the IPv6 notation of IPv4; undefined for everything else. */
function plainAddress(text: string): string | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? []
  const [, v4] = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text) ?? []
  const bare = (bracketed ?? v4 ?? text).replace(/%.*$/, '').toLowerCase()
  const address = bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '')
  return isIP(address) === 0 ? undefined : address
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
