import { execFile } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { StoreError } from '../../src/store/store.js'
import { BACK_TO_VERSION_1 } from './old-schema.js'

const HEX_KEY = '00112233445566778899aabbccddeeff'.repeat(2)

let folder: string
let dataDir: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'facecompare-embedded-'))
  dataDir = join(folder, 'new', 'data')
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

async function openAndClose(masterKey?: string): Promise<void> {
  const store = await openEmbeddedStore({ dataDir, masterKey })
  await store.close()
}

/** One plain sentence, and nothing of the machine or of a key in it. */
async function expectSentence(opening: Promise<unknown>, sentence: RegExp): Promise<void> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  const message = error instanceof Error ? error.message : ''
  expect(message).toMatch(sentence)
  expect(message).toMatch(/^[A-Z][^\n]*\.$/)
  expect(message).not.toContain(folder)
  expect(message).not.toMatch(/[0-9a-f]{16}/)
}

describe('openEmbeddedStore refuses', () => {
  it('a folder that cannot be made', async () => {
    writeFileSync(join(folder, 'new'), 'a file')
    await expectSentence(openAndClose(), /data folder cannot be made/)
  })

  it('a database that cannot be written', async () => {
    mkdirSync(join(dataDir, 'facecompare.db'), { recursive: true })
    await expectSentence(openAndClose(), /cannot be opened for writing/)
  })

  it.runIf(process.getuid?.() !== 0)('a folder that is not writable', async () => {
    mkdirSync(dataDir, { recursive: true, mode: 0o500 })
    await expectSentence(openAndClose(), /cannot be opened for writing/)
  })

  it('a file that is no database', async () => {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'facecompare.db'), 'no database '.repeat(1000))
    await expectSentence(openAndClose(), /damaged, or is none/)
  })

  it('a database that was cut off', async () => {
    await openAndClose()
    for (const name of readdirSync(dataDir)) if (/-(wal|shm)$/.test(name)) rmSync(join(dataDir, name))
    truncateSync(join(dataDir, 'facecompare.db'), 4096 + 100)
    await expectSentence(openAndClose(), /damaged, or is none/)
  })

  it('a database of a newer version, and leaves it alone', async () => {
    await openAndClose()
    const database = new Database(join(dataDir, 'facecompare.db'))
    database.exec('insert into schema_version (version, migrated_at) values (99, 0)')
    database.close()
    await expectSentence(openAndClose(), /newer version/)
  })

  it.each([
    ['empty', ''],
    ['short', HEX_KEY.slice(2)],
    ['long', `${HEX_KEY}00`],
    ['not hexadecimal', HEX_KEY.replace('0', 'g')],
    ['Base64 of 31 bytes', Buffer.alloc(31, 1).toString('base64')],
    ['Base64 of 33 bytes', Buffer.alloc(33, 1).toString('base64')],
  ])('a master key that is %s', async (_, masterKey) => {
    await expectSentence(openAndClose(masterKey), /^The master key must be 32 bytes/)
  })

  it('another master key than the first one', async () => {
    await openAndClose(HEX_KEY)
    await expectSentence(openAndClose(HEX_KEY.replace('0', '1')), /not the one that the store was made with/)
    await expectSentence(openAndClose(), /neither given nor in master\.key/)
    expect(readdirSync(dataDir)).not.toContain('master.key')
    await openAndClose(HEX_KEY)
  })

  it('a key file that is lost, exchanged or damaged', async () => {
    await openAndClose()
    const path = join(dataDir, 'master.key')
    const original = readFileSync(path, 'utf8')
    writeFileSync(path, `${HEX_KEY}\n`)
    await expectSentence(openAndClose(), /not the one that the store was made with/)
    writeFileSync(path, original.slice(0, 10))
    await expectSentence(openAndClose(), /^The master key must be 32 bytes/)
    rmSync(path)
    await expectSentence(openAndClose(), /neither given nor in master\.key/)
    mkdirSync(path)
    await expectSentence(openAndClose(), /master\.key in the data folder cannot be read/)
    rmSync(path, { recursive: true })
    writeFileSync(path, original)
    await openAndClose()
  })
})

describe('openEmbeddedStore', () => {
  it('takes one master key in every way of writing it', async () => {
    const base64 = Buffer.from(HEX_KEY, 'hex').toString('base64')
    for (const masterKey of [HEX_KEY, HEX_KEY.toUpperCase(), base64, base64.replace('=', '')]) {
      await openAndClose(masterKey)
    }
  })

  it('lets nobody else read what it makes', async () => {
    const store = await openEmbeddedStore({ dataDir })
    await store.createApp()
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    const names = readdirSync(dataDir)
    expect(names).toEqual(expect.arrayContaining(['facecompare.db', 'facecompare.db-wal', 'master.key']))
    for (const name of names) expect([name, statSync(join(dataDir, name)).mode & 0o777]).toEqual([name, 0o600])
    await store.close()
  })

  it('writes no SecretKey to the disk as it is', async () => {
    const store = await openEmbeddedStore({ dataDir })
    const { appid } = await store.createApp()
    const { secretId, secretKey } = await store.createKey(appid)
    const readAll = () => Buffer.concat(readdirSync(dataDir).map((name) => readFileSync(join(dataDir, name))))
    for (const close of [false, true]) {
      if (close) await store.close()
      const bytes = readAll()
      expect(bytes.includes(secretId)).toBe(true)
      for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
        expect(bytes.includes(Buffer.from(secretKey).toString(encoding).replace(/=+$/, ''))).toBe(false)
      }
    }
  })

  it('does not read a secret that was moved to another SecretId', async () => {
    const store = await openEmbeddedStore({ dataDir })
    const { appid } = await store.createApp()
    const mine = await store.createKey(appid)
    const theirs = await store.createKey(appid)
    const database = new Database(join(dataDir, 'facecompare.db'))
    database
      .prepare(
        'update keys set sealed_secret = (select sealed_secret from keys where secret_id = ?) where secret_id = ?',
      )
      .run([mine.secretId, theirs.secretId])
    database.close()
    await expect(store.findKey(theirs.secretId)).rejects.toThrow(StoreError)
    await store.close()
  })

  it('takes over the tables of the version before', async () => {
    const before = await openEmbeddedStore({ dataDir })
    const key = await before.createKey((await before.createApp()).appid)
    await before.close()
    const database = new Database(join(dataDir, 'facecompare.db'))
    database.exec(BACK_TO_VERSION_1)
    database.close()
    const store = await openEmbeddedStore({ dataDir })
    expect(await store.findKey(key.secretId)).toEqual({ ...key, revoked: false })
    expect(await store.setLimits(key.appid, { monthlyQuota: 5 })).toBe(true)
    expect(await store.listUsage({ month: '2026-11' })).toEqual([])
    await store.close()
  })

  it('sweeps away claims that are long forgotten, when the clock has said so for two hours', async () => {
    const start = Math.floor(Date.now() / 1000)
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: start * 1000 })
    const store = await openEmbeddedStore({ dataDir })
    const database = new Database(join(dataDir, 'facecompare.db'))
    const countClaims = () => database.prepare("select count(*) as n from used_signatures where id < 'd'").all([])
    for (const id of ['a', 'b', 'c']) await store.claimSignature(id, start + 900)
    vi.setSystemTime((start + 100_000) * 1000)
    for (const hour of [0, 1, 2, 3]) {
      // The clock may have jumped.
      expect(countClaims()).toEqual([{ n: 3 }])
      vi.advanceTimersByTime(3600 * 1000)
      await store.claimSignature(`hour ${hour}`, start + 100_000 + 3600 * hour)
    }
    expect(countClaims()).toEqual([{ n: 0 }])
    expect(await store.claimSignature('a', start + 900)).toBe(false)
    database.close()
    await store.close()
  })

  it('serves several processes that start together on an empty folder', async () => {
    const script = fileURLToPath(new URL('claim-in-process.mjs', import.meta.url))
    const run = async (): Promise<unknown> => {
      const { stdout } = await promisify(execFile)(process.execPath, [script, dataDir, folder, '2', '40'])
      return JSON.parse(stdout)
    }
    const results = await Promise.all([run(), run()])
    const expected = { granted: expect.any(Array), secretKey: 'shared by all of them' }
    expect(results).toEqual([expected, expected])
    const granted = results.flatMap((result) =>
      typeof result === 'object' && result !== null && 'granted' in result ? result.granted : [],
    )
    expect(granted).toHaveLength(40)
    expect(new Set(granted).size).toBe(40)
  })
})
