import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaceEngine, FaceCompareError, type LocalFaceEngine, QualityTooLowError } from '../src/index.js'
import { cutPerson } from '../support/sample-people.js'

let engine: LocalFaceEngine
beforeAll(async () => {
  engine = await createFaceEngine({ maxPixels: 100_000 })
})
afterAll(async () => {
  await engine.close()
})

describe('the library', () => {
  it('compares two pictures', async () => {
    const [a, b] = await Promise.all([
      engine.analyze(await cutPerson('man')),
      engine.analyze(await cutPerson('manAgain')),
    ])
    expect(a.packId).toBe(engine.packId)
    expect(engine.compare(a, b).similarity).toBeGreaterThan(70)
    expect(engine.compare(a, a).similarity).toBe(100)
  })

  it('refuses faces of less quality than it is told to, A before B', async () => {
    const face = await engine.analyze(await cutPerson('man'))
    const poor = { ...face, quality: { score: 0.5, reasons: ['blurred'] } } as const
    const good = { ...face, quality: { score: 60, reasons: [] } }
    const compare = (minQuality: number) => () => engine.compare(good, poor, { minQuality })
    expect(compare(0.6)).toThrow(QualityTooLowError)
    expect(compare(0.6)).toThrow('The face is too blurred to be compared: quality 0.5 of at least 0.6.')
    expect(() => engine.compare(poor, poor, { minQuality: 50 })).toThrow(expect.objectContaining({ side: 'A' }))
    expect(engine.compare(good, poor, { minQuality: 0 }).similarity).toBe(100)
    expect(engine.compare(good, good, { minQuality: 60 })).toMatchObject({ similarity: 100, qualityChecked: true })
    for (const wrong of [-1, 101, Number.NaN]) expect(compare(wrong)).toThrow(RangeError)
  })

  it('refuses by itself what is below the least quality of its pack', async () => {
    const face = await engine.analyze(await cutPerson('man'))
    const shown = (score: number) => ({ ...face, quality: { score, reasons: [] } })
    const [least, less] = [shown(engine.leastQuality), shown(engine.leastQuality - 0.01)]
    expect(engine.compare(least, least)).toMatchObject({ similarity: 100, qualityChecked: true })
    expect(() => engine.compare(least, less)).toThrow(QualityTooLowError)
  })

  it('refuses pictures with more pixels than it may decode', async () => {
    const failure = engine.analyze(await cutPerson('man', 400))
    await expect(failure).rejects.toBeInstanceOf(FaceCompareError)
    await expect(failure).rejects.toMatchObject({ kind: 'IMAGE_UNDECODABLE' })
  })

  it.each([
    ['a.jpg', 'received string. The bytes of a file are read first: await readFile(path).'],
    [null, 'received null.'],
    [undefined, 'received undefined.'],
    [new ArrayBuffer(8), 'received object.'],
  ])('takes nothing but bytes: %s', async (picture, sentence) => {
    const failure = engine.analyze(picture as unknown as Uint8Array)
    await expect(failure).rejects.toBeInstanceOf(TypeError)
    await expect(failure).rejects.toThrow(sentence)
  })

  it.each([{ maxPixels: 0 }, { maxPixels: Number.NaN }, { threads: 1.5 }])(
    'refuses options that cannot be right: %j',
    async (options) => {
      const made = createFaceEngine(options)
      await expect(made).rejects.toBeInstanceOf(RangeError)
      await expect(made).rejects.toThrow(Object.keys(options)[0] ?? '')
    },
  )
})

describe('findFaces', () => {
  it('gives the face of analyze, with what is asked for, to be compared', async () => {
    const picture = await cutPerson('man')
    const { faces } = await engine.findFaces(picture, { templates: true, attributes: true })
    const face = await engine.analyze(picture)
    expect(faces).toMatchObject([{ box: face.box, attributes: { hasGlasses: expect.any(Boolean) } }])
    const found = faces[0]!
    expect(engine.compare({ ...found.template!, quality: found.quality }, face).similarity).toBe(100)
  })

  it('refuses what cannot be right', async () => {
    await expect(engine.findFaces('a.jpg' as never)).rejects.toThrow(TypeError)
    await expect(engine.findFaces(new Uint8Array(1), { which: 'some' as never })).rejects.toThrow(RangeError)
  })
})
