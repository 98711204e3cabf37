import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPackNumbers } from '../../src/engine/pack-numbers.js'
import { writePackFit } from '../../src/packs/fit-file.js'
import { openPackFolder } from '../../src/packs/folder.js'
import { cutPerson } from '../../support/sample-people.js'
import { embedderFile, goodManifest, sha256, writePack, yunetFile } from '../support/model-packs.js'
import { runHere } from '../support/run-here.js'
import { BOOTSTRAP, compare, runCli, spawnService, startService } from '../support/service.js'

let root: string
const path = (name: string) => join(root, name)

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const pictures = {
    'people/man/1.jpg': await cutPerson('man'),
    'people/man/2.jpg': await cutPerson('manAgain'),
    'people/woman/party.jpg': await cutPerson('womanAtParty'),
    'people/woman/bar.jpg': await cutPerson('womanInBar'),
    'people/other/1.jpg': await cutPerson('otherWoman'),
    'people/other/text.jpg': 'no picture',
  }
  for (const [name, content] of Object.entries(pictures)) {
    await mkdir(dirname(path(name)), { recursive: true })
    await writeFile(path(name), content)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

const [man, woman] = [() => path('people/man/1.jpg'), () => path('people/woman/bar.jpg')]

describe('a pack that is damaged', () => {
  it.each([
    ['models verify', runHere, () => ['models', 'verify']],
    ['compare', runHere, () => ['compare', man(), woman()]],
    ['eval', runHere, () => ['eval', path('people')]],
    ['models calibrate', runHere, () => ['models', 'calibrate', path('people')]],
    ['serve', runCli, () => ['serve']],
  ])('ends %s with 2 and one sentence, and nothing else', async (_name, run, args) => {
    const folder = path('damaged')
    await writePack(folder, goodManifest(), { 'yunet.onnx': yunetFile(), 'embedder.onnx': yunetFile() })
    const env = { FACECOMPARE_PORT: '0', FACECOMPARE_WORKERS: '1', FACECOMPARE_DATA_DIR: path('never-made') }
    const { code, stderr } = await run([...args(), '--pack', folder], env)
    expect(code).toBe(2)
    expect(stderr).toBe(
      `facecompare: The model pack tiny: embedder 1 (embedder.onnx) has SHA-256 ${sha256(yunetFile())}, ` +
        `but the manifest says ${sha256(embedderFile())}.\n`,
    )
    await expect(stat(path('never-made'))).rejects.toThrow('ENOENT')
  })

  it('ends the service also where only its networks tell so', { timeout: 60_000 }, async () => {
    const folder = path('misfit')
    const [embedder] = goodManifest().embedders
    await writePack(folder, { ...goodManifest(), embedders: [{ ...embedder, output: 'fc1' }] })
    await pretendCalibration(folder)
    const service = spawnService({ FACECOMPARE_MODEL_PACK: folder, FACECOMPARE_DATA_DIR: path('never-made') })
    expect(await service.ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'facecompare: The model pack tiny: embedder 1 (embedder.onnx) has no output fc1; it has vector.\n',
    })
    await expect(stat(path('never-made'))).rejects.toThrow('ENOENT')
  })
})

/** Writes a calibration that no pictures stand behind. */
async function pretendCalibration(folder: string): Promise<void> {
  const { content } = await readPackNumbers({ modelPack: folder, calibration: 'optional' })
  await writePackFit(await openPackFolder(folder), {
    pack: content,
    bestThreshold: 0.5,
    calibration: [
      [-1, 0],
      [1, 100],
    ],
    supportedScore: 90,
    madeFrom: { persons: 0, pictures: 0, genuinePairs: 0, impostorPairs: 0, date: '' },
  })
}

describe('facecompare models', () => {
  it('lists the networks of the default pack and of the one that is named', async () => {
    const alone = await runHere(['models', 'list'])
    expect(alone.code).toBe(0)
    expect(alone.stdout).toMatch(/^default \(licence: MIT\)\n/)
    expect(alone.stdout).toMatch(/^ {2}the detector +rfb\.onnx +any size +MIT +[\da-f]{12} *$/m)
    expect(alone.stdout).toMatch(/^ {2}embedder 1 \(100 %\) +mobilefacenet\.onnx +112 px +MIT +[\da-f]{12} *$/m)
    await writePack(path('listed'), { ...goodManifest(), licence: 'My own' }, {})
    const { stdout } = await runHere(['models', 'list'], { FACECOMPARE_MODEL_PACK: path('listed') })
    expect(stdout).toMatch(/^tiny \(licence: My own\)$/m)
    expect(stdout).toMatch(/^ {2}embedder 1 \(100 %\) +embedder\.onnx +112 px +My own +[\da-f]{12} *$/m)
    // What it takes from the default pack.
    expect(stdout).toMatch(/^ {2}the landmarks +landmarks\.onnx +64 px +MIT +[\da-f]{12} +default$/m)
    expect(stdout).toMatch(/^ {2}embedder 1 \(facial parts\) +mobilefacenet\.onnx +112 px +MIT +[\da-f]{12} +default$/m)
  })

  it('verifies the default pack', async () => {
    const { code, stdout } = await runHere(['models', 'verify'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}the detector +rfb\.onnx +any size +faces +default +ok$/m)
    expect(stdout).toMatch(/^ {2}the landmarks +landmarks\.onnx +64 px +68 landmarks +default +ok$/m)
    expect(stdout).toMatch(/^ {2}embedder 1 +mobilefacenet\.onnx +112 px +embedding 512, parts +default +ok$/m)
    expect(stdout).toMatch(/^default-[\da-f]{12}-[\da-f]{8} ok$/m)
  })

  it('does not calibrate the default pack, nor from pictures of one person', async () => {
    expect(await runHere(['models', 'calibrate', path('people')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Name the folder of a pack with --pack'),
    })
    await writePack(path('spare'), goodManifest())
    expect(await runHere(['models', 'calibrate', '--pack', path('spare'), path('people/man')])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Expected at least two persons'),
    })
  })
})

it('a pack is verified, evaluated, calibrated, compared with and served', { timeout: 120_000 }, async () => {
  const folder = path('tiny')
  await writePack(folder, goodManifest())
  const use = { FACECOMPARE_MODEL_PACK: folder, FACECOMPARE_WORKERS: '1' }

  const verified = await runHere(['models', 'verify', '--pack', folder])
  expect(verified.code).toBe(0)
  expect(verified.stdout).toMatch(/^ {2}the detector +yunet\.onnx +64 px +faces +tiny +ok$/m)
  expect(verified.stdout).toMatch(/^ {2}embedder 1 +embedder\.onnx +112 px +embedding 16 +tiny +ok$/m)
  // The facial parts are left to the default pack.
  expect(verified.stdout).toMatch(/^ {2}embedder 1 +mobilefacenet\.onnx +112 px +embedding 512, parts +default +ok$/m)
  expect(verified.stdout).toContain('it can be evaluated and calibrated, not served')

  const refused = await runHere(['compare', man(), woman()], use)
  expect([refused.code, refused.stdout]).toEqual([2, ''])
  expect(refused.stderr).toContain('run: facecompare models calibrate')

  const evaluated = await runHere(['eval', path('people'), '--json', '-'], use)
  expect(evaluated.code).toBe(0)
  expect(evaluated.stderr).toContain('has no calibration')
  const report: unknown = JSON.parse(evaluated.stdout)
  expect(report).toMatchObject({ packId: expect.stringMatching(/^tiny-/), pairs: { genuine: 3, impostor: 12 } })

  const calibrated = await runHere(['models', 'calibrate', path('people')], use)
  expect(calibrated.code).toBe(0)
  expect(calibrated.stdout).toContain('made from 5 of 6 pictures of 3 persons: 2 genuine and 8 impostor pairs\n')
  expect(calibrated.stdout).toMatch(/^score 25 {2}false accept rate 5e-1 {2}cosine 0\.\d+$/m)
  expect(calibrated.stdout).toMatch(/^score 90 {2}needs 100000 impostor pairs$/m)
  expect(calibrated.stderr).toContain('too few impostor pairs for scores above 25')
  expect(JSON.parse(await readFile(join(folder, 'calibration.json'), 'utf8'))).toMatchObject({
    pack: expect.stringMatching(/^tiny-[\da-f]{12}$/),
    format: 2,
    supportedScore: 25,
    madeFrom: { persons: 3, pictures: 5, genuinePairs: 2, impostorPairs: 8 },
  })

  const compared = await runHere(['compare', man(), man(), '--json', '--pack', folder])
  expect(compared.code).toBe(0)
  expect(JSON.parse(compared.stdout)).toMatchObject({
    similarity: 100,
    packId: expect.stringMatching(/^tiny-[\da-f]{12}(-[\da-f]{8}){2}$/),
  })

  const service = await startService({ ...BOOTSTRAP, ...use })
  try {
    const [a, b] = [await cutPerson('man'), await cutPerson('womanInBar')]
    const { code, data } = await compare(service.url, { imageA: a, imageB: b, return_faces: '1' })
    expect(code).toBe(0)
    expect(data).toMatchObject({
      similarity: expect.any(Number),
      eyebrow_sim: expect.any(Number),
      mouth_sim: expect.any(Number),
      faceA: { face_count: 1, box: { width: expect.closeTo(125, 1) } },
    })
    expect((await compare(service.url, { imageA: a, imageB: a })).data).toMatchObject({
      similarity: 100,
      nose_sim: 100,
    })
    expect(service.stderr()).toContain('too few pairs for scores above 25')
  } finally {
    expect(await service.stop()).toBe(0)
  }
})

it('a pack is calibrated for the worst group', { timeout: 60_000 }, async () => {
  const folder = path('for groups')
  await writePack(folder, goodManifest())
  const calibratePeople = (groups: string) =>
    runHere(['models', 'calibrate', path('people'), '--pack', folder, '--groups', groups])
  await writeFile(path('people/wrong.csv'), 'man,men,1\n')
  expect(await calibratePeople('wrong.csv')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'facecompare: Line 1 of the groups file has 3 fields; expected person-or-picture,group.\n',
  })
  await expect(stat(join(folder, 'calibration.json'))).rejects.toThrow('ENOENT')

  await writeFile(path('people/groups.csv'), 'woman\twomen\nother\twomen\nman\tmen\nZoe\twomen\n')
  const { code, stdout, stderr } = await calibratePeople('groups.csv')
  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect(stdout).toMatch(/^score 25 {2}false accept rate 5e-1 {2}cosine \d\.\d{4} {2}set by (everybody|women)$/m)
  expect(stdout).toMatch(/^score 45 {2}needs 10 impostor pairs$/m)
  // One of other, whose second file is no picture.
  expect(stdout).toMatch(/^women +2 +4 +2 /m)
  expect(stdout).toMatch(/^women +2 +\S+ % \(\d\)\* /m)
  expect(stdout).toMatch(/^unknown names in the groups file: 1 \(Zoe\)$/m)
  expect(stderr).toContain(
    'facecompare: Score 25 needs 2 impostor pairs of a group to be sure of it; too few have: men (0).\n',
  )
  const written: unknown = JSON.parse(await readFile(join(folder, 'calibration.json'), 'utf8'))
  expect(written).toMatchObject({
    supportedScore: 25,
    madeFrom: {
      impostorPairs: 8,
      groups: [
        { name: 'men', impostorPairs: 0 },
        { name: 'women', impostorPairs: 2 },
      ],
    },
  })
  expect((await runHere(['compare', man(), man(), '--pack', folder])).code).toBe(0)
})

it('a calibration of an older version is made anew where it is', { timeout: 60_000 }, async () => {
  const folder = path('old')
  await writePack(folder, goodManifest())
  const old = { format: 1, pack: 'tiny-0123456789ab', effort: 'default', threshold: 0.5, curve: [], supportedScore: 90 }
  await writeFile(join(folder, 'calibration.json'), JSON.stringify(old))
  expect(await runHere(['compare', man(), woman(), '--pack', folder])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'facecompare: The model pack tiny: calibration.json is no calibration; ' +
      'make it anew with facecompare models calibrate.\n',
  })
  expect((await runHere(['models', 'verify', '--pack', folder])).stdout).toContain(
    'The pack has a calibration that cannot be read: it can be evaluated and calibrated, not served.',
  )
  const { code } = await runHere(['models', 'calibrate', path('people'), '--pack', folder])
  expect(code).toBe(0)
  expect((await runHere(['compare', man(), man(), '--pack', folder])).code).toBe(0)
})
