import { describe, expect, it } from 'vitest'
import { judge, type PeerFigures } from '../../bench/peer-bars.js'

const figures = (pairMs: number, coldStartMs: number): PeerFigures => {
  return { pairMs, cpuMs: pairMs / 2, coldStartMs, photoPairMs: 50, photoPeakMiB: 190 }
}
const good = { facecompare: figures(10, 400), human: figures(160, 400), faceApi: figures(440, 900) }
const failing = (bars: ReturnType<typeof judge>) => bars.filter(({ holds }) => !holds).map(({ what }) => what)

describe('judge', () => {
  it('passes what just reaches a bar', () => {
    expect(failing(judge(good))).toEqual([])
  })

  it('names each bar that does not hold', () => {
    const bars = judge({
      ...good,
      facecompare: { pairMs: 10.1, cpuMs: 5, coldStartMs: 401, photoPairMs: 51, photoPeakMiB: 191 },
    })
    expect(failing(bars)).toEqual([
      'speed against human',
      'speed against face-api',
      'cold start against human',
      '12-megapixel pair over the 250 px pair',
      'peak memory on 12 megapixels, MB',
    ])
  })

  it('gives theirs over ours', () => {
    const [bar] = judge({ ...good, human: { ...good.human, cpuMs: 30 } })
    expect(bar).toEqual({
      what: 'speed against human',
      value: 16,
      limit: 16,
      kind: 'at least',
      cpuRatio: 6,
      holds: true,
    })
  })
})
