import { describe, expect, it } from 'vitest'
import { type Bar, type ClassFigures, type Judge, judgeClasses, measureClass } from '../../bench/quality-figures.js'
import { describeQuality, formatClass } from '../../bench/quality-report.js'
import { renderQuality } from '../../scripts/render-quality.js'
import { DEGRADATIONS } from '../../support/degrade-pictures.js'

/** Faces are places on a line, alike as far as they are near; below a quality of 10 they are refused. */
interface Place {
  readonly at: number
  readonly quality?: number
}
const judge: Judge<Place> = {
  scoreOf: (a, b) => 100 - Math.abs(a.at - b.at),
  isRefused: ({ quality = 100 }) => quality < 10,
  qualityOf: ({ quality }) => quality,
}

const plain: readonly Place[] = [{ at: 0 }, { at: 100 }, { at: 200 }, { at: 300 }]

describe('measureClass', () => {
  it('counts a face that is not found or refused as not known, and compares it with nobody', () => {
    const degraded = [{ at: 10, quality: 50 }, { at: 100, quality: 9 }, undefined, { at: 25, quality: 80 }]
    expect(measureClass('blur', plain, degraded, judge)).toEqual({
      name: 'blur',
      pictures: 4,
      notFound: 1,
      refused: 1,
      ownCompared: 2,
      ownAccepted: 1,
      // 10 and 25.
      alike: { pairs: 1, accepted: [1, 1, 0] },
      // 10 and 25, each against the plain pictures of the three others: 25 is near 0.
      mixed: { pairs: 6, accepted: [1, 0, 0] },
      medianQuality: 50,
    })
  })

  it('does not compare with a plain picture that is refused', () => {
    const poor = [{ at: 0, quality: 5 }, { at: 100 }]
    const { ownCompared, ownAccepted, mixed, alike } = measureClass('blur', poor, [{ at: 0 }, { at: 1 }], judge)
    expect({ ownCompared, ownAccepted }).toEqual({ ownCompared: 1, ownAccepted: 0 })
    expect(mixed).toEqual({ pairs: 1, accepted: [0, 0, 0] })
    expect(alike).toEqual({ pairs: 1, accepted: [1, 1, 1] })
  })

  it('tells no quality where none is measured', () => {
    expect(measureClass('blur', plain, plain, judge)).not.toHaveProperty('medianQuality')
  })
})

const good: ClassFigures = {
  name: 'grey',
  pictures: 100,
  notFound: 1,
  refused: 0,
  ownCompared: 99,
  ownAccepted: 97,
  alike: { pairs: 10_000, accepted: [30, 10, 2] },
  mixed: { pairs: 20_000, accepted: [60, 10, 4] },
  medianQuality: 61.4,
}
/** No worse in anything, but in what is given. */
function spoil(name: string, change: Partial<ClassFigures>): ClassFigures {
  return { ...good, name, ...change }
}

describe('judgeClasses', () => {
  it('lets pass what lies at the limits', () => {
    expect(judgeClasses([good], ['grey']).map(({ holds }) => holds)).toEqual(new Array(6).fill(true))
  })

  it.each([
    ['strangers at 70, both degraded', { alike: { pairs: 10_000, accepted: [31, 0, 0] } }, 0.0031],
    ['strangers at 70, one degraded', { mixed: { pairs: 20_000, accepted: [62, 0, 0] } }, 0.0031],
    ['strangers at 90, both degraded', { alike: { pairs: 10_000, accepted: [3, 3, 3] } }, 0.0003],
    ['strangers at 90, one degraded', { mixed: { pairs: 20_000, accepted: [6, 6, 6] } }, 0.0003],
    ['own face at 70, mild classes', { ownAccepted: 96 }, 0.96],
    ['refused, mild classes', { refused: 1 }, 0.01],
  ])('misses the bar "%s" alone', (what, change, value) => {
    const missed = judgeClasses([good, spoil('blur', change)], ['grey', 'blur']).filter(({ holds }) => !holds)
    expect(missed).toMatchObject([{ what, missed: [{ name: 'blur', value }] }])
  })

  it('asks of mild classes alone that faces are known and nothing is refused', () => {
    const lost = spoil('pixelated', { notFound: 0, refused: 100, ownCompared: 0, ownAccepted: 0 })
    const nobody = { pairs: 0, accepted: [0, 0, 0] }
    const bars = judgeClasses([good, { ...lost, alike: nobody, mixed: nobody }], ['grey'])
    expect(bars.every(({ holds }) => holds)).toBe(true)
  })

  it('names the worst first', () => {
    const share = (count: number): Partial<ClassFigures> => ({
      alike: { pairs: 10_000, accepted: [count, 0, 0] },
      ownAccepted: 100 - count / 10,
    })
    const bars = judgeClasses([spoil('a', share(50)), spoil('b', share(90)), spoil('c', share(70))], ['a', 'b', 'c'])
    const order = (what: string) => bars.find((bar) => bar.what === what)?.missed.map(({ name }) => name)
    expect(order('strangers at 70, both degraded')).toEqual(['b', 'c', 'a'])
    expect(order('own face at 70, mild classes')).toEqual(['b', 'c', 'a'])
  })

  it('takes no run without a class for a good one', () => {
    expect(judgeClasses([], ['grey']).some(({ holds }) => holds)).toBe(false)
  })
})

const blurred = spoil('blur 8', { alike: { pairs: 10_000, accepted: [9950, 9000, 5000] }, refused: 10 })
const classes = [good, blurred]
const measured = { pack: 'default-1', people: 100, classes, bars: judgeClasses(classes, ['grey']) }

describe('describeQuality', () => {
  it('prints a row a class and a line a bar', () => {
    const text = describeQuality(measured)
    expect(text).toContain('pack default-1, 100 people, %')
    expect(text).toContain('| grey | 1.0 | 0.0 | 0.300 | 0.100 | 0.020 | 0.300 | 0.020 | 97.0 | 98.0 | 61 |')
    expect(text).toContain('| blur 8 | 1.0 | 10.0 | 99.500 | 90.000 | 50.000 | 0.300 | 0.020 | 97.0 | 98.0 | 61 |')
    expect(text).toContain('MISSED  strangers at 70, both degraded: at most 0.3 %; blur 8 99.5')
    expect(text).toContain('met     own face at 70, mild classes: at least 97 %')
  })

  it('shows a dash for shares of nothing', () => {
    const { medianQuality: _, ...unmeasured } = good
    const nobody = { pairs: 0, accepted: [0, 0, 0] }
    const cells = formatClass({ ...unmeasured, ownCompared: 0, ownAccepted: 0, alike: nobody, mixed: nobody })
    expect(cells).toEqual(['1.0', '0.0', '-', '-', '-', '-', '-', '0.0', '-', '-'])
  })
})

describe('renderQuality', () => {
  const bar = (holds: boolean): Bar => measured.bars.find((one) => one.holds === holds)!

  it('shows the same figures in both languages', () => {
    const numbers = (text: string) => [...text.matchAll(/(?<=\| )[\d.]+(?= \|)/g)].map(([number]) => number)
    const [english, chinese] = [renderQuality(measured, 'en'), renderQuality(measured, 'zh')]
    expect(numbers(english).slice(0, 10)).toEqual(formatClass(good))
    expect(numbers(chinese)).toEqual(numbers(english))
    expect(english).toContain(`- ${bar(false).what}: at most 0.3 %: missed by blur 8 (99.5)`)
    expect(english).toContain(`- ${bar(true).what}: at most 0.3 %: kept`)
    expect(chinese).toContain('两张都劣化：上限 0.3 %：未达标者 模糊 σ = 8 (99.5)')
  })

  it('has as many heads as cells', () => {
    for (const language of ['en', 'zh'] as const) {
      const widths = renderQuality(measured, language)
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) => line.split(' | ').length)
      expect(new Set(widths)).toEqual(new Set([11]))
    }
  })

  it('has a Chinese name for every class and every bar', () => {
    const everything = Object.keys(DEGRADATIONS).map((name) => spoil(name, { refused: 10 }))
    const bars = judgeClasses(everything, Object.keys(DEGRADATIONS))
    const text = renderQuality({ ...measured, classes: everything, bars }, 'zh')
    const words = text.replaceAll(/JPEG|px/g, '').match(/[a-zA-Z]{2,}/g)
    expect(words).toBeNull()
  })
})
