/** The scheme and host of an http(s) url, for sentences: paths and queries may hold what logs must not. */
export function originOf(url: string): string {
  return /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? 'the service'
}
