import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { createMasterKey } from '../../src/store/secret-box.js'
import type { Credential, Store } from '../../src/store/store.js'

let dataDir: string
let store: Store
let credential: Credential

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'facecompare-key-file-'))
  store = await openEmbeddedStore({ dataDir })
  credential = await store.createKey((await store.createApp()).appid)
})

afterEach(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true })
})

const path = (name: string) => join(dataDir, name)
const readKey = () => readFileSync(path('master.key'), 'utf8').trim()
const keyFiles = () => readdirSync(dataDir).filter((name) => name.startsWith('master.key'))

/** What a process that starts now finds. */
async function expectGood(): Promise<void> {
  const opened = await openEmbeddedStore({ dataDir })
  expect(await opened.findKey(credential.secretId)).toEqual({ ...credential, revoked: false })
  await opened.close()
  expect(keyFiles()).toEqual(['master.key'])
}

describe('the rotation of a key file', () => {
  it('leaves one file with the new key, for its owner alone', async () => {
    const before = readKey()
    const next = createMasterKey()
    expect(await store.rotateMasterKey(next)).toBe(1)
    expect(readKey()).toBe(next)
    expect(before).not.toBe(next)
    expect(statSync(path('master.key')).mode & 0o777).toBe(0o600)
    await expectGood()
  })

  it('is noticed by a process that runs, which takes the new key by itself', async () => {
    const other = await openEmbeddedStore({ dataDir })
    for (let round = 0; round < 3; round++) {
      await store.rotateMasterKey(createMasterKey())
      await other.ping()
      expect(await other.findKey(credential.secretId)).toMatchObject(credential)
      const made = await other.createKey(credential.appid)
      expect(await store.findKey(made.secretId)).toMatchObject(made)
    }
    await other.close()
  })

  it('that broke off before the store was changed is forgotten at the next start', async () => {
    const before = readKey()
    writeFileSync(path('master.key.next'), `${createMasterKey()}\n`)
    await expectGood()
    expect(readKey()).toBe(before)
  })

  it('that broke off when the store was changed is completed at the next start, and running processes go on', async () => {
    const before = readKey()
    const other = await openEmbeddedStore({ dataDir })
    const next = createMasterKey()
    await store.rotateMasterKey(next)
    writeFileSync(path('master.key'), `${before}\n`)
    writeFileSync(path('master.key.next'), `${next}\n`)
    expect(await other.findKey(credential.secretId)).toMatchObject(credential)
    await other.close()
    await expectGood()
    expect(readKey()).toBe(next)
  })

  it('that broke off is completed before another one begins', async () => {
    const before = readKey()
    const next = createMasterKey()
    await store.rotateMasterKey(next)
    writeFileSync(path('master.key'), `${before}\n`)
    writeFileSync(path('master.key.next'), `${next}\n`)
    // The place of the next key is taken: this one fails at the moment when it would write its own.
    mkdirSync(path(`master.key.next.${process.pid}.tmp`))
    await expect(store.rotateMasterKey(createMasterKey())).rejects.toThrow(/master\.key\.next cannot be written/)
    expect(readKey()).toBe(next)
    rmSync(path(`master.key.next.${process.pid}.tmp`), { recursive: true })
    await expectGood()
  })

  it('changes nothing when the next key cannot be written', async () => {
    const before = readKey()
    mkdirSync(path(`master.key.next.${process.pid}.tmp`))
    await expect(store.rotateMasterKey(createMasterKey())).rejects.toThrow(/cannot be written to the data folder\.$/)
    expect(await store.findKey(credential.secretId)).toMatchObject(credential)
    rmSync(path(`master.key.next.${process.pid}.tmp`), { recursive: true })
    await expectGood()
    expect(readKey()).toBe(before)
  })

  it('never parts store and key, whenever the process is killed', async () => {
    const script = fileURLToPath(new URL('rotate-in-process.mjs', import.meta.url))
    for (const lifeMs of [3, 17, 53]) {
      const child = spawn(process.execPath, [script, dataDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      await sleep(lifeMs)
      // A process that runs sees every key that comes, however fast.
      expect(await store.findKey(credential.secretId)).toMatchObject(credential)
      child.kill('SIGKILL')
      await once(child, 'close')
      for (const draft of readdirSync(dataDir).filter((name) => name.endsWith('.tmp'))) rmSync(path(draft))
      await expectGood()
    }
  })
})
