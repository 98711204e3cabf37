import type { Headers } from '../signed-request.js'

/**
 * The path as it is signed: without empty and dotted segments, and percent-encoded once more, since it is encoded already as it
 * is sent (all services but S3).
 */
export function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(encode(segment))
  }
  return `/${segments.join('/')}${segments.length > 0 && path.endsWith('/') ? '/' : ''}`
}

/** The query as it is signed: percent-encoded anew, sorted by name, then by value. */
export function canonicalQuery(query: string): string {
  const pairs = query.split('&').filter((pair) => pair !== '')
  return pairs
    .map((pair): readonly [string, string] => {
      const equals = pair.indexOf('=')
      const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
      return [encode(decode(name)), encode(decode(value))]
    })
    .sort(([a, b], [c, d]) => compare(a, c) || compare(b, d))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** A line `name:value` for each signed header, and an empty one; values of one name joined by commas, inner blanks collapsed. */
export function canonicalHeaders(headers: Headers, signedHeaders: readonly string[]): string {
  const lines = signedHeaders.map((name) => {
    const values = (headers.get(name) ?? []).map((value) => value.replaceAll(/ +/g, ' '))
    return `${name}:${values.join(',')}\n`
  })
  return lines.join('')
}

/** All but the unreserved characters of RFC 3986, in UTF-8. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** What is no valid percent-encoding stays as it is: a signature of it will not fit. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** By code units, which is by bytes once all is percent-encoded. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
