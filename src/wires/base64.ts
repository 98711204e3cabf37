/**
 * The bytes of Base64 as RFC 4648 has it: the standard alphabet, padded, nothing between or around. Undefined for anything
 * else: Node's own decoder skips what it does not know. An image has millions of digits, so that they are not looked at one by
 * one: what the decoder did not skip was a digit, of the alphabet for urls perhaps or, because it looks at the lower eight
 * bits alone, some letter beyond Latin.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || text.includes('-') || text.includes('_')) return undefined
  if (Buffer.byteLength(text, 'utf8') !== text.length) return undefined
  const bytes = Buffer.from(text, 'base64')
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='))
  return bytes.length === (text.length / 4) * 3 - padding ? bytes : undefined
}
