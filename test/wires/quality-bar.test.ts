import { expect, it } from 'vitest'
import { leastQualityAt, type QualityBar } from '../../src/wires/quality-bar.js'

it.each<[number, readonly number[]]>([
  [0.79, [0, 0.79, 5, 20, 40]],
  [30, [0, 30, 30, 30, 40]],
  [0, [0, 0, 5, 20, 40]],
])('asks for more with each bar, and for no less than the pack does (%d)', (packLeast, expected) => {
  const bars: readonly QualityBar[] = ['none', 'promise', 'fair', 'good', 'best']
  expect(bars.map((bar) => leastQualityAt(bar, packLeast))).toEqual(expected)
})
