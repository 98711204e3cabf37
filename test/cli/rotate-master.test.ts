import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { runHere } from '../support/run-here.js'
import { CREDENTIAL, type Finished, runCli } from '../support/service.js'

const OLD = '00112233445566778899aabbccddeeff'.repeat(2)
const NEW = 'ffeeddccbbaa99887766554433221100'.repeat(2)

let dataDir: string
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
})
afterEach(() => rm(dataDir, { recursive: true, force: true }))

function rotate(env: Readonly<Record<string, string>>, options: readonly string[] = [], input = ''): Promise<Finished> {
  const args = ['keys', 'rotate-master', ...options]
  const place = { FACECOMPARE_DATA_DIR: dataDir, ...env }
  // Only a process has a standard input of its own.
  return input === '' ? runHere(args, place) : runCli(args, place, input)
}

async function putKey(masterKey?: string): Promise<void> {
  const store = await openEmbeddedStore({ dataDir, masterKey })
  await store.putKey(CREDENTIAL)
  await store.close()
}

async function findSecretKey(masterKey?: string): Promise<string | undefined> {
  const store = await openEmbeddedStore({ dataDir, masterKey })
  const key = await store.findKey(CREDENTIAL.secretId)
  await store.close()
  return key?.secretKey
}

describe('keys rotate-master', () => {
  it('makes a new key file, and shows nobody what is in it', async () => {
    await putKey()
    const before = await readFile(join(dataDir, 'master.key'), 'utf8')
    const { code, stdout, stderr } = await rotate({})
    const after = await readFile(join(dataDir, 'master.key'), 'utf8')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^1 SecretKey is encrypted with the new master key\.\n.*master\.key/)
    expect(after).not.toBe(before)
    for (const secret of [before, after]) expect(stdout).not.toContain(secret.trim())
    expect(await findSecretKey()).toBe(CREDENTIAL.secretKey)
  })

  it('takes the new key from the settings, and says what to change then', async () => {
    await putKey(OLD)
    const env = { FACECOMPARE_MASTER_KEY: OLD, FACECOMPARE_MASTER_KEY_NEXT: NEW }
    const { code, stdout } = await rotate(env)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^1 SecretKey is .*\nNow set FACECOMPARE_MASTER_KEY to the new key/)
    expect(stdout).not.toMatch(/[0-9a-f]{16}/)
    expect(await findSecretKey(NEW)).toBe(CREDENTIAL.secretKey)
    const again = await rotate(env, ['--json'])
    expect(JSON.parse(again.stdout)).toEqual({ secretKeys: 0, wasDone: true })
  })

  it('reads the new key from standard input', async () => {
    await putKey(OLD)
    const { code, stdout } = await rotate({ FACECOMPARE_MASTER_KEY: OLD }, ['--stdin', '--json'], `${NEW}\n`)
    expect({ code, result: JSON.parse(stdout) }).toEqual({ code: 0, result: { secretKeys: 1, wasDone: false } })
    expect(await findSecretKey(NEW)).toBe(CREDENTIAL.secretKey)
  })

  it.each<[string, Readonly<Record<string, string>>, readonly string[], string, RegExp]>([
    ['no new key', { FACECOMPARE_MASTER_KEY: OLD }, [], '', /Give the new master key as FACECOMPARE_MASTER_KEY_NEXT/],
    ['the same key', { FACECOMPARE_MASTER_KEY: OLD }, ['--stdin'], OLD, /is the one that is in use; nothing was/],
    ['a malformed key', { FACECOMPARE_MASTER_KEY: OLD }, ['--stdin'], 'hunter2', /must be 32 bytes/],
    ['two keys', { FACECOMPARE_MASTER_KEY: OLD, FACECOMPARE_MASTER_KEY_NEXT: NEW }, ['--stdin'], NEW, /key once/],
    ['a wrong present key', { FACECOMPARE_MASTER_KEY: NEW }, ['--stdin'], NEW.replace('f', '0'), /not the one that/],
  ])('refuses %s in one sentence and leaves the store as it is', async (_, env, options, input, sentence) => {
    await putKey(OLD)
    const { code, stdout, stderr } = await rotate(env, options, input)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(stderr).toMatch(/^facecompare: [^\n]+\.\n$/)
    expect(stderr).not.toMatch(/[0-9a-f]{16}|hunter2/)
    expect(await findSecretKey(OLD)).toBe(CREDENTIAL.secretKey)
  })
})
