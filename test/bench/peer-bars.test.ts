import { describe, expect, it } from 'vitest'
import { judge, type PeerFigures } from '../../bench/peer-bars.js'

const figures = (pairMs: number, coldStartMs: number, photoPeakMiB: number): PeerFigures => {
  return { pairMs, cpuMs: pairMs / 2, coldStartMs, photoPeakMiB }
}
const good = {
  fast: figures(10, 400, 200),
  default: figures(20, 400, 200),
  human: figures(160, 400, 400),
  faceApi: figures(480, 900, 500),
}
const failing = (bars: ReturnType<typeof judge>) => bars.filter(({ holds }) => !holds).map(({ what }) => what)

describe('judge', () => {
  it('passes what just reaches a bar', () => {
    expect(failing(judge(good))).toEqual([])
  })

  it('asks more of the fast effort', () => {
    const bars = judge({ ...good, fast: figures(13, 400, 200) })
    expect(failing(bars)).toEqual(['fast: speed against human', 'fast: speed against face-api'])
  })

  it('names each bar that does not hold', () => {
    const bars = judge({ ...good, default: figures(20.1, 401, 450) })
    expect(failing(bars)).toEqual([
      'default: speed against human',
      'default: speed against face-api',
      'default: cold start against human',
      'default: memory on photographs against human',
    ])
  })

  it('gives theirs over ours', () => {
    const [bar] = judge({ ...good, human: { ...good.human, cpuMs: 30 } })
    expect(bar).toEqual({ what: 'default: speed against human', bar: 8, ratio: 8, cpuRatio: 3, holds: true })
  })
})
