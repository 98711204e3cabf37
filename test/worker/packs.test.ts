import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Effort } from '../../src/face/effort.js'
import { writePackCalibration } from '../../src/model/pack-calibration.js'
import { openPackFolder } from '../../src/model/pack-folder.js'
import { createEngine } from '../../src/worker/engine.js'
import { readPackNumbers } from '../../src/worker/pack-numbers.js'
import { startEnginePool } from '../../src/worker/pool.js'
import { cutPerson } from '../../support/sample-people.js'
import {
  embedderEntry,
  embedderFile,
  goodManifest,
  scrfdFile,
  sha256,
  writePack,
  yunetFile,
} from '../support/model-packs.js'

const workerFile = new URL('../../dist/worker/worker.js', import.meta.url)
let root: string
let man: Uint8Array
let woman: Uint8Array
let made = 0

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  man = await cutPerson('man')
  woman = await cutPerson('womanInBar')
})
afterAll(() => rm(root, { recursive: true, force: true }))

const options = (modelPack: string | undefined, effort: Effort = 'default') => ({
  cacheDir: join(root, 'cache'),
  maxPixels: 1_000_000,
  modelPack,
  effort,
})

/** A folder with a pack, and with a calibration unless told otherwise. */
async function makePack(
  manifest: unknown,
  files?: Readonly<Record<string, Uint8Array>>,
  calibration: { readonly effort?: Effort; readonly score?: number } | 'none' = {},
): Promise<string> {
  const folder = join(root, `pack${made++}`)
  await writePack(folder, manifest, files)
  if (calibration !== 'none') await calibrate(folder, calibration.effort, calibration.score)
  return folder
}

async function calibrate(folder: string, effort: Effort = 'default', score = 70): Promise<void> {
  const { content } = await readPackNumbers({ ...options(folder, effort), uncalibrated: true })
  await writePackCalibration(await openPackFolder(folder), {
    pack: content ?? '',
    effort,
    threshold: 0.5,
    curve: [
      [-1, 0],
      [0.9, score],
      [1 - 1e-6, 100],
    ],
    supportedScore: score,
    madeFrom: { persons: 2, pictures: 4, genuinePairs: 2, impostorPairs: 4, date: '2026-01-01T00:00:00.000Z' },
  })
}

async function analyze(folder: string | undefined, image: Uint8Array, effort?: Effort) {
  const engine = await createEngine(options(folder, effort))
  try {
    return { face: await engine.analyze(image), packId: engine.packId }
  } finally {
    await engine.close()
  }
}

describe('a pack cannot be used', () => {
  it('without a calibration, or with one of another effort, content or form', async () => {
    const folder = await makePack(goodManifest(), undefined, 'none')
    const refusal = (effort?: Effort) => readPackNumbers(options(folder, effort)).then(() => 'none', String)
    expect(await refusal()).toMatch(
      /The model pack tiny: it has no calibration, .*; run: facecompare models calibrate --pack FOLDER --effort default PICTURES\.$/,
    )
    await calibrate(folder)
    expect(await refusal()).toBe('none')
    expect(await refusal('best')).toMatch(
      /has a calibration of the effort default, and best is asked for; run: .* best /,
    )
    await writePack(folder, { ...goodManifest(), detector: { kind: 'default' } })
    expect(await refusal()).toMatch(/has a calibration of other networks or settings \(tiny-\w+ instead of tiny-\w+\)/)
    await writePack(folder, goodManifest())
    const text = await readFile(join(folder, 'calibration.json'), 'utf8')
    await writeFile(join(folder, 'calibration.json'), text.replace('0.9', '-2'))
    expect(await refusal()).toMatch(
      /calibration\.json is no calibration; make it anew with facecompare models calibrate\.$/,
    )
  })

  it('and the pool says why in one sentence, at once or when the networks do not fit', async () => {
    const pool = { workers: 1, queueSize: 1, timeoutMs: 20_000, workerFile }
    const damaged = await makePack(goodManifest(), { 'yunet.onnx': yunetFile(), 'embedder.onnx': scrfdFile() }, 'none')
    await expect(startEnginePool({ ...options(damaged), ...pool })).rejects.toThrow(/embedder 1 .* has SHA-256 /)
    const wrong = scrfdFile()
    const misfit = { ...goodManifest(), embedders: [embedderEntry('embedder.onnx', wrong)] }
    const folder = await makePack(misfit, { 'yunet.onnx': yunetFile(), 'embedder.onnx': wrong })
    const lost: unknown[] = []
    const started = await startEnginePool({ ...options(folder), ...pool, onWorkerLost: (error) => lost.push(error) })
    await expect(started.ready).rejects.toThrow(/^The model pack tiny: embedder 1 .* does not fit \[1, 3, 112, 112\]/)
    await expect(started.analyze(man)).rejects.toThrow(/does not fit/)
    await started.close()
    expect(lost).toEqual([])
  })
})

describe("a pack of one's own", () => {
  it('finds the face with its detector, aligns it, and embeds it; parts and landmarks come from the default pack', async () => {
    const folder = await makePack(goodManifest())
    const { face, packId } = await analyze(folder, man)
    expect(packId).toMatch(/^tiny-[\da-f]{12}-[\da-f]{8}-default$/)
    // 250 pixels for 64: the detector says 32 x 40 in the middle, (32, 32) being the corner of a cell.
    expect(face.box.width).toBeCloseTo((32 * 250) / 64, 3)
    expect(face.box.height).toBeCloseTo((40 * 250) / 64, 3)
    expect(face.box.x + face.box.width / 2).toBeCloseTo(124.5 + (0.5 * 250) / 64, 3)
    expect(face.detectionScore).toBeCloseTo(Math.sqrt(0.99 * 0.98), 5)
    expect(face.faceCount).toBe(1)
    expect(face.rollDegrees).toBeCloseTo(0, 5)
    expect(face.embedding.length).toBe(16)
    expect(face.landmarks).toHaveLength(136)
    expect(face.parts.eye.length).toBeGreaterThan(1000)
  })

  it('sees the same face with a scrfd of the same opinion', async () => {
    const detector = { kind: 'scrfd', file: 'scrfd.onnx', sha256: sha256(scrfdFile()) }
    const files = { 'scrfd.onnx': scrfdFile(), 'embedder.onnx': embedderFile() }
    const [byScrfd, byYunet] = [
      await analyze(await makePack({ ...goodManifest(), detector }, files), man),
      await analyze(await makePack(goodManifest()), man),
    ]
    for (const side of ['x', 'y', 'width', 'height'] as const) {
      expect(byScrfd.face.box[side]).toBeCloseTo(byYunet.face.box[side], 3)
    }
    expect(byScrfd.face.embedding.length).toBe(16)
    for (const [i, value] of byScrfd.face.embedding.entries()) expect(value).toBeCloseTo(byYunet.face.embedding[i]!, 4)
  })

  it('may leave the detection to the default pack, and align by 68 landmarks or by five of them', async () => {
    const detector = { kind: 'default' }
    const five = await analyze(await makePack({ ...goodManifest(), detector }), man)
    const alignment = { template: 'dlib-68', padding: 0.25 }
    const all = await analyze(await makePack({ ...goodManifest(), detector, alignment }), man)
    const byDefault = await analyze(undefined, man)
    expect(five.face.box).toEqual(byDefault.face.box)
    expect(five.face.landmarks).toEqual(byDefault.face.landmarks)
    expect(five.face.parts).toEqual(byDefault.face.parts)
    expect(all.face.embedding).not.toEqual(five.face.embedding)
  })

  it('compares as the weighted sum of its embedders, the default pack being one of them', async () => {
    const [embedder] = goodManifest().embedders
    const detector = { kind: 'default' }
    const both = await makePack({
      ...goodManifest(),
      detector,
      embedders: [embedder, { kind: 'default' }],
      fusion: { weights: [1, 3] },
    })
    const alone = await makePack({ ...goodManifest(), detector })
    const cosineOf = async (folder: string | undefined) => {
      const engine = await createEngine(options(folder))
      const { cosine } = engine.compare(await engine.analyze(man), await engine.analyze(woman))
      await engine.close()
      return cosine
    }
    expect(await cosineOf(both)).toBeCloseTo(0.25 * (await cosineOf(alone)) + 0.75 * (await cosineOf(undefined)), 5)
  })

  it('scores by its own calibration, and identical pictures 100', async () => {
    const folder = await makePack(goodManifest(), undefined, { score: 60 })
    const warnings: string[] = []
    const engine = await createEngine({ ...options(folder), onWarning: (sentence) => warnings.push(sentence) })
    const [a, b] = [await engine.analyze(man), await engine.analyze(woman)]
    await engine.close()
    const { similarity, cosine, parts } = engine.compare(a, b)
    const expected = cosine < 0.9 ? (60 * (cosine + 1)) / 1.9 : 60 + (40 * (cosine - 0.9)) / (0.1 - 1e-6)
    expect(similarity).toBeCloseTo(expected, 1)
    expect(parts.eye).toBeLessThan(60)
    expect(engine.compare(a, a)).toMatchObject({ similarity: 100, parts: { eye: 100, mouth: 100 } })
    expect(warnings).toEqual([expect.stringContaining('too few pairs for scores above 60')])
  })

  it('takes a mirrored look too where the manifest or the effort says so', async () => {
    const [embedder] = goodManifest().embedders
    const mirrored = { ...goodManifest(), embedders: [{ ...embedder, mirrored: true }] }
    const embed = async (manifest: unknown, effort: Effort) => {
      const { face } = await analyze(await makePack(manifest, undefined, { effort }), man, effort)
      return face.embedding
    }
    const once = await embed(goodManifest(), 'default')
    const twice = await embed(mirrored, 'default')
    expect(once).not.toEqual(twice)
    expect(await embed(mirrored, 'fast')).toEqual(once)
    expect(await embed(goodManifest(), 'best')).toEqual(twice)
  })
})

describe('faces', () => {
  it('of two packs, of two calibrations, or of two efforts are not compared', async () => {
    const folder = await makePack(goodManifest())
    const other = join(root, 'recalibrated')
    await cp(folder, other, { recursive: true })
    await calibrate(other, 'default', 65)
    const faces = [
      await analyze(folder, man),
      await analyze(other, man),
      await analyze(undefined, man),
      await analyze(undefined, man, 'fast'),
      await analyze(undefined, man, 'best'),
    ]
    expect(new Set(faces.map(({ packId }) => packId)).size).toBe(faces.length)
    const engine = await createEngine(options(undefined))
    await engine.close()
    for (const { face } of faces.slice(1)) {
      expect(() => engine.compare(faces[0]!.face, face)).toThrow('Expected two faces of one model pack')
    }
  })
})
