import { SLICE_BYTES, type Turn } from '../turns.js'

export interface Base64Options {
  /** Taken for each slice of the text. */
  readonly turn: Turn
  /** Whether line ends may stand anywhere in it: some languages break Base64 into lines. */
  readonly mayBeInLines?: boolean
}

/**
 * The bytes of Base64 as RFC 4648 has it: the standard alphabet, padded, nothing around and, but for line ends where they may be,
 * nothing between. Undefined for anything else.
 */
export async function decodeBase64(
  text: string,
  { turn, mayBeInLines = false }: Base64Options,
): Promise<Uint8Array | undefined> {
  const bytes = Buffer.allocUnsafe(Math.ceil((text.length / 4) * 3))
  let byteCount = 0
  let isPadded = false
  let left = ''
  for (let at = 0; at < text.length; at += SLICE_BYTES) {
    if (at > 0) await turn()
    const slice = text.slice(at, at + SLICE_BYTES)
    const digits = left + (mayBeInLines ? withoutLineEnds(slice) : slice)
    const groups = digits.slice(0, digits.length - (digits.length % 4))
    left = digits.slice(groups.length)
    const written = isPlain(groups) ? bytes.write(groups, byteCount, 'base64') : 0
    if (written !== byteCountOf(groups) || (isPadded && digits !== '')) return undefined
    isPadded = groups.endsWith('=')
    byteCount += written
  }
  return left === '' ? bytes.subarray(0, byteCount) : undefined
}

const [LF, CR] = [0x0a, 0x0d]

/** What has letters beyond Latin stays as it is: it is no Base64. */
function withoutLineEnds(slice: string): string {
  if (!/[\r\n]/.test(slice) || Buffer.byteLength(slice, 'utf8') !== slice.length) return slice
  const codes = Buffer.from(slice, 'latin1')
  let count = 0
  for (const code of codes) if (code !== LF && code !== CR) codes[count++] = code
  return codes.toString('latin1', 0, count)
}

/**
 * Node's own decoder skips what it does not know, which the number of bytes then tells, so that an image's millions of digits need not be
 * looked at one by one. It takes the alphabet for urls, too, and of letters beyond Latin looks at the lower eight bits alone.
 */
function isPlain(groups: string): boolean {
  return !groups.includes('-') && !groups.includes('_') && Buffer.byteLength(groups, 'utf8') === groups.length
}

function byteCountOf(groups: string): number {
  const padding = groups.endsWith('==') ? 2 : Number(groups.endsWith('='))
  return (groups.length / 4) * 3 - padding
}
