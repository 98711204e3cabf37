import type { Credential } from '../client/signature.js'

/**
 * The keys that a link brought along behind its `#`, which is taken out of the address bar and of the history of this tab at
 * once. Undefined when there are none.
 */
export function takeKeysFromLink(): Credential | undefined {
  const fields = new URLSearchParams(location.hash.replace(/^#/, ''))
  if (!fields.has('secretKey')) return undefined
  history.replaceState(null, '', `${location.pathname}${location.search}`)
  const read = (name: string): string => fields.get(name) ?? ''
  return { appid: read('appid'), secretId: read('secretId'), secretKey: read('secretKey') }
}

/** Whether a call can be signed with them. */
export function isComplete({ appid, secretId, secretKey }: Credential): boolean {
  return appid !== '' && secretId !== '' && secretKey !== ''
}
