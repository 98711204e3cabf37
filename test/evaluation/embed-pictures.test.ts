import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Analysed, type EmbedOptions, embedPictures, requirePack } from '../../src/evaluation/embed-pictures.js'
import { openEmbeddingCache } from '../../src/evaluation/embedding-cache.js'
import { NO_COHORT } from '../../src/score/cohort.js'

const BOX = { x: 0, y: 0, width: 1, height: 1 }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Files with these texts, and an engine that remembers what it was asked; a text with "none" shows no face. */
async function setUp(texts: readonly string[], overrides: Partial<EmbedOptions> = {}) {
  const pictures = texts.map((_, i) => ({ name: `${i}`, file: join(folder, `${i}`) }))
  await Promise.all(texts.map((text, i) => writeFile(join(folder, `${i}`), text)))
  const asked: string[] = []
  const controller = new AbortController()
  let done = 0
  const options: EmbedOptions = {
    async analyze(bytes): Promise<Analysed> {
      const text = Buffer.from(bytes).toString()
      asked.push(text)
      if (text.includes('none')) {
        const failure = { kind: 'FACE_NOT_DETECTED', sentence: 'No face was found.' }
        return { outcome: { failure }, lasting: !text.includes('once') }
      }
      return { outcome: faceOf(text), packId: 'pack', lasting: true }
    },
    lanes: 3,
    signal: controller.signal,
    onPicture: () => {
      done++
    },
    ...overrides,
  }
  return { run: () => embedPictures(pictures, options), asked, controller, countDone: () => done }
}

const faceOf = (text: string) => ({
  face: {
    embedding: Float32Array.from(Buffer.from(text)),
    cohort: NO_COHORT,
    parts: {},
    box: BOX,
    quality: undefined,
  },
})

describe('embedPictures', () => {
  it('says so when there is no face at all', async () => {
    const { run } = await setUp(['none 1', 'none 2'])
    const embedded = await run()
    expect(() => requirePack(embedded)).toThrow('No picture shows a face')
  })

  it('keeps the order of the pictures and asks once for equal ones', async () => {
    const { run, asked, countDone } = await setUp(['none', 'b', 'c', 'b', 'a'])
    const { outcomes, packId } = await run()
    expect(packId).toBe('pack')
    expect(outcomes.map((outcome) => 'face' in outcome)).toEqual([false, true, true, true, true])
    expect(outcomes.slice(1)).toEqual(['b', 'c', 'b', 'a'].map(faceOf))
    expect([...asked].sort()).toEqual(['a', 'b', 'c', 'none'])
    expect(countDone()).toBe(5)
  })

  it('asks the engine only for what the cache does not have', async () => {
    const cache = await openEmbeddingCache(join(folder, 'kept'))
    await (await setUp(['a', 'b', 'none', 'none once'], { cache })).run()
    await cache.close()
    const { size } = await stat(join(folder, 'kept'))
    const again = await openEmbeddingCache(join(folder, 'kept'))
    const { run, asked } = await setUp(['a', 'b', 'none', 'none once', 'new'], { cache: again })
    const { outcomes, fromCache } = await run()
    await again.close()
    // The first face is looked at in any case: it tells which pack is at work. A failure of the engine is tried again.
    expect([...asked].sort()).toEqual(['a', 'new', 'none once'])
    expect(fromCache).toBe(2)
    expect(outcomes[1]).toEqual(faceOf('b'))
    // Only "new" was added.
    expect((await stat(join(folder, 'kept'))).size - size).toBeLessThan(300)
  })

  it('takes nothing from the cache that another pack has made', async () => {
    const kept = () => openEmbeddingCache(join(folder, 'kept'))
    const cache = await kept()
    await (await setUp(['a', 'b', 'none'], { cache })).run()
    await cache.close()
    const other = await kept()
    const asked: string[] = []
    const { run } = await setUp(['a', 'b', 'none'], {
      cache: other,
      async analyze(bytes) {
        asked.push(Buffer.from(bytes).toString())
        return { outcome: faceOf(`other ${asked.length}`), packId: 'other pack', lasting: true }
      },
    })
    expect(await run()).toMatchObject({ packId: 'other pack', fromCache: 0 })
    await other.close()
    expect([...asked].sort()).toEqual(['a', 'b', 'none'])
    // What the first one made is still there for it.
    const again = await kept()
    expect((await (await setUp(['a', 'b', 'none'], { cache: again })).run()).fromCache).toBe(2)
    await again.close()
  })

  it('stops at the signal, and at the first error', async () => {
    const stopped = await setUp(['a', 'b', 'c', 'd', 'e', 'f'], { onPicture: () => stopped.controller.abort() })
    await expect(stopped.run()).rejects.toThrow(/abort/i)
    expect(stopped.asked).toEqual(['a'])
    const broken = await setUp(
      Array.from({ length: 50 }, (_, i) => `picture ${i}`),
      {
        analyze: async (bytes) => {
          broken.asked.push('')
          if (broken.asked.length > 5) throw new Error('broken')
          return { outcome: faceOf(Buffer.from(bytes).toString()), packId: 'pack', lasting: true }
        },
      },
    )
    await expect(broken.run()).rejects.toThrow('broken')
    expect(broken.asked.length).toBeLessThan(12)
  })
})
