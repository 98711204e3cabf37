import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PUBLISHED_LIMITS, type Template } from '../../src/gallery/gallery.js'
import { openEmbeddedStore } from '../../src/store/embedded.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { encodeTemplate as encode } from '../../src/store/template-bytes.js'
import { openGallery, PACK, templateOf } from '../support/gallery.js'
import { MASTER_KEY, makeDatabase } from '../support/postgres.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

const appid = '10000001'
const NEXT = 'ffeeddccbbaa99887766554433221100'.repeat(2)
const BOTH = { masterKey: MASTER_KEY, masterKeyNext: NEXT }
const BOX = { x: 12345.5, y: 2, width: 3, height: 4 }

const bytesOf = (template: Template): Buffer => Buffer.from(encode(template))

function enrol(store: Store, personId: string, encryptTemplates = true): Promise<string> {
  const { repository } = store.openGallery({ encryptTemplates })
  const face = { template: templateOf(personId), attributes: { box: BOX, age: 30 } }
  const person = { personId, groupIds: ['g'], name: 'the name', tag: '', face, faceTag: '' }
  return repository.createPerson(appid, person, PUBLISHED_LIMITS)
}

async function readOne(store: Store, personId: string) {
  const { repository } = store.openGallery({ encryptTemplates: true })
  const [face] = await repository.readTemplates(appid, personId, PACK)
  return face?.template
}

describe.each(kinds)('the gallery in a $kind store', ({ makePlace }) => {
  let place: StorePlace
  const opened: Store[] = []

  async function open(keys?: Parameters<StorePlace['open']>[0]): Promise<Store> {
    const store = await place.open(keys)
    opened.push(store)
    return store
  }

  beforeEach(async () => {
    place = await makePlace()
  })

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()))
    await place.remove()
  })

  it('keeps a group that was made as such while nobody is in it', async () => {
    const { repository } = (await open()).openGallery({ encryptTemplates: true })
    const group = { groupId: 'made', name: 'the name', tag: 'a remark' }
    expect(await repository.makeGroup(appid, group, PUBLISHED_LIMITS)).toBe(true)
    expect(await repository.makeGroup(appid, group, PUBLISHED_LIMITS)).toBe(false)
    await expect(
      repository.makeGroup(appid, { ...group, groupId: 'x' }, { ...PUBLISHED_LIMITS, maxGroups: 1 }),
    ).rejects.toMatchObject({ kind: 'TOO_MANY_GROUPS' })
    const [store] = opened
    if (!store) throw new Error('No store')
    await enrol(store, 'p')
    await repository.addToGroups(appid, 'p', ['made'], PUBLISHED_LIMITS)
    expect(await repository.listGroups(appid)).toEqual(['g', 'made'])
    expect(await repository.countMembers(appid, ['g', 'made'])).toEqual({ persons: 1, faces: 1 })
    await repository.deletePerson(appid, 'p')
    expect(await repository.listGroups(appid)).toEqual([])
    expect(await repository.describeGroups(appid)).toEqual([{ ...group, persons: 0, madeAt: expect.any(Date) }])
    expect(await repository.listPersons(appid, 'made')).toEqual([])
    await repository.requireGroups(appid, ['made'])
    expect(await repository.countMembers(appid, ['made'])).toEqual({ persons: 0, faces: 0 })
    await repository.dropGroup(appid, 'made')
    await expect(repository.requireGroups(appid, ['made'])).rejects.toMatchObject({ kind: 'GROUP_UNKNOWN' })
  })

  it('takes a person out of a group, and deletes one who is in no other', async () => {
    const store = await open()
    const { repository } = store.openGallery({ encryptTemplates: true })
    const [kept] = [await enrol(store, 'kept'), await enrol(store, 'gone')]
    await repository.addToGroups(appid, 'kept', ['other'], PUBLISHED_LIMITS)
    expect(await repository.dropGroup(appid, 'g')).toBe(false)
    for (const personId of ['kept', 'gone', 'gone', 'nobody']) await repository.expel(appid, personId, 'g')
    await repository.expel(appid, 'kept', 'g')
    expect(await repository.findPerson(appid, 'kept')).toMatchObject({ groupIds: ['other'], faceIds: [kept] })
    expect(await repository.hasPerson(appid, 'gone')).toBe(false)
    expect(await repository.dropGroup(appid, 'g')).toBe(true)
    expect(await repository.describeGroups(appid)).toMatchObject([{ groupId: 'other', persons: 1 }])
  })

  it('makes a person who needs its groups in those that are there alone', async () => {
    const store = await open()
    const { repository } = store.openGallery({ encryptTemplates: true })
    await enrol(store, 'p')
    const face = { template: templateOf('q') }
    const person = { personId: 'q', needsGroups: true, name: '', tag: '', face, faceTag: '' }
    const groups = (groupIds: readonly string[]) =>
      repository.createPerson(appid, { ...person, groupIds }, PUBLISHED_LIMITS)
    await expect(groups(['g', 'none'])).rejects.toMatchObject({ kind: 'GROUP_UNKNOWN' })
    expect(await repository.hasPerson(appid, 'q')).toBe(false)
    expect(await repository.listGroups(appid)).toEqual(['g'])
    await groups(['g'])
    expect(await repository.listPersons(appid, 'g')).toEqual(['p', 'q'])
  })

  it('deletes a person with the last face when it is asked to', async () => {
    const store = await open()
    const { repository } = store.openGallery({ encryptTemplates: true })
    const faceId = await enrol(store, 'p')
    const options = { tag: '', maxFacesPerPerson: 2, isSame: () => false }
    const [added] = await repository.addFaces(appid, 'p', [{ template: templateOf('q') }], options)
    const second = added && 'faceId' in added ? added.faceId : ''
    expect(await repository.deleteFaces(appid, 'p', [faceId], { andFaceless: true })).toEqual([faceId])
    expect(await repository.hasPerson(appid, 'p')).toBe(true)
    expect(await repository.deleteFaces(appid, 'p', [second], { andFaceless: true })).toEqual([second])
    expect(await repository.describeGroups(appid)).toEqual([])
  })

  it('lists the faces of a group page by page, those of its own app and group alone', async () => {
    const store = await open()
    const { repository } = store.openGallery({ encryptTemplates: true })
    const faceIds = [await enrol(store, 'p'), await enrol(store, 'q'), await enrol(store, 'r')].sort()
    await repository.addToGroups(appid, 'p', ['other'], PUBLISHED_LIMITS)
    const idsOf = async (page: Parameters<typeof repository.listFaces>[2], groupId = 'g') =>
      (await repository.listFaces(appid, groupId, page)).map(({ faceId }) => faceId)
    expect(await idsOf({ count: 2 })).toEqual(faceIds.slice(0, 2))
    expect(await idsOf({ count: 2, after: faceIds[1] })).toEqual(faceIds.slice(2))
    expect(await idsOf({ count: 10, faceIds: faceIds.slice(1) })).toEqual(faceIds.slice(1))
    expect(await repository.listFaces(appid, 'other', { count: 10 })).toMatchObject([{ personId: 'p', tag: '' }])
    await expect(repository.listFaces('10000002', 'g', { count: 1 })).rejects.toMatchObject({ kind: 'GROUP_UNKNOWN' })
    // Dropping a group does nothing to one that has somebody in it.
    await repository.dropGroup(appid, 'g')
    expect(await repository.countMembers(appid, ['g'])).toEqual({ persons: 3, faces: 3 })
  })

  it('keeps nothing of a person who was refused, or could not be kept', async () => {
    const store = await open()
    const { repository, feed } = store.openGallery({ encryptTemplates: true })
    await enrol(store, 'p')
    const look = () => Promise.all([feed.readFeed(), feed.readChanges(0, 10), repository.describeGroups(appid)])
    const before = await look()
    for (const [personId, limits, kind] of [
      ['p', {}, 'PERSON_EXISTS'],
      ['q', { maxGroups: 1 }, 'TOO_MANY_GROUPS'],
      ['q', { maxPersonsPerGroup: 1 }, 'TOO_MANY_PERSONS'],
    ] as const) {
      const face = { template: templateOf(personId) }
      const person = { personId, groupIds: ['g', 'other'], name: '', tag: '', face, faceTag: '' }
      const made = repository.createPerson(appid, person, { ...PUBLISHED_LIMITS, ...limits })
      await expect(made).rejects.toMatchObject({ kind })
    }
    // In the middle of what is sent together.
    await place.execute('alter table gallery_members rename to gallery_away')
    await expect(enrol(store, 'q')).rejects.toThrow('gallery_members')
    await place.execute('alter table gallery_away rename to gallery_members')
    expect(await repository.hasPerson(appid, 'q')).toBe(false)
    expect(await look()).toEqual(before)
  })

  it('gives templates back bit for bit, whether they are encrypted or not, to any process', async () => {
    const store = await open()
    for (const encryptTemplates of [true, false]) await enrol(store, `p${encryptTemplates}`, encryptTemplates)
    const other = await open()
    for (const personId of ['ptrue', 'pfalse']) expect(await readOne(other, personId)).toEqual(templateOf(personId))
  })

  it('opens no face that was moved to another person', async () => {
    const store = await open()
    const [mine] = [await enrol(store, 'mine'), await enrol(store, 'theirs')]
    await place.execute(`update gallery_faces set person = (select id from gallery_persons where person_id = 'theirs')
      where face_id = '${mine}'`)
    await expect(readOne(store, 'theirs')).rejects.toThrow('A face in the store cannot be decrypted.')
  })

  it('stays readable when the master key is rotated, and is sealed with the new one alone', async () => {
    const store = await open({ masterKey: MASTER_KEY })
    await enrol(store, 'p')
    const running = await open(BOTH)
    expect(await readOne(running, 'p')).toEqual(templateOf('p'))
    const late = await open(BOTH)
    await running.rotateMasterKey(NEXT)
    for (const handle of [running, late, await open({ masterKey: NEXT })]) {
      expect(await readOne(handle, 'p')).toEqual(templateOf('p'))
      await enrol(handle, `q${opened.indexOf(handle)}`)
    }
    await expect(open({ masterKey: MASTER_KEY })).rejects.toThrow(/^The master key is not the one/)
    await place.execute(`update store_facts set value = 'v1.spoilt' where name = 'gallery_key'`)
    await expect(readOne(await open({ masterKey: NEXT }), 'p')).rejects.toThrow('cannot be decrypted')
  })

  it('lists, describes and finds for the operator, across apps', async () => {
    const store = await open()
    const faceId = await enrol(store, 'p')
    await enrol(store, 'q')
    const { repository, inventory } = store.openGallery({ encryptTemplates: true })
    const face = { template: templateOf('p') }
    const other = { personId: 'p', groupIds: ['b', 'a'], name: '', tag: '', face, faceTag: 'remark' }
    await repository.createPerson('2', other, PUBLISHED_LIMITS)
    const pages = []
    for await (const page of inventory.listAll()) pages.push(...page)
    expect(pages).toMatchObject([
      { appid, personId: 'p', name: 'the name', groupIds: ['g'], faces: 1 },
      { appid, personId: 'q', faces: 1 },
      { appid: '2', personId: 'p', groupIds: ['a', 'b'], faces: 1 },
    ])
    expect(await inventory.findApps('p')).toEqual([appid, '2'])
    expect(await inventory.findApps('nobody')).toEqual([])
    expect(await inventory.locateFace(faceId)).toEqual({ appid, personId: 'p' })
    expect(await inventory.locateFace('1')).toBeUndefined()
    expect(await inventory.describePerson(appid, 'p')).toEqual({
      person: {
        personId: 'p',
        name: 'the name',
        tag: '',
        groupIds: ['g'],
        faceIds: [faceId],
        createdAt: expect.any(Date),
      },
      faces: [
        {
          faceId,
          personId: 'p',
          tag: '',
          madeAt: expect.any(Date),
          packId: PACK,
          attributes: { box: BOX, age: 30 },
        },
      ],
    })
    await expect(inventory.describePerson(appid, 'nobody')).rejects.toMatchObject({ kind: 'PERSON_UNKNOWN' })
  })

  it('puts templates in the place of others, all or none', async () => {
    const store = await open()
    const faceId = await enrol(store, 'p')
    const foreignId = await enrol(store, 'q')
    const { repository, inventory } = store.openGallery({ encryptTemplates: true })
    const next = templateOf('p', 'next-pack')
    const both = new Map([faceId, foreignId].map((id) => [id, next]))
    await expect(inventory.replaceTemplates(appid, 'p', both)).rejects.toMatchObject({ kind: 'FACE_UNKNOWN' })
    expect(await repository.readTemplates(appid, 'p', PACK)).toHaveLength(1)
    await inventory.replaceTemplates(appid, 'p', new Map([[faceId, next]]))
    expect(await repository.readTemplates(appid, 'p', 'next-pack')).toMatchObject([{ faceId, template: next }])
    expect((await inventory.describePerson(appid, 'p')).faces).toMatchObject([{ faceId, attributes: { age: 30 } }])
  })
})

/** All bytes of the folder: the database, its log and what lies beside. */
function readAll(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))))
}

describe('the files of the embedded store', () => {
  let dataDir: string

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'facecompare-gallery-'))
  })

  afterEach(() => rm(dataDir, { recursive: true }))

  it.each([true, false])(
    'hold templates and attributes as they are only when told so: encrypted is %s',
    async (encrypts) => {
      const store = await openEmbeddedStore({ dataDir })
      await enrol(store, 'p', encrypts)
      const bytes = readAll(dataDir)
      expect(bytes.includes('the name')).toBe(true)
      expect(bytes.includes(bytesOf(templateOf('p')))).toBe(!encrypts)
      expect(bytes.includes('12345.5')).toBe(!encrypts)
      await store.close()
    },
  )

  it('hold nothing of a person who was deleted, from that moment on', async () => {
    const store = await openEmbeddedStore({ dataDir })
    for (let i = 0; i < 20; i++) await enrol(store, `p${i}`, false)
    const { repository } = store.openGallery({ encryptTemplates: false })
    const template = bytesOf(templateOf('p7'))
    const faces = [{ template: templateOf('a-single-face') }]
    const options = { tag: '', maxFacesPerPerson: 20, isSame: () => false }
    const [added] = await repository.addFaces(appid, 'p8', faces, options)
    expect(readAll(dataDir).includes(template)).toBe(true)
    await repository.setPersonInfo(appid, 'p7', { name: 'a-name-to-forget' })
    await repository.deletePerson(appid, 'p7')
    await repository.deleteFaces(appid, 'p8', [added && 'faceId' in added ? added.faceId : ''])
    for (const close of [false, true]) {
      if (close) await store.close()
      const bytes = readAll(dataDir)
      for (const part of [template, template.subarray(24, 64), bytesOf(templateOf('a-single-face'))]) {
        expect(bytes.includes(part)).toBe(false)
      }
      expect(bytes.includes('a-name-to-forget')).toBe(false)
      expect(bytes.includes(bytesOf(templateOf('p8')))).toBe(true)
    }
  })

  it('hold the key of the gallery sealed alone', async () => {
    const store = await openEmbeddedStore({ dataDir })
    await enrol(store, 'p')
    await store.close()
    const database = new Database(join(dataDir, 'facecompare.db'))
    const [fact] = database.prepare(`select value from store_facts where name = 'gallery_key'`).all([])
    expect(fact).toEqual({ value: expect.stringMatching(/^v1\./) })
    database.close()
  })
})

describe('enrolment that is killed', () => {
  const script = fileURLToPath(new URL('enrol-in-process.mjs', import.meta.url))

  async function killInTheMiddle(place: string, prefix: string): Promise<readonly string[]> {
    const child = spawn(process.execPath, [script, place, MASTER_KEY, prefix, PACK])
    let printed = ''
    child.stdout.on('data', (chunk) => {
      printed += String(chunk)
      if (printed.split('\n').length > 12) child.kill('SIGKILL')
    })
    await once(child, 'close')
    return printed.split('\n').slice(0, -1)
  }

  /** Nothing half done, and everything that was told to be done. */
  async function requireWhole(store: Store, lines: readonly string[]): Promise<void> {
    const { repository, feed, inventory } = store.openGallery({ encryptTemplates: true })
    const persons = []
    for await (const page of inventory.listAll()) persons.push(...page)
    for (const { personId, faces, groupIds } of persons) {
      expect([personId, faces, groupIds.length]).toEqual([personId, 1, 2])
      const [face] = await repository.readTemplates('1', personId, PACK)
      const number = Number(personId.split('-')[1])
      expect([...(face?.template.embedding ?? [])]).toEqual([...Float32Array.of(Math.cos(number), Math.sin(number))])
      expect(face?.template).toMatchObject({ packId: PACK, cohort: { gain: 1.01, offset: 0.02, centre: 0.03 } })
    }
    const ids = persons.map(({ personId }) => personId)
    const deleted = lines.flatMap((line) => (line.startsWith('deleted ') ? [line.slice(8)] : []))
    for (const line of lines) {
      const [what, id = ''] = line.split(' ')
      if (what === 'made' && !deleted.includes(id) && line !== lines.at(-1)) expect(ids).toContain(id)
      if (what === 'deleted') expect(ids).not.toContain(id)
    }
    for (const group of await repository.listGroups('1')) {
      const expected = persons.filter(({ groupIds }) => groupIds.includes(group)).map(({ personId }) => personId)
      expect(await repository.listPersons('1', group)).toEqual(expected.sort())
    }
    const { sequence } = await feed.readFeed()
    expect((await feed.readChanges(sequence - 1, 10)).map((change) => change.sequence)).toEqual([sequence])
    const { mirror } = openGallery(store)
    await mirror.sync()
    expect(mirror.size).toBe(persons.length)
    await mirror.close()
  }

  it('leaves whole persons in the embedded store', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'facecompare-gallery-'))
    for (const prefix of ['a', 'b', 'c']) {
      const lines = await killInTheMiddle(dataDir, prefix)
      expect(lines.length).toBeGreaterThan(10)
      const store = await openEmbeddedStore({ dataDir, masterKey: MASTER_KEY })
      await requireWhole(store, lines)
      await store.close()
    }
    await rm(dataDir, { recursive: true })
  })

  it('leaves whole persons in PostgreSQL, and keeps nobody else waiting', async () => {
    const { url, remove } = await makeDatabase()
    for (const prefix of ['a', 'b', 'c']) {
      const lines = await killInTheMiddle(url, prefix)
      expect(lines.length).toBeGreaterThan(10)
      const store = await openPostgresStore({ url, masterKey: MASTER_KEY })
      await requireWhole(store, lines)
      await enrol(store, `after-${prefix}`)
      await store.openGallery({ encryptTemplates: true }).repository.deletePerson(appid, `after-${prefix}`)
      await store.close()
    }
    await remove()
  })
})
