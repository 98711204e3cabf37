/** The head of a signed request as it came in, before anything is made of it: what was signed is what was sent. */
export interface SignedHead {
  readonly method: string
  /** Path and query of the request line, still percent-encoded. */
  readonly target: string
  /** Names and values in turn, in the order and the case in which they came. */
  readonly rawHeaders: readonly string[]
}

/** A signature of which all is known but the body. */
export interface OpenSignature<T> {
  /** Whose key it names: not whose the request is, unless that is proven. */
  readonly claimed: T
  /** Whether the head alone proves whose the request is, because the hash of the body is one of its signed headers. */
  readonly isProven: boolean
  /** Whose the request is; throws when the signature was made of another body. `bodySha256` is the hex SHA-256 of its bytes. */
  readonly close: (bodySha256: string) => T
}

/** The values of each header by its name in lower case, trimmed, in their order. */
export type Headers = ReadonlyMap<string, readonly string[]>

export function readHeaders(rawHeaders: readonly string[]): Headers {
  const headers = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase()
    const value = (rawHeaders[i + 1] ?? '').trim()
    const values = headers.get(name)
    if (values) values.push(value)
    else headers.set(name, [value])
  }
  return headers
}

/** Path and query of a request's target; the query without its question mark. */
export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?')
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) }
}

/** What an `Authorization` header of both schemes says: `<algorithm> Credential=..., SignedHeaders=..., Signature=...`. */
export interface Authorization {
  readonly algorithm: string
  readonly fields: ReadonlyMap<string, string>
}

export function readAuthorization(text: string): Authorization {
  const blank = text.search(/[ \t]/)
  if (blank < 0) return { algorithm: text, fields: new Map() }
  const fields = new Map<string, string>()
  for (const field of text.slice(blank).split(',')) {
    const equals = field.indexOf('=')
    // Of what stands there twice the first counts.
    if (equals > 0 && !fields.has(field.slice(0, equals).trim())) {
      fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim())
    }
  }
  return { algorithm: text.slice(0, blank), fields }
}

/** `id/date/<more>` of a Credential; the id may have slashes in it, what follows may not. Undefined when parts are missing. */
export function readCredential(
  text: string,
  scopeParts: number,
): { readonly id: string; readonly scope: readonly string[] } | undefined {
  const parts = text.split('/')
  const scope = parts.slice(-scopeParts)
  const id = parts.slice(0, -scopeParts).join('/')
  return id === '' || scope.length < scopeParts || scope.includes('') ? undefined : { id, scope }
}

/** Lower-case names, each once; undefined for any other list. */
export function readSignedHeaders(text: string): readonly string[] | undefined {
  const names = text.split(';')
  const isList = names.every((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) && new Set(names).size === names.length
  return isList ? names : undefined
}
