import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PUBLISHED_LIMITS } from '../../src/gallery/gallery.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import { type Store, StoreError } from '../../src/store/store.js'
import { templateOf } from '../support/gallery.js'
import { MASTER_KEY, makeDatabase, openGate, serverUrl, type TestDatabase } from '../support/postgres.js'
import { BACK_TO_VERSION_1 } from './old-schema.js'

let database: TestDatabase
const opened: Store[] = []

beforeEach(async () => {
  database = await makeDatabase()
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()))
  await database.remove()
})

async function open(url = database.url, masterKey = MASTER_KEY): Promise<Store> {
  const store = await openPostgresStore({ url, masterKey })
  opened.push(store)
  return store
}

/** One plain sentence, and nothing of the url in it. */
async function expectSentence(opening: Promise<unknown>, sentence: RegExp): Promise<void> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(StoreError)
  const message = error instanceof Error ? error.message : ''
  expect(message).toMatch(sentence)
  expect(message).toMatch(/^[A-Z][^\n]*\.$/)
  expect(message).not.toMatch(/hunter2|127\.0\.0\.1|search_path/)
}

function changedUrl(part: 'password' | 'pathname' | 'search', value: string): string {
  const url = new URL(serverUrl())
  url[part] = value
  return url.href
}

describe('openPostgresStore refuses', () => {
  it('a server that is not there', async () => {
    const gate = await openGate(database.url)
    await gate.close()
    await expectSentence(open(gate.url), /server cannot be reached/)
    await expectSentence(open('postgres://u:hunter2@no-such-host.invalid/x'), /server cannot be reached/)
  })

  it('a server that does not answer', async () => {
    const gate = await openGate(database.url)
    gate.stall()
    await expectSentence(open(gate.url), /server cannot be reached/)
    await gate.close()
  })

  it('a wrong password, and a database or schema that is not there', async () => {
    await expectSentence(open(changedUrl('password', 'hunter2')), /does not let this user in/)
    await expectSentence(open(changedUrl('pathname', '/hunter2')), /no such database/)
    await expectSentence(open(changedUrl('search', 'options=-c%20search_path%3Dhunter2')), /no such schema/)
  })

  it('a database of a newer version', async () => {
    await open()
    await database.query('insert into schema_version (version, migrated_at) values (99, 0)')
    await expectSentence(open(), /newer version/)
  })

  it('another master key than the first one', async () => {
    await open()
    await expectSentence(open(database.url, MASTER_KEY.replace('0', '1')), /not the one that the store was made with/)
    await expectSentence(open(database.url, ''), /^The master key must be 32 bytes/)
  })
})

describe('openPostgresStore', () => {
  it('makes the tables once when many replicas start together', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => open()))
    await Promise.all(stores.map((store) => store.ping()))
    const versions = await database.query('select version from schema_version order by version')
    expect(versions).toEqual(versions.map((_, index) => ({ version: index + 1 })))
    expect(versions.length).toBeGreaterThan(0)
  })

  it('takes over the tables of the version before, while replicas start together', async () => {
    const before = await open()
    const key = await before.createKey((await before.createApp()).appid)
    await database.query(BACK_TO_VERSION_1)
    for (const store of await Promise.all([open(), open(), open()])) {
      expect(await store.findKey(key.secretId)).toEqual({ ...key, revoked: false })
      expect(await store.setLimits(key.appid, { monthlyQuota: 5 })).toBe(true)
    }
  })

  it('writes no SecretKey into the database as it is', async () => {
    const store = await open()
    const { secretKey, secretId } = await store.createKey((await store.createApp()).appid)
    const [row] = await database.query('select * from keys')
    const text = JSON.stringify(row)
    expect(text).toContain(secretId)
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect(text).not.toContain(Buffer.from(secretKey).toString(encoding).replace(/=+$/, ''))
    }
  })

  it('sweeps away claims that are long forgotten', async () => {
    const store = await open()
    await database.query("insert into used_signatures values ('old', 1)")
    await store.claimSignature('new', Math.floor(Date.now() / 1000) + 900)
    expect(await database.query('select id from used_signatures')).toEqual([{ id: 'new' }])
    expect(await store.claimSignature('old', 1)).toBe(false)
    // Of another replica, whose clock is behind.
    const other = await open()
    expect(await other.claimSignature('old', 1)).toBe(false)
  })
})

describe('a store whose server is far away', () => {
  const appid = '10000001'
  const personOf = (name: string) => {
    return {
      personId: name,
      groupIds: ['a', 'b'],
      name: '',
      tag: '',
      face: { template: templateOf(name) },
      faceTag: '',
    }
  }

  it('is reached four times for a person, and five times for any number of faces', async () => {
    const gate = await openGate(database.url)
    const { repository } = (await open(gate.url)).openGallery({ encryptTemplates: true })
    await repository.createPerson(appid, personOf('first'), PUBLISHED_LIMITS)
    const turnsOf = async (work: () => Promise<unknown>) => {
      const before = gate.turns()
      await work()
      return gate.turns() - before
    }
    expect(await turnsOf(() => repository.createPerson(appid, personOf('p'), PUBLISHED_LIMITS))).toBe(4)
    const faces = ['x', 'y', 'z'].map((name) => ({ template: templateOf(name) }))
    const options = { tag: '', maxFacesPerPerson: 20, isSame: () => false }
    expect(await turnsOf(() => repository.addFaces(appid, 'p', faces, options))).toBe(5)
    expect(await turnsOf(() => repository.deletePerson(appid, 'p'))).toBe(5)
    await gate.close()
  })
})

describe('a store whose server goes away', () => {
  it.each(['shut', 'stall'] as const)('rejects meanwhile and answers again afterwards (%s)', async (how) => {
    const gate = await openGate(database.url)
    const store = await open(gate.url)
    const { appid } = await store.createApp()
    // Several connections are open when they are lost.
    await Promise.all(Array.from({ length: 6 }, () => store.findApp(appid)))
    await gate[how]()
    const asked = Array.from({ length: 6 }, () => store.findApp(appid))
    for (const result of await Promise.allSettled(asked)) expect(result.status).toBe('rejected')
    await expect(store.claimSignature('aa', Math.floor(Date.now() / 1000) + 900)).rejects.toThrow()
    await expect(store.ping()).rejects.toThrow()
    await gate.open()
    expect(await store.findApp(appid)).toEqual({ appid, enabled: true })
    await gate.close()
  })

  it('is closed in spite of it', async () => {
    const gate = await openGate(database.url)
    const store = await openPostgresStore({ url: gate.url, masterKey: MASTER_KEY })
    await Promise.all(Array.from({ length: 4 }, () => store.ping()))
    gate.stall()
    const asked = store.ping().catch(() => 'rejected')
    await store.close()
    expect(await asked).toBe('rejected')
    await gate.close()
  })

  it('survives that the server ends its connections, idle or in use', async () => {
    const store = await open()
    await Promise.all(Array.from({ length: 6 }, () => store.ping()))
    const end =
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()'
    const pings = Promise.allSettled(Array.from({ length: 20 }, () => store.ping()))
    await database.query(end, [database.name])
    await pings
    await expect.poll(() => store.ping().then(() => 'answers')).toBe('answers')
  })
})
