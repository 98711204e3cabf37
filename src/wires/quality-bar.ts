/**
 * How well faces must be shown that a call is to take: any; those at which what the scores promise holds; and three that ask for
 * more, because the wires of other vendors have as many steps.
 */
export type QualityBar = 'none' | 'promise' | 'fair' | 'good' | 'best'

/** Of a hundred plain faces so many are shown no better: that is what a quality says. */
const LEAST: Readonly<Record<Exclude<QualityBar, 'none' | 'promise'>, number>> = { fair: 5, good: 20, best: 40 }

/** The quality, 0 to 100, below which a face is not taken; `packLeast` is the engine's own `leastQuality`. */
export function leastQualityAt(bar: QualityBar, packLeast: number): number {
  if (bar === 'none') return 0
  return bar === 'promise' ? packLeast : Math.max(packLeast, LEAST[bar])
}
