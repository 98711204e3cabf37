import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openPackFolder } from '../../src/packs/folder.js'
import { loadNetworks } from '../../src/packs/networks.js'
import {
  DEFAULT_PACK_FOLDER,
  identifyContent,
  type ResolvedPack,
  resolvePack,
  verifyPieces,
} from '../../src/packs/resolve.js'
import {
  EMBEDDING_LENGTH,
  embedderEntry,
  embedderFile,
  goodManifest,
  LANDMARKS_SIZE,
  landmarksEntry,
  landmarksFile,
  mapFile,
  rfbFile,
  scrfdFile,
  sha256,
  writePack,
  yunetFile,
} from '../support/model-packs.js'
import { message, modelWith, number, text, withOpset } from '../support/onnx-bytes.js'

// Real, and it is known what they were called with.
vi.mock('../../src/packs/folder.js', { spy: true })

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  folder = join(root, 'my-pack')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function load() {
  const loaded = await loadNetworks(await resolvePack(folder), 1)
  await loaded.close()
  return loaded
}

/** The sentence that a folder is refused with, be it before the networks are loaded or then. */
async function refusal(): Promise<unknown> {
  return load().then(
    () => 'none',
    (error: unknown) => (error instanceof Error ? error.message : error),
  )
}

function withEmbedder(bytes: Uint8Array, changes: object = {}) {
  const entry = { ...embedderEntry('embedder.onnx', bytes), ...changes }
  return writePack(
    folder,
    { ...goodManifest(), embedders: [entry] },
    { 'yunet.onnx': yunetFile(), 'embedder.onnx': bytes },
  )
}

/** Detector, landmarks, embedder and facial parts, all of its own. */
async function writeOwnPack(changes: { readonly embedder?: object; readonly landmarks?: object } = {}): Promise<void> {
  const files = {
    'rfb.onnx': rfbFile(),
    'points.onnx': landmarksFile(),
    'embedder.onnx': embedderFile({ cells: true }),
  }
  const embedder = embedderEntry('embedder.onnx', files['embedder.onnx'])
  const manifest = {
    ...goodManifest(),
    detector: { kind: 'rfb', file: 'rfb.onnx', sha256: sha256(files['rfb.onnx']) },
    landmarks: { ...landmarksEntry('points.onnx', files['points.onnx']), ...changes.landmarks },
    embedders: [{ ...embedder, output: 'vector', parts: [{ output: 'cells', stride: 16 }], ...changes.embedder }],
  }
  await writePack(folder, manifest, files)
}

describe('a pack is refused', () => {
  it('when it is not there, or has no manifest', async () => {
    expect(await refusal()).toBe('The model pack my-pack: there is no such folder.')
    await mkdir(folder)
    expect(await refusal()).toBe('The model pack my-pack: the folder has no pack.json.')
    await writeFile(join(folder, 'pack.json'), '{"format": 1,')
    expect(await refusal()).toBe('The model pack my-pack: pack.json is no JSON.')
    await writeFile(join(folder, 'pack.json'), '{"format": 2}')
    expect(await refusal()).toBe('The model pack my-pack: format in pack.json must be 1.')
  })

  it('when a file is missing', async () => {
    await writePack(folder, goodManifest(), { 'yunet.onnx': yunetFile() })
    expect(await refusal()).toBe('The model pack tiny: embedder 1 (embedder.onnx) is missing from the folder.')
  })

  it('when a file is another than the manifest says, with both hashes, also before it is loaded', async () => {
    const other = embedderFile({ asMap: true })
    await writePack(folder, goodManifest(), { 'yunet.onnx': yunetFile(), 'embedder.onnx': other })
    const sentence =
      `The model pack tiny: embedder 1 (embedder.onnx) has SHA-256 ${sha256(other)}, ` +
      `but the manifest says ${sha256(embedderFile())}.`
    expect(await refusal()).toBe(sentence)
    await expect(verifyPieces(await resolvePack(folder))).rejects.toThrow(sentence)
  })

  it('when a link leads out of it, but not when it stays inside', async () => {
    await writePack(folder, goodManifest(), { 'yunet.onnx': yunetFile(), 'real.onnx': embedderFile() })
    await symlink('real.onnx', join(folder, 'embedder.onnx'))
    expect(await refusal()).toBe('none')
    await rm(join(folder, 'embedder.onnx'))
    await writeFile(join(root, 'outside.onnx'), embedderFile())
    await symlink(join(root, 'outside.onnx'), join(folder, 'embedder.onnx'))
    expect(await refusal()).toBe("The model pack tiny: embedder 1 (embedder.onnx) leads out of the pack's folder.")
  })

  it('when a file is a folder', async () => {
    await writePack(folder, goodManifest(), { 'yunet.onnx': yunetFile() })
    await mkdir(join(folder, 'embedder.onnx'))
    expect(await refusal()).toBe('The model pack tiny: embedder 1 (embedder.onnx) is no file.')
  })

  it.each([
    ['is no model', new TextEncoder().encode('<html>'), {}, 'is no ONNX model'],
    [
      'wants operators of the future',
      withOpset(embedderFile(), 99),
      {},
      /^is written for opset 99; the newest supported one is \d+$/,
    ],
    [
      'has an operator that nobody knows',
      modelWith(
        Uint8Array.from([...message(1, Uint8Array.from([...text(2, 'y'), ...text(4, 'Nonsense')])), ...text(2, 'g')]),
      ),
      {},
      /^is refused by the inference runtime: /,
    ],
    [
      'keeps its weights elsewhere',
      modelWith(message(5, number(14, 1))),
      {},
      'keeps its weights in another file; only models in a single file are supported',
    ],
    [
      'is of another layout',
      embedderFile({ input: [1, 3, 112, 112] }),
      { layout: 'NHWC' },
      'has an input of [1, 3, 112, 112], which does not fit [1, 112, 112, 3] (NHWC and 112 pixels)',
    ],
    [
      'wants another size',
      embedderFile({ input: [1, 3, 112, 112] }),
      { size: 96 },
      'has an input of [1, 3, 112, 112], which does not fit [1, 3, 96, 96] (NCHW and 96 pixels)',
    ],
    [
      'wants eight at once',
      embedderFile({ input: [8, 3, 112, 112], output: [8, EMBEDDING_LENGTH] }),
      {},
      'has an input of [8, 3, 112, 112], which does not fit [1, 3, 112, 112] (NCHW and 112 pixels)',
    ],
    ['gives a map', mapFile(), {}, 'gives an output of [1, 3, 112, 112] for one image where a vector is needed'],
    [
      'calls its input otherwise',
      embedderFile(),
      { input: 'image' },
      'has the input data, but the manifest names image',
    ],
    ['has no such output', embedderFile(), { output: 'fc1' }, 'has no output fc1; it has vector'],
    [
      'has several outputs, none of them named',
      embedderFile({ outputs: 2 }),
      {},
      'has 2 outputs (vector, other1); name one of them in the manifest',
    ],
  ])('when its embedder %s', async (_name, bytes, changes, what) => {
    await withEmbedder(bytes, changes)
    const said = String(await refusal())
    const [, rest] = /^The model pack tiny: embedder 1 \(embedder\.onnx\) (.*)\.$/.exec(said) ?? [said, said]
    if (typeof what === 'string') expect(rest).toBe(what)
    else expect(rest).toMatch(what)
    expect(said).not.toMatch(/\n|onnxruntime_src|\/tmp/)
  })

  it.each([
    [
      'a yunet for a scrfd',
      yunetFile(),
      'scrfd',
      / has no output of 128 x 1, as a scrfd with key points has for stride 8$/,
    ],
    ['a scrfd for a yunet', scrfdFile(), 'yunet', / has no output cls_8, as a yunet has$/],
    ['a yunet for an rfb', yunetFile(), 'rfb', / has no output logits, as an rfb has$/],
    ['an rfb for a yunet', rfbFile(), 'yunet', / has no output cls_8, as a yunet has$/],
    [
      'a detector of a size that is no multiple of 32',
      embedderFile(),
      'yunet',
      / wants 112 pixels, no multiple of 32$/,
    ],
  ])('with %s', async (_name, bytes, kind, what) => {
    const detector = { kind, file: 'detector.onnx', sha256: sha256(bytes) }
    const files = { 'detector.onnx': bytes, 'embedder.onnx': embedderFile() }
    await writePack(folder, { ...goodManifest(), detector }, files)
    expect(String(await refusal()).replace(/\.$/, '')).toMatch(what)
  })
})

describe('a pack of its own in everything is refused', () => {
  it.each([
    ['no such map', { parts: [{ output: 'features', stride: 16 }] }, 'has no output features; it has vector, cells'],
    [
      'a vector for a map',
      { parts: [{ output: 'vector', stride: 16 }] },
      'gives an output vector of [1, 16] where a map of square planes is needed',
    ],
    [
      'a map for its vector',
      { output: 'cells' },
      'gives an output of [1, 3, 7, 7] for one image where a vector is needed',
    ],
  ])('when its embedder has %s', async (_name, embedder, what) => {
    await writeOwnPack({ embedder })
    expect(await refusal()).toBe(`The model pack tiny: embedder 1 (embedder.onnx) ${what}.`)
  })

  it.each([
    ['call the output otherwise', { output: 'landmarks' }, 'has no output landmarks; it has points'],
    [
      'want another size',
      { size: 64 },
      'has an input of [1, 3, 48, 48], which does not fit [1, 3, 64, 64] (NCHW and 64 pixels)',
    ],
  ])('when its landmarks %s', async (_name, landmarks, what) => {
    await writeOwnPack({ landmarks })
    expect(await refusal()).toBe(`The model pack tiny: the landmarks (points.onnx) ${what}.`)
  })

  it('when its landmarks are five', async () => {
    const five = landmarksFile(new Float32Array(10).fill(0.5))
    await writeOwnPack({ landmarks: { sha256: sha256(five) } })
    await writeFile(join(folder, 'points.onnx'), five)
    expect(await refusal()).toBe(
      'The model pack tiny: the landmarks (points.onnx) gives 10 numbers where 68 points are needed.',
    )
  })
})

describe('a pack', () => {
  it('tells what it loaded, of itself and of the default pack', async () => {
    await writePack(folder, goodManifest())
    const { networks, embedders } = await load()
    expect(networks).toEqual([
      { pack: 'tiny', role: 'the detector', file: 'yunet.onnx', inputSize: 64, gives: 'faces' },
      { pack: 'default', role: 'the landmarks', file: 'landmarks.onnx', inputSize: 64, gives: '68 landmarks' },
      { pack: 'tiny', role: 'embedder 1', file: 'embedder.onnx', inputSize: 112, gives: 'embedding 16' },
      {
        pack: 'default',
        role: 'embedder 1',
        file: 'mobilefacenet.onnx',
        inputSize: 112,
        gives: 'embedding 512, parts',
      },
    ])
    expect(embedders.map(({ weight }) => weight)).toEqual([1, 0])
  })

  it('of its own in everything loads nothing of the default pack', async () => {
    await writeOwnPack()
    vi.mocked(openPackFolder).mockClear()
    const { networks, embedders } = await load()
    expect(vi.mocked(openPackFolder).mock.calls).toEqual([[folder]])
    expect(networks).toEqual([
      { pack: 'tiny', role: 'the detector', file: 'rfb.onnx', inputSize: 64, gives: 'faces' },
      { pack: 'tiny', role: 'the landmarks', file: 'points.onnx', inputSize: LANDMARKS_SIZE, gives: '68 landmarks' },
      { pack: 'tiny', role: 'embedder 1', file: 'embedder.onnx', inputSize: 112, gives: 'embedding 16, parts' },
    ])
    expect(embedders).toMatchObject([
      { output: 'vector', weight: 1, maps: [{ output: 'cells', weight: 1, stride: 16 }] },
    ])
    expect((await resolvePack(folder)).partsFrom.name).toBe('tiny')
  })

  it('loads a network of the default pack once that has a share and gives the parts as well', async () => {
    const good = goodManifest()
    const embedders = [...good.embedders, { kind: 'default' }]
    await writePack(folder, { ...good, embedders, fusion: { weights: [1, 1] } })
    const loaded = await load()
    expect(loaded.networks.map(({ file }) => file)).toEqual([
      'yunet.onnx',
      'landmarks.onnx',
      'embedder.onnx',
      'mobilefacenet.onnx',
    ])
    expect(loaded.embedders.map(({ weight, maps }) => [weight, maps.length])).toEqual([
      [0.5, 0],
      [0.5, 2],
    ])
  })

  it('with parts of its own leaves those of the default embedder, even where that has a share', async () => {
    const bytes = embedderFile({ cells: true })
    const own = { ...embedderEntry('embedder.onnx', bytes), output: 'vector', parts: [{ output: 'cells', stride: 16 }] }
    const manifest = { ...goodManifest(), embedders: [{ kind: 'default' }, own], fusion: { weights: [3, 1] } }
    await writePack(folder, manifest, { 'yunet.onnx': yunetFile(), 'embedder.onnx': bytes })
    const { embedders } = await load()
    expect(embedders.map(({ weight, maps }) => [weight, maps.length])).toEqual([
      [0.75, 0],
      [0.25, 1],
    ])
  })

  it('may give its vector as a map of one pixel, as one of several outputs, and of a batch of one', async () => {
    const gives = async () => (await load()).networks[2]?.gives
    await withEmbedder(embedderFile({ asMap: true }))
    expect(await gives()).toBe(`embedding ${EMBEDDING_LENGTH}`)
    await withEmbedder(embedderFile({ outputs: 3 }), { output: 'other2', input: 'data' })
    expect(await gives()).toBe(`embedding ${EMBEDDING_LENGTH}`)
    await withEmbedder(embedderFile({ input: [1, 3, 112, 112], output: [1, EMBEDDING_LENGTH] }))
    expect(await gives()).toBe(`embedding ${EMBEDDING_LENGTH}`)
  })

  it('runs a detector whose file leaves the size open at any, or at the one that the manifest names', async () => {
    const bytes = yunetFile('any size')
    const detector = { kind: 'yunet', file: 'yunet.onnx', sha256: sha256(bytes) }
    const files = { 'yunet.onnx': bytes, 'embedder.onnx': embedderFile() }
    await writePack(folder, { ...goodManifest(), detector }, files)
    const open = await load()
    expect([open.networks[0]?.inputSize, open.detector.inputSize]).toEqual([undefined, undefined])
    await writePack(folder, { ...goodManifest(), detector: { ...detector, inputSize: 64 } }, files)
    const fixed = await load()
    expect([fixed.networks[0]?.inputSize, fixed.detector.inputSize]).toEqual([64, 64])
    // What it gives fits 64 pixels alone: the network is run at the size that is asked for.
    await writePack(folder, { ...goodManifest(), detector: { ...detector, inputSize: 640 } }, files)
    expect(await refusal()).toContain('has 64 numbers in its output cls_8 where a yunet has 6400')
  })

  it('is known by its content: not by its texts and places, but by all that changes an embedding', async () => {
    const identify = async (manifest: unknown) => {
      await writePack(folder, manifest, {})
      return identifyContent(await resolvePack(folder))
    }
    const good = goodManifest()
    const [embedder] = good.embedders
    const landmarks = landmarksEntry('points.onnx', yunetFile())
    const id = await identify(good)
    expect(id).toMatch(/^tiny-[\da-f]{12}$/)
    const same = [
      { ...good, licence: 'MIT', description: 'Other words.' },
      { ...good, embedders: [{ ...embedder, file: 'renamed.onnx' }] },
      { ...good, embedders: [{ ...embedder, mirrored: false }] },
      { ...good, embedders: [{ ...embedder, views: [{}], alignment: good.alignment }] },
      { ...good, landmarks: { kind: 'default' } },
      { ...good, fusion: { weights: [7] } },
    ]
    for (const other of same) expect(await identify(other)).toBe(id)
    const others = [
      { ...good, embedders: [{ ...embedder, channels: 'bgr' }] },
      { ...good, embedders: [{ ...embedder, mirrored: true }] },
      { ...good, embedders: [{ ...embedder, views: [{}, { scale: 1.1 }] }] },
      { ...good, embedders: [{ ...embedder, mean: [0, 0, 0] }] },
      { ...good, embedders: [{ ...embedder, sha256: '0'.repeat(64) }] },
      { ...good, embedders: [{ ...embedder, output: 'vector' }] },
      { ...good, embedders: [{ ...embedder, parts: [{ output: 'cells', stride: 16 }] }] },
      { ...good, embedders: [{ ...embedder, parts: [{ output: 'cells', stride: 8 }] }] },
      { ...good, embedders: [{ ...embedder, alignment: { template: 'dlib-68', padding: 0.3 } }] },
      { ...good, detector: { ...good.detector, minScore: 0.5 } },
      { ...good, detector: { ...good.detector, inputSize: 64 } },
      { ...good, detector: { kind: 'default' } },
      { ...good, landmarks },
      { ...good, landmarks: { ...landmarks, cropSide: 1.1 } },
      { ...good, alignment: { template: 'dlib-68', padding: 0.2 } },
      { ...good, embedders: [embedder, { kind: 'default' }], fusion: { weights: [1, 1] } },
      { ...good, embedders: [embedder, { kind: 'default' }], fusion: { weights: [2, 1] } },
    ]
    const all = new Set([id])
    for (const other of others) all.add(await identify(other))
    expect(all.size).toBe(others.length + 1)
  })

  it('is another one with other networks of the default pack where it uses them', async () => {
    const other = <T extends { readonly entry: object }>(piece: T): T => ({
      ...piece,
      entry: { ...piece.entry, sha256: 'f'.repeat(64) },
    })
    await writePack(folder, goodManifest(), {})
    const pack = await resolvePack(folder)
    const replaced: readonly ResolvedPack[] = [
      { ...pack, landmarks: other(pack.landmarks) },
      { ...pack, embedders: pack.embedders.map((piece) => (piece.pack === pack.folder ? piece : other(piece))) },
    ]
    expect(new Set([pack, ...replaced].map(identifyContent)).size).toBe(3)
    await writeOwnPack()
    expect((await resolvePack(folder)).embedders.map((piece) => piece.pack.name)).toEqual(['tiny'])
  })

  it('that is a copy of the default pack is known as that', async () => {
    await cp(DEFAULT_PACK_FOLDER, folder, { recursive: true })
    expect(identifyContent(await resolvePack(folder))).toBe(identifyContent(await resolvePack(undefined)))
  })
})
