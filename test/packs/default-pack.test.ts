import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import { type LoadedPack, loadDefaultPack } from '../../src/packs/default-pack.js'
import { BLAZEFACE, readSource } from '../../src/packs/sources.js'

let cacheDir: string
const open: LoadedPack[] = []

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'facecompare-pack-'))
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((pack) => pack.close()))
  await rm(cacheDir, { recursive: true })
})

async function load(folder = cacheDir, onWarning?: (sentence: string) => void): Promise<LoadedPack> {
  const pack = await loadDefaultPack({ cacheDir: folder, ...(onWarning ? { onWarning } : {}) })
  open.push(pack)
  return pack
}

describe('weights', () => {
  it('are refused when they are not the pinned ones', async () => {
    const source = { ...BLAZEFACE, weights: { ...BLAZEFACE.weights, sha256: '0'.repeat(64) } }
    const failure = await readSource(source).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(FaceCompareError)
    expect(failure).toMatchObject({
      kind: 'INTERNAL',
      message:
        'The file models/blazeface.bin of @vladmandic/human is not the expected one; install version 3.3.6 unchanged.',
    })
  })

  it('are refused when the package lacks them', async () => {
    const source = { ...BLAZEFACE, weights: { ...BLAZEFACE.weights, path: 'models/missing.bin' } }
    await expect(readSource(source)).rejects.toThrow(
      'The package @vladmandic/human has no readable file models/missing.bin.',
    )
  })
})

describe('loadDefaultPack', () => {
  it('works without a place to write, and says so for each network', async () => {
    const occupied = join(cacheDir, 'occupied')
    await writeFile(occupied, '')
    const warnings: string[] = []
    const pack = await load(join(occupied, 'models'), (sentence) => warnings.push(sentence))
    expect(warnings).toHaveLength(Object.keys(pack.models).length)
    expect((await pack.models.landmarks.run(new Float32Array(3 * 112 * 112), 1)).landmarks).toHaveLength(136)
  })

  it('has the same id and content from a fresh, a kept and a repaired cache', async () => {
    const fresh = await load()
    // Stands beside every embedding that is kept: another id must be meant.
    expect(fresh.id).toBe('default-2815918af156')
    const names = (await readdir(cacheDir)).sort()
    expect(names).toHaveLength(Object.keys(fresh.models).length)
    expect((await load()).id).toBe(fresh.id)
    await truncate(join(cacheDir, names[0]!), 1000)
    expect((await load()).id).toBe(fresh.id)
    expect((await readdir(cacheDir)).sort()).toEqual(names)
  })

  it('may be loaded several times at once from an empty cache', async () => {
    const packs = await Promise.all([load(), load(), load()])
    expect(new Set(packs.map((pack) => pack.id)).size).toBe(1)
    expect(await readdir(cacheDir)).toHaveLength(Object.keys(packs[0].models).length)
  })

  it('says the sizes of its networks and their outputs', async () => {
    const { models } = await load()
    const shapes: Record<string, Record<string, number>> = {}
    for (const name of ['detector', 'landmarks', 'resnet', 'faceres'] as const) {
      const model = models[name]
      const outputs = await model.run(new Float32Array(3 * model.inputSize ** 2).fill(128), 1)
      shapes[`${name} ${model.inputSize}`] = Object.fromEntries(
        Object.entries(outputs).map(([output, values]) => [output, values.length]),
      )
    }
    expect(shapes).toEqual({
      'detector 256': { raw: 896 * 17 },
      'landmarks 112': { landmarks: 136 },
      'resnet 150': { embedding: 128, features: 128 * 8 * 8 },
      'faceres 224': { embedding: 1024, features: 512 * 14 * 14 },
    })
  })
})
