/**
 * A picture of smooth blobs and noise that depends on the seed alone: `3 * side * side` whole numbers 0..255, planar RGB.
 * Only exact arithmetic and division are used, so that every machine makes the same one.
 */
export function makePseudoImage(side: number, seed: number): Float32Array {
  const random = createRandom(seed)
  const image = new Float32Array(3 * side * side)
  for (let channel = 0; channel < 3; channel++) {
    const base = 60 + 120 * random()
    const blobs = Array.from({ length: 7 }, () => ({
      x: random() * side,
      y: random() * side,
      radius: side * (0.05 + 0.2 * random()),
      height: 300 * (random() - 0.5),
    }))
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        let value = base + 24 * (random() - 0.5)
        for (const blob of blobs) {
          const distance = ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2
          value += blob.height / (1 + distance * distance)
        }
        image[(channel * side + y) * side + x] = Math.min(255, Math.max(0, Math.round(value)))
      }
    }
  }
  return image
}

/** Positions in an array of this length, spread evenly by lot; all of them when there are no more than `count`. */
export function samplePositions(length: number, count: number, seed: number): readonly number[] {
  if (length <= count) return Array.from({ length }, (_, index) => index)
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => Math.floor(((index + random()) * length) / count))
}

/** mulberry32: numbers 0..1 from a 32-bit seed. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
