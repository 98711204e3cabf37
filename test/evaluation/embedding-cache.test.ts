import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddingCache } from '../../src/evaluation/embedding-cache.js'
import type { Outcome } from '../../src/evaluation/face-vectors.js'

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  file = join(folder, 'kept')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const FACE = {
  face: {
    embedding: Float32Array.of(0.25, -1, 3e-7),
    cohort: { gain: 0.9876543210123, offset: -0.1, centre: 0.8 },
    parts: { eye: Int8Array.of(-127, 4), mouth: Int8Array.of(1) },
    box: { x: 1, y: 2.5, width: 3, height: 4 },
    quality: { score: 12.345678901234, reasons: ['blurred', 'dark'] },
  },
} as const satisfies Outcome
const FAILURE: Outcome = { failure: { kind: 'FACE_NOT_DETECTED', sentence: 'No face – was found.' } }

async function write(path: string, entries: Readonly<Record<string, Outcome>>): Promise<void> {
  const cache = await openEmbeddingCache(path)
  await Promise.all(Object.entries(entries).map(([hash, outcome]) => cache.put('pack', hash, outcome)))
  await cache.close()
}

async function read(hash: string, packId = 'pack', path = file): Promise<Outcome | undefined> {
  const cache = await openEmbeddingCache(path)
  try {
    return await cache.get(packId, hash)
  } finally {
    await cache.close()
  }
}

describe('openEmbeddingCache', () => {
  it('refuses a file of another kind and leaves it alone', async () => {
    await writeFile(file, 'somebody else wrote this')
    await expect(openEmbeddingCache(file)).rejects.toThrow(/is no cache of embeddings/)
    expect(await readFile(file, 'utf8')).toBe('somebody else wrote this')
  })

  it('says so when the file cannot be made', async () => {
    await expect(openEmbeddingCache(join(folder, 'missing', 'kept'))).rejects.toThrow(/cannot be opened for writing/)
  })

  it('gives back to the bit what was kept, faces and failures', async () => {
    await write(file, { one: FACE, two: FAILURE })
    expect(await read('one')).toEqual(FACE)
    expect(await read('two')).toEqual(FAILURE)
    const unmeasured = { face: { ...FACE.face, quality: undefined } }
    await write(file, { four: unmeasured })
    expect(await read('four')).toEqual(unmeasured)
    expect(await read('three')).toBeUndefined()
  })

  it('knows nothing of another pack', async () => {
    await write(file, { one: FACE })
    expect(await read('one', 'other pack')).toBeUndefined()
  })

  it('is for the eyes of its owner alone', async () => {
    await write(file, { one: FACE })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('takes a folder and keeps its file there', async () => {
    await write(folder, { one: FACE })
    expect(await read('one', 'pack', folder)).toEqual(FACE)
    expect(await read('one', 'pack', join(folder, 'embeddings.cache'))).toEqual(FACE)
  })

  it('survives being cut off at any byte, and goes on from there', async () => {
    await write(file, { one: FACE })
    const first = (await stat(file)).size
    await write(file, { two: FAILURE })
    const whole = await readFile(file)
    for (let length = whole.length - 1; length >= 0; length -= 7) {
      await writeFile(file, whole)
      await truncate(file, length)
      expect(await read('two')).toBeUndefined()
      expect(await read('one')).toEqual(length >= first ? FACE : undefined)
      await write(file, { three: FACE })
      expect(await read('three')).toEqual(FACE)
    }
  })

  it('drops a record whose bytes were changed, and what is torn after whole ones', async () => {
    await write(file, { one: FACE })
    const size = (await stat(file)).size
    await appendFile(file, Buffer.from([255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7, 8, 9]))
    expect(await read('one')).toEqual(FACE)
    expect((await stat(file)).size).toBe(size)
    const bytes = await readFile(file)
    bytes.writeUInt8(bytes.readUInt8(size - 1) ^ 1, size - 1)
    await writeFile(file, bytes)
    expect(await read('one')).toBeUndefined()
  })
})
