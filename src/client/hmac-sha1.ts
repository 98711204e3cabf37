/**
 * HMAC-SHA1 (RFC 2104, FIPS 180-4) by WebCrypto, and in plain ECMAScript where that is missing: on pages that were loaded
 * over http from another machine, and in mini-programs.
 */

const MAC_BYTES = 20
const BLOCK_BYTES = 64
const INNER_PAD = 0x36
const OUTER_PAD = 0x5c

/** The HMAC-SHA1 of a message, 20 bytes. */
export async function hmacSha1(key: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const subtle = typeof crypto === 'undefined' ? undefined : crypto.subtle
  // An empty key is refused by WebCrypto in some runtimes.
  if (!subtle || key.length === 0) return computeHmacSha1(key, message)
  const imported = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
  return new Uint8Array(await subtle.sign('HMAC', imported, message))
}

/** The same without WebCrypto. */
export function computeHmacSha1(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES)
  block.set(key.length > BLOCK_BYTES ? sha1(key) : key)
  const inner = sha1(
    concat(
      block.map((byte) => byte ^ INNER_PAD),
      message,
    ),
  )
  return sha1(
    concat(
      block.map((byte) => byte ^ OUTER_PAD),
      inner,
    ),
  )
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

/** FIPS 180-4, section 5.3.1. */
const START = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0] as const

type State = [number, number, number, number, number]

function sha1(message: Uint8Array): Uint8Array {
  const padded = pad(message)
  const state: State = [...START]
  for (let offset = 0; offset < padded.byteLength; offset += BLOCK_BYTES) addBlock(state, padded, offset)
  const digest = new DataView(new ArrayBuffer(MAC_BYTES))
  state.forEach((word, i) => {
    digest.setUint32(4 * i, word)
  })
  return new Uint8Array(digest.buffer)
}

/** A one bit, zeros, and the length in bits as 64 bits. */
function pad(message: Uint8Array): DataView {
  const length = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES
  const bytes = new Uint8Array(length)
  bytes.set(message)
  bytes[message.length] = 0x80
  const view = new DataView(bytes.buffer)
  view.setUint32(length - 8, Math.floor(message.length / 2 ** 29))
  view.setUint32(length - 4, (message.length * 8) >>> 0)
  return view
}

function addBlock(state: State, message: DataView, offset: number): void {
  const words = schedule(message, offset)
  let [a, b, c, d, e] = state
  words.forEach((word, t) => {
    const next = (rotate(a, 5) + mix(t, b, c, d) + e + word) | 0
    ;[a, b, c, d, e] = [next, a, rotate(b, 30), c, d]
  })
  const added = [a, b, c, d, e]
  for (const i of [0, 1, 2, 3, 4] as const) state[i] = (state[i] + (added[i] ?? 0)) >>> 0
}

function schedule(message: DataView, offset: number): readonly number[] {
  const words: number[] = []
  for (let t = 0; t < 16; t++) words.push(message.getInt32(offset + 4 * t))
  const word = (t: number): number => words[t] ?? 0
  for (let t = 16; t < 80; t++) words.push(rotate(word(t - 3) ^ word(t - 8) ^ word(t - 14) ^ word(t - 16), 1))
  return words
}

/** The function and the constant of a round (FIPS 180-4, sections 4.1.1 and 4.2.1). */
function mix(t: number, b: number, c: number, d: number): number {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
  return (b ^ c ^ d) + 0xca62c1d6
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}
