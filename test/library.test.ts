import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createFaceEngine,
  FaceCompareError,
  faceToBytes,
  type LocalFaceEngine,
  QualityTooLowError,
} from '../src/index.js'
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

  it.each([
    ['fast', /Expected an object with options \(maxPixels, .*\) but received "fast"/],
    [null, /but received null/],
    [{ maxPixel: 5 }, /There is no option "maxPixel"; expected maxPixels, modelPack/],
    [{ maxPixels: '5' }, /Expected maxPixels to be a number but received "5"/],
    [{ modelPack: 7 }, /Expected modelPack to be a string but received number/],
    [{ onWarning: 'log' }, /Expected onWarning to be a function/],
  ])('refuses what is no option: %j', async (options, sentence) => {
    const made = createFaceEngine(options as never)
    await expect(made).rejects.toBeInstanceOf(TypeError)
    await expect(made).rejects.toThrow(sentence)
  })

  it('refuses options of comparing that there are not', async () => {
    const face = await engine.analyze(await cutPerson('man'))
    expect(() => engine.compare(face, face, { minquality: 0 } as never)).toThrow(
      /no option "minquality"; expected minQual/,
    )
    expect(() => engine.compare(face, face, { minQuality: undefined })).not.toThrow()
  })

  it('keeps a face and compares it later', async () => {
    const face = await engine.analyze(await cutPerson('man'))
    const bytes = faceToBytes(face)
    // As a database hands it over: somewhere in a larger piece of memory.
    const read = engine.faceFromBytes(Buffer.concat([Buffer.from('x'), bytes]).subarray(1))
    expect(read).toEqual(face)
    expect(engine.compare(face, read).similarity).toBe(100)
    expect(bytes.length).toBeLessThan(70_000)
  })

  it('refuses stored faces of another pack, and what is none', async () => {
    const face = await engine.analyze(await cutPerson('man'))
    const other = { ...face, packId: 'other-1' }
    const sentence = /made by another model pack \(other-1\) than that of this engine \(.*\): analyse its picture anew/
    expect(() => engine.faceFromBytes(faceToBytes(other))).toThrow(RangeError)
    expect(() => engine.faceFromBytes(faceToBytes(other))).toThrow(sentence)
    expect(() => engine.compare(other, other)).toThrow(sentence)
    const bytes = faceToBytes(face)
    for (const wrong of [bytes.subarray(1), bytes.subarray(0, -4), Buffer.alloc(0), 'FCF1', face]) {
      expect(() => engine.faceFromBytes(wrong as never)).toThrow(TypeError)
    }
  })

  it('finishes what is under way when it is closed, and refuses what comes then', async () => {
    const other = await createFaceEngine()
    const picture = await cutPerson('man')
    const before = other.analyze(picture)
    const closing = other.close()
    const during = other.analyze(picture)
    await expect(during).rejects.toBeInstanceOf(FaceCompareError)
    await expect(during).rejects.toMatchObject({ kind: 'INTERNAL', message: 'The engine has been closed.' })
    expect((await before).packId).toBe(other.packId)
    await closing
    await other.close()
    await expect(other.analyze(picture)).rejects.toBeInstanceOf(FaceCompareError)
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
