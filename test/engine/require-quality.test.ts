import { describe, expect, it } from 'vitest'
import type { Face } from '../../src/engine/engine.js'
import { compareChecked, QualityTooLowError, requireQuality } from '../../src/engine/require-quality.js'
import { QUALITY_REASONS, type Quality } from '../../src/pipeline/quality.js'
import { createFakeEngine } from '../support/http-service.js'

const engine = createFakeEngine()
const shown = async (quality: Quality | undefined): Promise<Face> => ({
  ...(await engine.analyze(Buffer.from('a'))),
  quality,
})
const plain = () => shown({ score: 50, reasons: [] })

function refusalOf(compare: () => unknown): QualityTooLowError {
  try {
    compare()
  } catch (error) {
    if (error instanceof QualityTooLowError) return error
  }
  throw new Error('Expected a refusal')
}

describe('a comparison', () => {
  it('is made at the least quality of the pack, and not below it', async () => {
    const [least, less] = await Promise.all([
      shown({ score: 3, reasons: ['dark'] }),
      shown({ score: 2.99, reasons: [] }),
    ])
    expect(engine.leastQuality).toBe(3)
    expect(compareChecked(engine, least, await plain())).toMatchObject({ similarity: 100, qualityChecked: true })
    expect(refusalOf(() => compareChecked(engine, less, least)).side).toBe('A')
    expect(refusalOf(() => compareChecked(engine, least, less)).side).toBe('B')
    expect(refusalOf(() => compareChecked(engine, less, less))).toMatchObject({ side: 'A', code: -1103 })
  })

  it('may ask for more, or for less, which it says', async () => {
    const [poor, good] = [await shown({ score: 1, reasons: ['blurred'] }), await plain()]
    expect(refusalOf(() => compareChecked(engine, good, good, { minQuality: 50.5 })).minQuality).toBe(50.5)
    expect(compareChecked(engine, good, good, { minQuality: 50 })).toMatchObject({ qualityChecked: true })
    expect(compareChecked(engine, poor, good, { minQuality: 0 })).toMatchObject({ qualityChecked: false })
    expect(compareChecked(engine, good, good, { minQuality: 2 })).toMatchObject({ qualityChecked: false })
  })

  it('is made of faces of packs that cannot tell, which it says', async () => {
    const unknown = await shown(undefined)
    expect(compareChecked(engine, unknown, unknown)).toMatchObject({ similarity: 100, qualityChecked: false })
    expect(compareChecked(engine, unknown, await plain())).toMatchObject({ qualityChecked: false })
  })

  it('is refused where the quality is no number', async () => {
    const [good, broken] = [await plain(), await shown({ score: Number.NaN, reasons: [] })]
    expect(() => compareChecked(engine, good, broken)).toThrow(QualityTooLowError)
  })
})

describe('a refusal', () => {
  it.each([
    [{ score: 1, reasons: ['blurred'] }, 'The face is too blurred to be compared: quality 1 of at least 3.'],
    [
      { score: 0.12, reasons: ['small', 'over_exposed', 'cut_off'] },
      'The face is too small, over-exposed and cut off, and cannot be compared: quality 0.12 of at least 3.',
    ],
    [
      { score: 1, reasons: ['small', 'blurred', 'dark'] },
      'The face is too small, blurred and dark to be compared: quality 1 of at least 3.',
    ],
    [{ score: 1, reasons: ['covered'] }, 'The face is covered, and cannot be compared: quality 1 of at least 3.'],
    [{ score: 2.99, reasons: [] }, 'The face is shown too poorly to be compared: quality 2.99 of at least 3.'],
  ] as const)('names the cause: %j', (quality, sentence) => {
    expect(() => requireQuality({ quality }, 3)).toThrow(sentence)
  })

  it('has words for everything that can be wrong', () => {
    const { message } = refusalOf(() => requireQuality({ quality: { score: 0, reasons: QUALITY_REASONS } }, 3))
    expect(message).toBe(
      'The face is too small, too blurred, too dark, over-exposed, covered, turned away and cut off, and cannot be compared: quality 0 of at least 3.',
    )
  })

  it('is the same when it is said of another side', () => {
    const error = refusalOf(() => requireQuality({ quality: { score: 1, reasons: ['dark'] } }, 3)).of('B')
    expect(error).toMatchObject({ side: 'B', quality: { score: 1, reasons: ['dark'] }, minQuality: 3 })
    expect(error).toBeInstanceOf(QualityTooLowError)
  })
})
