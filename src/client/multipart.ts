import { encodeUtf8 } from './signature.js'

export interface FormField {
  readonly name: string
  readonly value: string | Uint8Array
}

export interface FormBody {
  readonly contentType: string
  readonly bytes: ArrayBuffer
}

/** A `multipart/form-data` body (RFC 7578) as bytes: mini-programs have no `FormData`. Names are those of the wire. */
export function encodeForm(fields: readonly FormField[]): FormBody {
  const boundary = `facecompare-${randomText()}${randomText()}`
  const chunks = fields.flatMap(({ name, value }) => [
    encodeUtf8(`--${boundary}\r\n${headerOf(name, value)}\r\n\r\n`),
    typeof value === 'string' ? encodeUtf8(value) : value,
    encodeUtf8('\r\n'),
  ])
  const bytes = join([...chunks, encodeUtf8(`--${boundary}--\r\n`)])
  return { contentType: `multipart/form-data; boundary=${boundary}`, bytes }
}

function headerOf(name: string, value: string | Uint8Array): string {
  const disposition = `Content-Disposition: form-data; name="${name}"`
  return typeof value === 'string'
    ? disposition
    : `${disposition}; filename="${name}"\r\nContent-Type: application/octet-stream`
}

function join(chunks: readonly Uint8Array[]): ArrayBuffer {
  const joined = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const chunk of chunks) {
    joined.set(chunk, offset)
    offset += chunk.length
  }
  return joined.buffer
}

/** About 50 random bits: no picture holds a boundary of two of them by chance. */
function randomText(): string {
  return Math.random().toString(36).slice(2)
}
