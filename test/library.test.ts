import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaceEngine, FaceCompareError, type LocalFaceEngine } from '../src/index.js'
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
