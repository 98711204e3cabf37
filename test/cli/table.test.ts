import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { describeRarity } from '../../src/cli/comparison-text.js'
import { chooseLanguage } from '../../src/cli/language.js'
import { printable } from '../../src/cli/printable.js'
import { formatTable } from '../../src/cli/table.js'
import { WORDS } from '../../src/cli/words.js'
import { createTerminalBar } from '../../src/evaluation/progress.js'
import { calibrate, similarityAtScore } from '../../src/score/calibration.js'

describe('formatTable', () => {
  it('aligns Chinese beside Latin', () => {
    const rows = [
      ['相似度', '1.00', 'x'],
      ['nose', '100.00', 'y'],
    ]
    const lines = formatTable(rows, ['left', 'right'])
    expect(lines).toEqual(['相似度    1.00  x', 'nose    100.00  y'])
    expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1)
  })
})

it('printable leaves letters of every script and takes what steers a terminal', () => {
  expect(printable('Zoë 张三 👩‍🚀\u001b[2J\u009b31m\r\n\u202egpj')).toBe('Zoë 张三 👩‍🚀?[2J?31m???gpj')
})

it.each([
  [{}, { LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{}, { LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{}, { LANG: 'en_GB', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{}, { LC_ALL: '', LANG: 'zha_CN' }, 'en'],
  [{ lang: 'en' } as const, { LANG: 'zh_CN' }, 'en'],
  [{}, {}, 'en'],
])('chooseLanguage %j in %j is %s', (flag, env, language) => {
  expect(chooseLanguage(flag, env)).toBe(language)
})

it.each([
  [12, 'more than one in 10 pairs'],
  [45, 'fewer than one in 10 pairs'],
  [79.99, 'fewer than one in 1,000 pairs'],
  [100, 'fewer than one in 100,000 pairs of strangers score so high, in the worst group that was measured'],
])('a score of %d: %s', (score, text) => {
  expect(describeRarity(score, WORDS.en)).toContain(text)
})

it('similarityAtScore is the way back of calibrate', () => {
  const knots = [
    [-1, 0],
    [0.2, 50],
    [0.5, 90],
    [0.9, 100],
  ] as const
  for (const score of [0, 10, 50, 77.5, 90, 100]) expect(calibrate(knots, similarityAtScore(knots, score))).toBe(score)
  expect(
    similarityAtScore(
      [
        [0.3, 20],
        [0.6, 80],
      ],
      5,
    ),
  ).toBe(0.3)
  expect(
    similarityAtScore(
      [
        [0.3, 20],
        [0.6, 80],
      ],
      95,
    ),
  ).toBe(0.6)
})

it('a bar is drawn on a terminal alone', () => {
  const draw = (isTTY: boolean) => {
    const written: string[] = []
    const bar = createTerminalBar({ isTTY, write: (text) => written.push(text) }, WORDS.zh.progress, 4)
    bar.show(4)
    bar.end()
    return written.join('')
  }
  expect(draw(true)).toContain('图片 4/4，剩余 0 秒')
  expect(draw(false)).toBe('')
})
