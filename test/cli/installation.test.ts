import { cp, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
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

  it.each([
    ['the detector', 'rfb.onnx'],
    ['the landmarks', 'landmarks.onnx'],
    ['embedder 1', 'mobilefacenet.onnx'],
  ])('ends every command with one sentence when %s is missing, cut off or damaged', async (role, file) => {
    const named = `facecompare: The model pack default: ${role} (${file})`
    const whole = await readFile(packed(file))
    const refusal = async (bytes: Uint8Array) =>
      `${named} has SHA-256 ${sha256(bytes)}, but the manifest says ${sha256(whole)}.\n`

    await truncate(packed(file), 1000)
    const cutOff = { code: 2, stdout: '', stderr: await refusal(whole.subarray(0, 1000)) }
    expect(await run('models', 'verify')).toEqual(cutOff)
    expect(await run('compare', man, man)).toEqual(cutOff)
    expect(await run('serve')).toEqual(cutOff)

    const damaged = Buffer.from(whole)
    damaged.writeUInt8(whole.readUInt8(5000) ^ 1, 5000)
    await writeFile(packed(file), damaged)
    expect(await run('compare', man, man)).toEqual({ code: 2, stdout: '', stderr: await refusal(damaged) })

    await rm(packed(file))
    const missing = { code: 2, stdout: '', stderr: `${named} is missing from the folder.\n` }
    expect(await run('models', 'verify')).toEqual(missing)
    expect(await run('compare', man, man)).toEqual(missing)
    expect(await run('serve')).toEqual(missing)
  })

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
