import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { cutPerson } from '../../support/sample-people.js'
import {
  embedderEntry,
  embedderFile,
  goodManifest,
  landmarksEntry,
  landmarksFile,
  sha256,
  writePack,
  yunetFile,
} from '../support/model-packs.js'
import { runCli } from '../support/service.js'

/** A copy of what is installed, so that files of the default pack can be damaged. */
let root: string
let man: string
const packed = (name: string) => join(root, 'dist', 'packs', 'default', name)
const made = (name: string) => fileURLToPath(new URL(`../../dist/packs/default/${name}`, import.meta.url))
const run = (...args: readonly string[]) => {
  const env = { FACECOMPARE_PORT: '0', FACECOMPARE_WORKERS: '1', FACECOMPARE_DATA_DIR: join(root, 'data') }
  return runCli(args, env, '', join(root, 'dist', 'cli', 'main.js'))
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  man = join(root, 'man.jpg')
  await writeFile(man, await cutPerson('man'))
  const project = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url))
  await cp(project('dist'), join(root, 'dist'), { recursive: true })
  await cp(project('package.json'), join(root, 'package.json'))
  await symlink(project('node_modules'), join(root, 'node_modules'), 'junction')
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('an installation', () => {
  beforeEach(async () => {
    await rm(join(root, 'dist', 'packs', 'default'), { recursive: true })
    await cp(made(''), packed(''), { recursive: true })
  })

  it('whose files are whole compares', async () => {
    expect(await run('models', 'verify')).toMatchObject({ code: 0, stderr: '' })
    expect(await run('compare', man, man)).toMatchObject({ code: 0, stderr: '' })
  })

  const COMMANDS = {
    verify: () => run('models', 'verify'),
    compare: () => run('compare', man, man),
    serve: () => run('serve'),
  } as const

  // Every command meets every network and every kind of damage, and every network every kind of damage, once.
  it.each([
    ['verify', 'the detector', 'rfb.onnx', 'cut off'],
    ['compare', 'the detector', 'rfb.onnx', 'damaged'],
    ['serve', 'the detector', 'rfb.onnx', 'missing'],
    ['compare', 'the landmarks', 'landmarks.onnx', 'cut off'],
    ['serve', 'the landmarks', 'landmarks.onnx', 'damaged'],
    ['verify', 'the landmarks', 'landmarks.onnx', 'missing'],
    ['serve', 'embedder 1', 'mobilefacenet.onnx', 'cut off'],
    ['verify', 'embedder 1', 'mobilefacenet.onnx', 'damaged'],
    ['compare', 'embedder 1', 'mobilefacenet.onnx', 'missing'],
  ] as const)('ends %s with one sentence when %s (%s) is %s', async (command, role, file, damage) => {
    const what = await spoil(file, damage)
    const stderr = `facecompare: The model pack default: ${role} (${file}) ${what}.\n`
    expect(await COMMANDS[command]()).toEqual({ code: 2, stdout: '', stderr })
  })

  /** Does the damage to a file of the pack, and returns what is to be said of it. */
  async function spoil(file: string, damage: 'cut off' | 'damaged' | 'missing'): Promise<string> {
    const whole = await readFile(packed(file))
    await rm(packed(file))
    if (damage === 'missing') return 'is missing from the folder'
    const bytes = Buffer.from(damage === 'cut off' ? whole.subarray(0, 1000) : whole)
    if (damage === 'damaged') bytes.writeUInt8(bytes.readUInt8(5000) ^ 1, 5000)
    await writeFile(packed(file), bytes)
    return `has SHA-256 ${sha256(bytes)}, but the manifest says ${sha256(whole)}`
  }

  it.each([
    ['its manifest is missing', 'pack.json', undefined, 'its files are missing'],
    ['its fit is missing', 'fit.json', undefined, 'it has no calibration, so that its scores would mean nothing'],
    ['its fit is damaged', 'fit.json', '{"format": 2}', 'fit.json is no calibration'],
  ])('says what helps when %s', async (_name, file, content, what) => {
    await (content === undefined ? rm(packed(file)) : writeFile(packed(file), content))
    const stderr = `facecompare: The model pack default: ${what}; run npm run build, or install the package anew.\n`
    expect(await run('compare', man, man)).toEqual({ code: 2, stdout: '', stderr })
  })

  it("says the same to a pack of one's own that leaves the facial parts to the default pack", async () => {
    const folder = await writePackOf('leaving')
    await rm(packed('fit.json'))
    expect(await run('models', 'verify', '--pack', folder)).toMatchObject({
      code: 2,
      stderr:
        'facecompare: The model pack default: fit.json is missing; run npm run build, or install the package anew.\n',
    })
  })

  it("needs no network of the default pack for a pack of one's own in everything", async () => {
    const bytes = embedderFile({ cells: true })
    const own = { ...embedderEntry('embedder.onnx', bytes), output: 'vector', parts: [{ output: 'cells', stride: 16 }] }
    const landmarks = landmarksEntry('points.onnx', landmarksFile())
    const files = { 'yunet.onnx': yunetFile(), 'points.onnx': landmarksFile(), 'embedder.onnx': bytes }
    const folder = join(root, 'own')
    await writePack(folder, { ...goodManifest(), landmarks, embedders: [own] }, files)
    for (const file of ['rfb.onnx', 'landmarks.onnx', 'mobilefacenet.onnx']) await rm(packed(file))
    const { code, stdout, stderr } = await run('models', 'verify', '--pack', folder)
    expect([code, stderr]).toEqual([0, ''])
    expect([...stdout.matchAll(/\S+\.onnx/g)].flat()).toEqual(['yunet.onnx', 'points.onnx', 'embedder.onnx'])
    const partly = await run('models', 'verify', '--pack', await writePackOf('partly'))
    expect(partly.stderr).toBe(
      'facecompare: The model pack default: the landmarks (landmarks.onnx) is missing from the folder.\n',
    )
  })

  async function writePackOf(name: string): Promise<string> {
    await writePack(join(root, name), goodManifest())
    return join(root, name)
  }
})
