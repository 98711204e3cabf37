/** What is used of a `Blob` or `File`. */
export interface BlobLike {
  readonly size: number
  arrayBuffer(): Promise<ArrayBuffer>
}

/** What is used of a `URL`. */
export interface UrlLike {
  readonly href: string
}

/**
 * One picture: its bytes (JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP), a `Blob` or `File` of them, or an http(s) url that the
 * service fetches.
 */
export type ImageSource = Uint8Array | ArrayBuffer | BlobLike | UrlLike | string

/** What goes over the wire for one picture. */
export type ImageField = { readonly url: string } | { readonly bytes: Uint8Array }

const URL_START = /^https?:\/\/[^/?#\s]/i
const SHOWN_CHARACTERS = 40

/** Throws TypeError with one sentence, which calls the picture `name`, for what is none. */
export async function readSource(source: ImageSource, name: string): Promise<ImageField> {
  if (typeof source === 'string') return { url: requireUrl(source, name) }
  const bytes = bytesOf(source)
  if (bytes) return { bytes }
  if (typeof source === 'object' && source !== null) {
    if ('href' in source && typeof source.href === 'string') return { url: requireUrl(source.href, name) }
    if ('arrayBuffer' in source && typeof source.arrayBuffer === 'function') {
      return { bytes: new Uint8Array(await source.arrayBuffer()) }
    }
  }
  throw new TypeError(expected(name, source === null ? 'null' : typeof source))
}

/** By the names of their classes: bytes may come from another window or context, whose classes are others. */
function bytesOf(source: unknown): Uint8Array | undefined {
  if (source instanceof Uint8Array) return source
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  return isArrayBuffer(source) ? new Uint8Array(source) : undefined
}

function isArrayBuffer(source: unknown): source is ArrayBuffer {
  return Object.prototype.toString.call(source) === '[object ArrayBuffer]'
}

function requireUrl(text: string, name: string): string {
  if (URL_START.test(text) && isWellFormed(text)) return text
  const shown = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text
  throw new TypeError(
    `${expected(name, `the text ${JSON.stringify(shown)}`)} The bytes of a file are read first (in Node: await readFile(path)).`,
  )
}

function isWellFormed(text: string): boolean {
  try {
    encodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function expected(name: string, received: string): string {
  return `Expected ${name} to be bytes, a Blob or an http(s) url but received ${received}.`
}
