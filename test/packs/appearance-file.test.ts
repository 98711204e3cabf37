import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { mapParts } from '../../src/engine/face.js'
import { formatAppearance, readAppearance } from '../../src/packs/appearance-file.js'
import { openPackFolder } from '../../src/packs/folder.js'
import { goodManifest, writePack } from '../support/model-packs.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function openWith(appearance: string | undefined) {
  await writePack(folder, { ...goodManifest(), ...(appearance && { appearance }) })
  return openPackFolder(folder)
}

const measure = (offset: number) => ({ offset, directions: mapParts(() => Float32Array.of(offset, -0.5)) })
const FIT = { age: measure(40), gender: measure(1), expression: measure(25), glasses: measure(-1) }

it('is read as it was written', async () => {
  await writeFile(join(folder, 'looks.json'), formatAppearance({ pack: 'p-1', fit: FIT }))
  expect(await readAppearance(await openWith('looks.json'))).toEqual({ pack: 'p-1', fit: FIT })
})

it('is none where the manifest names none', async () => {
  expect(await readAppearance(await openWith(undefined))).toBeUndefined()
})

it('is refused with one sentence where it is missing, or something else', async () => {
  const pack = await openWith('looks.json')
  await expect(readAppearance(pack)).rejects.toThrow(/looks\.json is missing or holds no measures/)
  await writeFile(join(folder, 'looks.json'), '{"format":1,"pack":"p","age":{}}')
  await expect(readAppearance(pack)).rejects.toThrow(/looks\.json is missing or holds no measures/)
})

it('lies in the folder of the pack', async () => {
  await expect(openWith('../looks.json')).rejects.toThrow(/appearance must be the path of a file inside/)
})
