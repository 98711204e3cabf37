export interface ContentType {
  /** Lower case, without parameters. */
  readonly mediaType: string
  /** As sent; undefined when absent or empty. */
  readonly boundary: string | undefined
}

/** Reads a Content-Type header as the clients in the wild write it: with or without spaces, the boundary quoted or not. */
export function readContentType(header: string): ContentType {
  const mediaType = (header.split(';', 1)[0] ?? '').trim().toLowerCase()
  const match = /;[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]*)"|([^;]*))/i.exec(header)
  const boundary = match?.[1] ?? match?.[2]?.trim()
  return { mediaType, boundary: boundary === '' ? undefined : boundary }
}
