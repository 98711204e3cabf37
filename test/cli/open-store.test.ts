import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { runHere } from '../support/run-here.js'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const run = (args: readonly string[], dataDir: string) => runHere(args, { FACECOMPARE_DATA_DIR: dataDir })

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
  const { code, stdout, stderr } = await run(args, dataDir)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toBe(
    `facecompare: There is no key store in the folder ${dataDir}; "facecompare serve" and "facecompare keys create" make one. ` +
      'If it is in another folder, FACECOMPARE_DATA_DIR names that.\n',
  )
  expect(existsSync(dataDir)).toBe(false)
})

it('what is empty is named by its folder, too', async () => {
  const dataDir = join(root, 'empty')
  await (await openEmbeddedStore({ dataDir })).close()
  expect((await run(['keys', 'list'], dataDir)).stdout).toBe(`There are no keys in the folder ${dataDir}.\n`)
  expect((await run(['keys', 'list', '--appid', 'x'], dataDir)).stdout).toBe(
    `There are no keys of this app in the folder ${dataDir}.\n`,
  )
  expect((await run(['usage', '--month', '2026-11'], dataDir)).stdout).toBe(
    `There were no calls in 2026-11, says the folder ${dataDir}.\n`,
  )
  expect((await run(['sign'], dataDir)).stderr).toContain(`no such key that is valid in the folder ${dataDir};`)
})
