import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identifyContent, openPackFolder, verifyPackFiles } from '../../src/packs/folder.js'
import { loadPackNetworks } from '../../src/packs/networks.js'
import {
  EMBEDDING_LENGTH,
  embedderEntry,
  embedderFile,
  goodManifest,
  mapFile,
  scrfdFile,
  sha256,
  writePack,
  yunetFile,
} from '../support/model-packs.js'
import { message, modelWith, number, text, withOpset } from '../support/onnx-bytes.js'

let root: string
let folder: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  folder = join(root, 'my-pack')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function load() {
  const loaded = await loadPackNetworks(await openPackFolder(folder), 1)
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
    await expect(verifyPackFiles(await openPackFolder(folder))).rejects.toThrow(sentence)
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

describe('a pack', () => {
  it('tells what it loaded', async () => {
    await writePack(folder, goodManifest())
    const { networks, pipeline } = await load()
    expect(networks).toEqual([
      { role: 'the detector', file: 'yunet.onnx', inputSize: 64 },
      { role: 'embedder 1', file: 'embedder.onnx', inputSize: 112, length: EMBEDDING_LENGTH },
    ])
    expect(pipeline).toMatchObject({ alignment: { template: 'arcface-112' }, members: [{ kind: 'onnx', weight: 1 }] })
  })

  it('may give its vector as a map of one pixel, as one of several outputs, and of a batch of one', async () => {
    await withEmbedder(embedderFile({ asMap: true }))
    expect((await load()).networks[1]?.length).toBe(EMBEDDING_LENGTH)
    await withEmbedder(embedderFile({ outputs: 3 }), { output: 'other2', input: 'data' })
    expect((await load()).networks[1]?.length).toBe(EMBEDDING_LENGTH)
    await withEmbedder(embedderFile({ input: [1, 3, 112, 112], output: [1, EMBEDDING_LENGTH] }))
    expect((await load()).networks[1]?.length).toBe(EMBEDDING_LENGTH)
  })

  it('runs a detector of any size at the size that the manifest names', async () => {
    const detector = { kind: 'yunet', file: 'yunet.onnx', sha256: sha256(yunetFile('any size')) }
    const files = { 'yunet.onnx': yunetFile('any size'), 'embedder.onnx': embedderFile() }
    await writePack(folder, { ...goodManifest(), detector: { ...detector, inputSize: 64 } }, files)
    expect((await load()).networks[0]?.inputSize).toBe(64)
    // What it gives fits 64 pixels alone, so that the sentence tells that 640 are the default.
    await writePack(folder, { ...goodManifest(), detector }, files)
    expect(await refusal()).toContain('has 64 numbers in its output cls_8 where a yunet has 6400')
  })

  it('is known by its content: not by its texts and places, but by all that changes an embedding', async () => {
    const ids = { packId: 'default-1', fitId: 'fit-1' }
    const identify = async (manifest: unknown, defaults = ids) => {
      await writePack(folder, manifest, {})
      return identifyContent(await openPackFolder(folder), defaults)
    }
    const good = goodManifest()
    const [embedder] = good.embedders
    const id = await identify(good)
    expect(id).toMatch(/^tiny-[\da-f]{12}$/)
    expect(await identify({ ...good, licence: 'MIT', description: 'Other words.' })).toBe(id)
    expect(await identify({ ...good, embedders: [{ ...embedder, file: 'renamed.onnx' }] })).toBe(id)
    expect(await identify(good, { packId: 'default-2', fitId: 'fit-2' })).toBe(id)
    const others = [
      { ...good, embedders: [{ ...embedder, channels: 'bgr' }] },
      { ...good, embedders: [{ ...embedder, mirrored: true }] },
      { ...good, embedders: [{ ...embedder, mean: [0, 0, 0] }] },
      { ...good, embedders: [{ ...embedder, sha256: '0'.repeat(64) }] },
      { ...good, detector: { ...good.detector, minScore: 0.5 } },
      { ...good, alignment: { template: 'dlib-68', padding: 0.2 } },
      { ...good, embedders: [embedder, { kind: 'default' }], fusion: { weights: [1, 1] } },
      { ...good, embedders: [embedder, { kind: 'default' }], fusion: { weights: [2, 1] } },
    ]
    const all = new Set([id])
    for (const other of others) all.add(await identify(other))
    expect(all.size).toBe(others.length + 1)
  })

  it('is another one with other networks of the default pack where these have a share', async () => {
    const good = goodManifest()
    await writePack(folder, { ...good, detector: { kind: 'default' } }, {})
    const pack = await openPackFolder(folder)
    const id = identifyContent(pack, { packId: 'default-1', fitId: 'fit-1' })
    expect(identifyContent(pack, { packId: 'default-2', fitId: 'fit-1' })).not.toBe(id)
    expect(identifyContent(pack, { packId: 'default-1', fitId: 'fit-2' })).toBe(id)
  })
})
