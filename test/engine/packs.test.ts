import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapParts, PART_NAMES } from '../../src/engine/face.js'
import { createEngine } from '../../src/engine/local-engine.js'
import { openPack } from '../../src/engine/open-pack.js'
import { readPackNumbers } from '../../src/engine/pack-numbers.js'
import { type PackFit, writePackFit } from '../../src/packs/fit-file.js'
import { openPackFolder } from '../../src/packs/folder.js'
import { embedFace } from '../../src/pipeline/embed.js'
import { toByteRows } from '../../src/pipeline/matrix.js'
import { Pyramid } from '../../src/pipeline/pyramid.js'
import { type Cohort, scaleByCohort } from '../../src/score/cohort.js'
import { dotProduct, lengthOf, normalise } from '../../src/score/vectors.js'
import { startEnginePool } from '../../src/worker/pool.js'
import { cutPerson } from '../../support/sample-people.js'
import {
  EMBEDDING_LENGTH,
  embedderEntry,
  embedderFile,
  goodManifest,
  LANDMARKS,
  landmarksEntry,
  landmarksFile,
  rfbFile,
  scrfdFile,
  sha256,
  writePack,
  yunetFile,
} from '../support/model-packs.js'

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

const options = (modelPack: string | undefined) => ({ maxPixels: 1_000_000, modelPack })

/** What a calibration says beside the curve from -1 and 0 over .9 to 1 and 100. */
interface Calibration extends Pick<PackFit, 'parts' | 'cohort' | 'upright' | 'faceLikeness'> {
  /** At .9, and what it supports. */
  readonly score?: number
}

/** A folder with a pack, and with a calibration unless told otherwise. */
async function makePack(
  manifest: unknown,
  files?: Readonly<Record<string, Uint8Array>>,
  calibration: Calibration | 'none' = {},
): Promise<string> {
  const folder = join(root, `pack${made++}`)
  await writePack(folder, manifest, files)
  if (calibration !== 'none') await calibrate(folder, calibration)
  return folder
}

async function calibrate(folder: string, { score = 70, ...more }: Calibration = {}): Promise<void> {
  const { content } = await readPackNumbers({ ...options(folder), calibration: 'optional' })
  await writePackFit(await openPackFolder(folder), {
    pack: content,
    bestThreshold: 0.5,
    calibration: [
      [-1, 0],
      [0.9, score],
      [1 - 1e-6, 100],
    ],
    supportedScore: score,
    madeFrom: { persons: 2, pictures: 4, genuinePairs: 2, impostorPairs: 4, date: '2026-01-01T00:00:00.000Z' },
    ...more,
  })
}

async function analyze(folder: string | undefined, image: Uint8Array) {
  const engine = await createEngine(options(folder))
  try {
    return { face: await engine.analyze(image), packId: engine.numbers.id }
  } finally {
    await engine.close()
  }
}

/** A pack with detector, landmarks, embedder and facial parts of its own. */
function makeOwnPack(changes: object = {}, calibration?: Calibration | 'none') {
  const files = {
    'rfb.onnx': rfbFile(),
    'points.onnx': landmarksFile(),
    'embedder.onnx': embedderFile({ cells: true }),
  }
  const embedder = embedderEntry('embedder.onnx', files['embedder.onnx'])
  const manifest = {
    ...goodManifest(),
    detector: { kind: 'rfb', file: 'rfb.onnx', sha256: sha256(files['rfb.onnx']) },
    landmarks: landmarksEntry('points.onnx', files['points.onnx']),
    embedders: [{ ...embedder, output: 'vector', parts: [{ output: 'cells', stride: 16 }], ...changes }],
  }
  return makePack(manifest, files, calibration)
}

describe('a pack cannot be used', () => {
  it('without a calibration, or with one of another content or form', async () => {
    const folder = await makePack(goodManifest(), undefined, 'none')
    const refusal = () => readPackNumbers(options(folder)).then(() => 'none', String)
    expect(await refusal()).toMatch(
      /The model pack tiny: it has no calibration, .*; run: facecompare models calibrate --pack FOLDER PICTURES\.$/,
    )
    await calibrate(folder)
    expect(await refusal()).toBe('none')
    await writePack(folder, { ...goodManifest(), detector: { kind: 'default' } })
    expect(await refusal()).toMatch(/has a calibration of other networks or settings \(tiny-\w+ instead of tiny-\w+\)/)
    await writePack(folder, goodManifest())
    const text = await readFile(join(folder, 'calibration.json'), 'utf8')
    await writeFile(join(folder, 'calibration.json'), text.replace('0.9', '-2'))
    expect(await refusal()).toMatch(
      /calibration\.json is no calibration; make it anew with facecompare models calibrate\.$/,
    )
  })

  it('with a calibration of older versions, which can be made anew where it is', async () => {
    const folder = await makePack(goodManifest(), undefined, 'none')
    const old = {
      format: 1,
      pack: 'tiny-0123456789ab',
      effort: 'default',
      threshold: 0.5,
      curve: [
        [-1, 0],
        [0.999999, 100],
      ],
      supportedScore: 90,
      madeFrom: { persons: 2, pictures: 4, genuinePairs: 2, impostorPairs: 4, date: '' },
    }
    await writeFile(join(folder, 'calibration.json'), JSON.stringify(old))
    await expect(readPackNumbers(options(folder))).rejects.toThrow(
      'The model pack tiny: calibration.json is no calibration; make it anew with facecompare models calibrate.',
    )
    expect(await readPackNumbers({ ...options(folder), calibration: 'optional' })).toMatchObject({
      calibrationProblem: 'has a calibration that cannot be read',
      fit: {
        calibration: [
          [-1, 0],
          [1, 100],
        ],
      },
    })
    await calibrate(folder)
    expect(await readPackNumbers(options(folder))).not.toHaveProperty('calibrationProblem')
  })

  it('and the pool says why in one sentence, at once or when the networks do not fit', async () => {
    const pool = { workers: 1, queueSize: 1, timeoutMs: 20_000 }
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
    expect(packId).toMatch(/^tiny-[\da-f]{12}(-[\da-f]{8}){2}$/)
    // 250 pixels for 64: the detector says 32 x 40 in the middle, (32, 32) being the corner of four cells and the middle of the picture.
    expect(face.box.width).toBeCloseTo((32 * 250) / 64, 3)
    expect(face.box.height).toBeCloseTo((40 * 250) / 64, 3)
    expect(face.box.x + face.box.width / 2).toBeCloseTo(124.5, 3)
    expect(face.detectionScore).toBeCloseTo(Math.sqrt(0.99 * 0.98), 5)
    expect(face.faceCount).toBe(1)
    // By the landmarks.
    expect(Math.abs(face.rollDegrees)).toBeLessThan(3)
    expect(face.embedding.length).toBe(16)
    expect(face.landmarks).toHaveLength(136)
    expect(face.parts.eye.length).toBeGreaterThan(1000)
  })

  it('sees the same face with a scrfd or an rfb of the same opinion', async () => {
    const analyzeBy = async (kind: string, bytes: Uint8Array) => {
      const detector = { kind, file: 'detector.onnx', sha256: sha256(bytes) }
      const files = { 'detector.onnx': bytes, 'embedder.onnx': embedderFile() }
      return analyze(await makePack({ ...goodManifest(), detector }, files), man)
    }
    const byYunet = await analyzeBy('yunet', yunetFile())
    const byScrfd = await analyzeBy('scrfd', scrfdFile())
    const byRfb = await analyzeBy('rfb', rfbFile())
    for (const { face } of [byScrfd, byRfb]) {
      for (const side of ['x', 'y', 'width', 'height'] as const) {
        expect(face.box[side]).toBeCloseTo(byYunet.face.box[side], 3)
      }
    }
    for (const [i, value] of byRfb.face.landmarks.entries()) expect(value).toBeCloseTo(byYunet.face.landmarks[i]!, 2)
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

  it('takes the views that the manifest names', async () => {
    const [embedder] = goodManifest().embedders
    const embed = async (changes: object) => {
      const embedders = [{ ...embedder, ...changes }]
      return (await analyze(await makePack({ ...goodManifest(), embedders }), man)).face.embedding
    }
    const once = await embed({})
    const mirrored = await embed({ mirrored: true })
    const closer = await embed({ views: [{}, { scale: 0.8, degrees: 5 }] })
    expect(await embed({ views: [{}] })).toEqual(once)
    expect(await embed({ views: [{ mirrored: true }] })).toEqual(mirrored)
    for (const [i, embedding] of [once, mirrored, closer].entries()) {
      expect(lengthOf(embedding)).toBeCloseTo(1, 5)
      for (const other of [once, mirrored, closer].slice(i + 1)) expect(embedding).not.toEqual(other)
    }
    // The mean direction: twice the aligned face is the aligned face.
    expect(dotProduct(await embed({ views: [{}, {}] }), once)).toBeCloseTo(1, 6)
  })

  it('cuts faces out for each embedder as that wants them', async () => {
    const [embedder] = goodManifest().embedders
    const alignment = { template: 'dlib-68', padding: 0.25 }
    const manifest = { ...goodManifest(), embedders: [embedder, { ...embedder, alignment }] }
    const both = await analyze(await makePack({ ...manifest, fusion: { weights: [1, 3] } }), man)
    const five = await analyze(await makePack(goodManifest()), man)
    const all = await analyze(await makePack({ ...goodManifest(), alignment }), man)
    const halves = [both.face.embedding.slice(0, EMBEDDING_LENGTH), both.face.embedding.slice(EMBEDDING_LENGTH)]
    expect(halves.map(lengthOf)).toEqual([expect.closeTo(Math.sqrt(0.25), 5), expect.closeTo(Math.sqrt(0.75), 5)])
    for (const [i, { face }] of [five, all].entries()) {
      expect(dotProduct(normalise(halves[i]!), face.embedding)).toBeCloseTo(1, 5)
    }
  })

  it('places landmarks by a network of its own', async () => {
    const { face } = await analyze(await makeOwnPack(), man)
    // 250 pixels for 64; the crop is 1.2 times as long as the longer side of the box.
    const side = 1.2 * 40 * (250 / 64)
    const centre = 124.5
    for (const [i, value] of face.landmarks.entries()) {
      expect(value).toBeCloseTo(centre + (LANDMARKS[i]! - 0.5) * side, 1)
    }
  })

  it('compares facial parts by a map of its own, as its calibration says', async () => {
    const parts = mapParts((part) => ({
      mean: new Float32Array(18).fill(part === 'nose' ? 0.1 : 0),
      calibration: [
        [-1, 0],
        [1, part === 'eye' ? 60 : 100],
      ] as const,
    }))
    const folder = await makeOwnPack({}, { parts })
    const engine = await createEngine(options(folder))
    const [a, b] = [await engine.analyze(man), await engine.analyze(woman)]
    await engine.close()
    const plain = await analyze(await makeOwnPack(), man)
    const compared = engine.compare(a, b).parts
    for (const part of PART_NAMES) {
      // Three maps, six cells of each.
      expect([part, a.parts[part].length]).toEqual([part, 18])
      const cosine = dotProduct(a.parts[part], b.parts[part])
      expect(compared[part]).toBeCloseTo((part === 'eye' ? 30 : 50) * (cosine + 1), 1)
    }
    expect(engine.compare(a, a).parts).toMatchObject({ eyebrow: 100, nose: 100, mouth: 100 })
    // Where nothing is known of them they are not centred.
    expect(a.parts.mouth).toEqual(plain.face.parts.mouth)
    expect(a.parts.nose).not.toEqual(plain.face.parts.nose)
  })

  it('refuses a calibration whose cohort is none', async () => {
    const one = { share: 1, directions: 1, evenVariance: 0.001 }
    const cohort = {
      classes: [one],
      rows: toByteRows(
        [new Float32Array(EMBEDDING_LENGTH).fill(0.1), new Float32Array(EMBEDDING_LENGTH)],
        EMBEDDING_LENGTH,
      ),
      likes: { hundredth: 0.2, tenThousandth: 0.3 },
      length: 1,
    }
    const half = { ...one, share: 0.5 }
    const wrong: readonly Partial<Cohort>[] = [
      { classes: [] },
      { classes: [{ ...one, directions: 2 }] },
      {
        classes: [
          { ...half, directions: -1 },
          { ...half, directions: 1 },
        ],
      },
      {
        classes: [
          { ...half, directions: -0.5 },
          { ...half, directions: 0.5 },
        ],
      },
      { classes: [half] },
      { classes: [{ ...one, evenVariance: 0 }] },
      { likes: { hundredth: 0.3, tenThousandth: 0.3 } },
      { length: 0 },
    ]
    await makeOwnPack({}, { cohort }).then((folder) => readPackNumbers(options(folder)))
    for (const part of wrong) {
      const folder = await makeOwnPack({}, { cohort: { ...cohort, ...part } })
      await expect(readPackNumbers(options(folder)), JSON.stringify(part)).rejects.toThrow('is no calibration')
    }
  })

  it('reads similarities by the cohort of its calibration', async () => {
    const row = (first: number) =>
      Float32Array.from({ length: EMBEDDING_LENGTH }, (_, i) => Math.sin((first + i) * 78.233) / 3)
    const rows = Array.from({ length: 20 }, (_, i) => row(i * EMBEDDING_LENGTH))
    const cohort = {
      classes: [12, 6].map((directions) => ({ share: 0.5, directions, evenVariance: 0.001 })),
      rows: toByteRows(rows, EMBEDDING_LENGTH),
      likes: { hundredth: 0.2, tenThousandth: 0.3 },
      length: 1,
    }
    const { face: alone } = await analyze(await makeOwnPack(), man)
    const { face } = await analyze(await makeOwnPack({}, { cohort }), man)
    expect(alone.cohort).toEqual({ gain: 1, offset: 0, centre: 0 })
    expect(face.embedding).toEqual(alone.embedding)
    const { gain, offset, centre } = scaleByCohort(cohort, face.embedding, Number.MAX_VALUE)
    expect(face.cohort).toEqual({ gain, offset, centre })
    expect(face.cohort.gain).not.toBe(1)
  })

  it('knows which way up a face is by the measure of the default pack where that has a share, or of its own', async () => {
    const uprightWith = async (folder: string) => {
      const { embedders, close } = await openPack(options(folder))
      const grey = new Pyramid({ width: 64, height: 64, data: new Uint8Array(3 * 64 * 64).fill(100) })
      const { upright } = await embedFace(embedders, grey, { landmarks: LANDMARKS.map((value) => 64 * value) })
      await close()
      return upright
    }
    const upright = { direction: new Float32Array(EMBEDDING_LENGTH), perLength: 0, offset: 3.5 }
    expect(await uprightWith(await makeOwnPack({}, { upright }))).toBe(3.5)
    expect(await uprightWith(await makeOwnPack())).toBeUndefined()
    expect(await uprightWith(await makePack(goodManifest()))).toBeTypeOf('number')
  })
})

describe('what a pack finds', () => {
  /** Of the length that the descriptors of a pack with parts of its own have. */
  async function likenessOf(offset: number) {
    const { face } = await analyze(await makeOwnPack(), man)
    return { directions: mapParts((part) => new Float32Array(face.parts[part].length)), offset }
  }

  it('counts as a face unless its own measure says no', async () => {
    await expect(analyze(await makeOwnPack({}, { faceLikeness: await likenessOf(0.5) }), man)).resolves.toBeDefined()
    await expect(analyze(await makeOwnPack({}, { faceLikeness: await likenessOf(-0.5) }), man)).rejects.toMatchObject({
      kind: 'FACE_NOT_DETECTED',
    })
    await expect(analyze(await makeOwnPack(), man)).resolves.toBeDefined()
  })

  it('is measured by the default pack where that reads the parts, and not by what was fitted to other networks', async () => {
    const byDefault = await readPackNumbers(options(undefined))
    const { faceLikeness } = await readPackNumbers(options(await makePack(goodManifest())))
    expect(faceLikeness).toEqual(byDefault.faceLikeness)
    expect(faceLikeness?.directions.eye.length).toBeGreaterThan(0)
    const own = await makeOwnPack({}, { faceLikeness: await likenessOf(-0.5) })
    const manifest = JSON.parse(await readFile(join(own, 'pack.json'), 'utf8'))
    await writeFile(join(own, 'pack.json'), JSON.stringify({ ...manifest, name: 'renamed' }))
    const changed = await readPackNumbers({ ...options(own), calibration: 'optional' })
    expect(changed.faceLikeness).toBeUndefined()
  })
})

describe('faces', () => {
  it('of two packs, of two networks, or of two calibrations are not compared', async () => {
    const folder = await makePack(goodManifest())
    const recalibrated = join(root, 'recalibrated')
    await cp(folder, recalibrated, { recursive: true })
    await calibrate(recalibrated, { score: 65 })
    const bytes = embedderFile({ factor: 2 })
    const retrained = await makePack(
      { ...goodManifest(), embedders: [embedderEntry('embedder.onnx', bytes)] },
      { 'yunet.onnx': yunetFile(), 'embedder.onnx': bytes },
    )
    const packs = [folder, recalibrated, retrained, undefined]
    const faces = await Promise.all(packs.map((pack) => analyze(pack, man)))
    expect(new Set(faces.map(({ packId }) => packId)).size).toBe(faces.length)
    const engine = await createEngine(options(undefined))
    await engine.close()
    for (const { face, packId } of faces) expect(face.packId).toBe(packId)
    for (const { face } of faces.slice(1)) {
      expect(() => engine.compare(faces[0]!.face, face)).toThrow('Expected two faces of one model pack')
    }
  })
})
