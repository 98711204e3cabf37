/** A few bytes of it replaced, removed or added. */
export function mutate(bytes: Uint8Array, random: () => number): Buffer {
  let result = Buffer.from(bytes)
  for (let changes = 1 + Math.floor(random() * 6); changes > 0; changes--) {
    const at = Math.floor(random() * result.length)
    const inserted = Buffer.from(Array.from({ length: Math.floor(random() * 5) }, () => Math.floor(random() * 256)))
    result = Buffer.concat([result.subarray(0, at), inserted, result.subarray(at + Math.floor(random() * 5))])
  }
  return result
}
