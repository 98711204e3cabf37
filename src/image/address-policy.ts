import ipaddr from 'ipaddr.js'
import { FaceCompareError } from '../errors.js'

/** Says where images may be fetched from: public addresses, and what the operator allowed besides. Pure. */
export interface AddressPolicy {
  /** Whether the host's name itself is on the list, whatever its addresses are. */
  allowsHost(hostname: string): boolean
  /** Why the host may not be reached, for the log; undefined when it may. One special address of several refuses it. */
  refusal(hostname: string, addresses: readonly string[]): string | undefined
}

type Address = ReturnType<typeof ipaddr.process>
type Network = ReturnType<typeof ipaddr.parseCIDR>

/** The global unicast space (RFC 4291, IANA). All else of IPv6, `::/96` and NAT64 included, is no place on the internet. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** As urls carry it: lower case, international names in their `xn--` form. */
const HOST_NAME = /^(?:\*\.)?[a-z\d_](?:[a-z\d._-]*[a-z\d_])?$/

/**
 * @param allow host names (`cdn.example.com`, or `*.example.com` for every name below it), addresses and networks
 *   (`10.1.0.0/16`) that may be reached although their addresses are not public.
 * @throws FaceCompareError INVALID_PARAMETER for an entry that is none of these.
 */
export function createAddressPolicy(allow: readonly string[]): AddressPolicy {
  const names = new Set<string>()
  const suffixes: string[] = []
  const networks: Network[] = []
  for (const entry of allow) {
    const network = parseNetwork(entry)
    const name = normaliseHost(entry)
    if (network) networks.push(network)
    else if (!HOST_NAME.test(name) || /^[\d.]+$/.test(name)) {
      throw new FaceCompareError(
        'INVALID_PARAMETER',
        `Expected a host name, an address or a network (10.0.0.0/8) to allow but received "${entry}".`,
      )
    } else if (name.startsWith('*.')) suffixes.push(name.slice(1))
    else names.add(name)
  }

  const allowsHost = (hostname: string): boolean => {
    const name = normaliseHost(hostname)
    return names.has(name) || suffixes.some((suffix) => name.endsWith(suffix) && name.length > suffix.length)
  }
  return {
    allowsHost,
    refusal(hostname, addresses) {
      if (addresses.length === 0) return 'no address'
      if (allowsHost(hostname)) return undefined
      for (const text of addresses) {
        const reason = addressRefusal(text, networks)
        if (reason) return reason
      }
      return undefined
    },
  }
}

function addressRefusal(text: string, networks: readonly Network[]): string | undefined {
  // `isValid` of IPv4 also takes 0x7f.1 and 127.1; every form goes through the same range check, so none slips by.
  if (!ipaddr.isValid(text)) return `unreadable address ${text}`
  const address = ipaddr.parse(text)
  if (networks.some((network) => contains(network, address))) return undefined
  // ipaddr.js knows the IANA special-purpose registries and the forms that embed an IPv4 address (mapped, 6to4, Teredo,
  // NAT64): those are refused outright, whatever they embed. It takes ::127.0.0.1 and unassigned space for unicast.
  const range = address.range()
  if (range !== 'unicast') return `${range} address ${text}`
  return address.kind() === 'ipv6' && !contains(GLOBAL_IPV6, address) ? `unassigned address ${text}` : undefined
}

function contains([network, prefix]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, prefix)
}

function parseNetwork(entry: string): Network | undefined {
  const literal = entry.replace(/^\[(.*)\]$/, '$1')
  if (ipaddr.isValidCIDR(literal)) return ipaddr.parseCIDR(literal)
  if (ipaddr.IPv6.isValid(literal)) return [ipaddr.IPv6.parse(literal), 128]
  return ipaddr.IPv4.isValidFourPartDecimal(literal) ? [ipaddr.IPv4.parse(literal), 32] : undefined
}

/** Lower case, without the dot of the DNS root: `LOCALHOST.` is localhost. */
function normaliseHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '')
}
