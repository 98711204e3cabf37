import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { createProgram } from '../../src/cli/program.js'
import { openEmbeddedStore } from '../../src/store/embedded.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))
afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

/** In this process, with a data folder of the test. */
async function run(args: readonly string[], dataDir: string): Promise<string> {
  vi.stubEnv('FACECOMPARE_DATA_DIR', dataDir)
  let stdout = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text)
    return true
  })
  await createProgram().parseAsync(['node', 'facecompare', ...args])
  return stdout
}

it.each([
  [['sign']],
  [['usage']],
  [['keys', 'list']],
  [['keys', 'limits', 'x']],
  [['keys', 'revoke', 'x']],
  [['keys', 'rotate-master']],
  [['backup', 'file-that-is-not-made']],
])('%s makes no key store, and says where it looked', async (args) => {
  const dataDir = join(root, 'nowhere')
  await expect(run(args, dataDir)).rejects.toThrow(
    `There is no key store in the folder ${dataDir}; "facecompare serve" and "facecompare keys create" make one. ` +
      'If it is in another folder, FACECOMPARE_DATA_DIR names that.',
  )
  expect(existsSync(dataDir)).toBe(false)
})

it('what is empty is named by its folder, too', async () => {
  const dataDir = join(root, 'empty')
  await (await openEmbeddedStore({ dataDir })).close()
  expect(await run(['keys', 'list'], dataDir)).toBe(`There are no keys in the folder ${dataDir}.\n`)
  expect(await run(['keys', 'list', '--appid', 'x'], dataDir)).toBe(
    `There are no keys of this app in the folder ${dataDir}.\n`,
  )
  expect(await run(['usage', '--month', '2026-11'], dataDir)).toBe(
    `There were no calls in 2026-11, says the folder ${dataDir}.\n`,
  )
  await expect(run(['sign'], dataDir)).rejects.toThrow(`There is no such key that is valid in the folder ${dataDir};`)
})
