/** What the makers of pictures without a face draw from chance. */

/** Which of the two sets, that share no words, fonts and shapes, a picture belongs to: what is fitted must not be what is reported. */
export type Half = 'fit' | 'report'

export interface Chance {
  readonly random: () => number
  readonly half: Half
}

export function between(low: number, high: number, random: () => number): number {
  return low + (high - low) * random()
}

/** Each doubling as likely as the next. */
export function betweenSizes(low: number, high: number, random: () => number): number {
  return low * (high / low) ** random()
}

export function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new RangeError('Expected something to choose from')
  return value
}

/** Any colour, or one of the kinds that signs and heads have. */
export function pickColour(random: () => number): string {
  const kind = random()
  const grey = (share: number) => `hsl(0,0%,${Math.round(100 * share)}%)`
  if (kind < 0.15) return grey(between(0.9, 1, random))
  if (kind < 0.3) return grey(between(0, 0.15, random))
  if (kind < 0.5) return `hsl(${between(10, 40, random)},${between(25, 70, random)}%,${between(35, 85, random)}%)`
  return `hsl(${between(0, 360, random)},${between(20, 95, random)}%,${between(20, 85, random)}%)`
}

/** Two colours that can be told apart. */
export function pickColours(random: () => number): readonly [string, string] {
  const hue = between(0, 360, random)
  const tint = (lightness: number) =>
    random() < 0.4
      ? `hsl(0,0%,${lightness}%)`
      : `hsl(${(hue + between(-60, 60, random) + 360) % 360},${between(20, 90, random)}%,${lightness}%)`
  const pair = [tint(between(65, 100, random)), tint(between(0, 40, random))] as const
  return random() < 0.7 ? pair : [pair[1], pair[0]]
}
