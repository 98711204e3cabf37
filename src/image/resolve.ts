import type { LookupAddress } from 'node:dns'
import { lookup, Resolver } from 'node:dns/promises'

/** Gives all addresses of a host name; fails when there are none. */
export type Lookup = (hostname: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>

/** One try at a name server; there are two. The whole download's deadline stands above it. */
const TRY_MS = 2_500

/** Asks the operating system (hosts file, search domains, DNS): for names that the operator listed. */
export async function lookupThroughSystem(hostname: string): Promise<readonly LookupAddress[]> {
  return lookup(hostname, { all: true })
}

/**
 * Asks the name servers alone: for names that a client chose. The system's resolver holds one of the few threads of
 * libuv's pool until it is done, and nothing can call it back: a name whose servers never answer would stop the decoding
 * of everybody's images, which runs on the same threads. It also knows names of this host that are nobody's business.
 *
 * @param servers `address:port` of the name servers; those of the system when absent.
 */
export async function lookupThroughDns(
  hostname: string,
  signal: AbortSignal,
  servers?: readonly string[],
): Promise<readonly LookupAddress[]> {
  const resolver = new Resolver({ timeout: TRY_MS, tries: 2 })
  if (servers) resolver.setServers(servers)
  const cancel = (): void => resolver.cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const addresses: LookupAddress[] = []
    if (v6.status === 'fulfilled') addresses.push(...v6.value.map((address) => ({ address, family: 6 })))
    if (v4.status === 'fulfilled') addresses.push(...v4.value.map((address) => ({ address, family: 4 })))
    if (addresses.length === 0 && v4.status === 'rejected') throw v4.reason
    return addresses
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
