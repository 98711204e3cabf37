import { SLICE_BYTES, type Turn } from '../turns.js'

/**
 * The bytes of Base64 as RFC 4648 has it: the standard alphabet, padded, nothing between or around. Undefined for anything
 * else. Takes one turn for each slice of it.
 */
export async function decodeBase64(text: string, turn: Turn): Promise<Uint8Array | undefined> {
  if (text.length % 4 !== 0) return undefined
  const bytes = Buffer.allocUnsafe((text.length / 4) * 3)
  let byteCount = 0
  for (let at = 0; at < text.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    const slice = text.slice(at, at + SLICE_BYTES)
    const isLast = at + slice.length === text.length
    if (!isLast && slice.includes('=')) return undefined
    const written = isPlain(slice) ? bytes.write(slice, byteCount, 'base64') : 0
    if (written !== byteCountOf(slice)) return undefined
    byteCount += written
  }
  return bytes.subarray(0, byteCount)
}

/** A text without its line ends. Takes one turn for each slice of it. */
export async function joinLines(text: string, turn: Turn): Promise<string> {
  let joined = ''
  for (let at = 0; at < text.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    joined += text.slice(at, at + SLICE_BYTES).replaceAll(/[\r\n]+/g, '')
  }
  return joined
}

/**
 * Node's own decoder skips what it does not know, which the number of bytes then tells, so that an image's millions of digits need not be
 * looked at one by one. It takes the alphabet for urls, too, and of letters beyond Latin looks at the lower eight bits alone.
 */
function isPlain(slice: string): boolean {
  return !slice.includes('-') && !slice.includes('_') && Buffer.byteLength(slice, 'utf8') === slice.length
}

function byteCountOf(slice: string): number {
  const padding = slice.endsWith('==') ? 2 : Number(slice.endsWith('='))
  return (slice.length / 4) * 3 - padding
}
