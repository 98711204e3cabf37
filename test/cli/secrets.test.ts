import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runHere } from '../support/run-here.js'

/** A SecretKey that was typed in the wrong place: what is printed about it ends in logs of shells and of builds. */
const CANARY = 'CaNaRy7-of-a-secret-key'

let dataDir: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterAll(() => rm(dataDir, { recursive: true, force: true }))

it.each([
  [['sign', `--secretkey=${CANARY}`]],
  [['sign', `--secret-key=${CANARY}`]],
  [['sign', '--secret-key', CANARY, '--appid', '1']],
  [['sign', '--secret-key', CANARY, '--appid', '1', '--secret-id', '2', '--bucket', 'a&b']],
  [['sign', CANARY]],
  [['keys', 'create', `--secret-key=${CANARY}`]],
  [['keys', 'list', `-k=${CANARY}`]],
  [['keys', 'limits', CANARY]],
  [['keys', 'revoke', CANARY]],
])('repeats no SecretKey: %j', async (args) => {
  const { code, stdout, stderr } = await runHere(args, { FACECOMPARE_DATA_DIR: dataDir })
  expect(code).toBe(2)
  expect(stderr).not.toBe('')
  expect(stdout + stderr).not.toContain(CANARY)
})

it.each(['FACECOMPARE_MASTER_KEY', 'FACECOMPARE_BOOTSTRAP_APP', 'FACECOMPARE_DATABASE_URL', 'FACECOMPARE_SECRET_KEY'])(
  'repeats no value of a setting: %s',
  async (name) => {
    for (const args of [['sign'], ['keys', 'list']]) {
      const { code, stdout, stderr } = await runHere(args, { FACECOMPARE_DATA_DIR: dataDir, [name]: CANARY })
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toContain(name)
      expect(stderr).not.toContain(CANARY)
    }
  },
)
