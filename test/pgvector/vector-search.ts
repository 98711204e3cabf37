import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Gallery } from '../../src/calls/gallery.js'
import { identify } from '../../src/calls/identify.js'
import { createPerson, deletePerson } from '../../src/calls/persons.js'
import { PUBLISHED_LIMITS } from '../../src/gallery/gallery.js'
import { VectorSearch } from '../../src/gallery/vector-search.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { GalleryStoreOptions, SharedStore } from '../../src/store/store.js'
import { faceLike, openGallery, openVectorGallery, PACK, templateOf } from '../support/gallery.js'
import { MASTER_KEY, makeDatabase } from '../support/postgres.js'

const appid = '10000001'
const IN_DATABASE: GalleryStoreOptions = { encryptTemplates: false, search: 'pgvector' }

let url: string
let store: SharedStore
const searches: VectorSearch[] = []
const mirrors: { close: () => Promise<void> }[] = []

async function query(statement: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, string>>(statement)).rows
  } finally {
    await client.end()
  }
}

/** All vectors, of all packs, by their faces. */
async function vectorsOf(): Promise<readonly string[]> {
  const tables = await query(`select tablename as name from pg_tables where tablename like 'face_vectors_%'`)
  const rows = await Promise.all(tables.map(({ name }) => query(`select face_id from ${name}`)))
  return rows.flat().map(({ face_id }) => face_id ?? '')
}

/** A replica that searches in the database. */
async function openReplica(options: Parameters<typeof openVectorGallery>[1] = {}) {
  const opened = await openVectorGallery(store, options)
  searches.push(opened.search)
  return { ...opened, repository: opened.gallery.repository }
}

/** A replica that searches in memory, and knows nothing of vectors. */
function openInMemory(options: Parameters<typeof openGallery>[1] = {}) {
  const opened = openGallery(store, options)
  mirrors.push(opened.mirror)
  return opened
}

interface Opened {
  readonly gallery: Gallery
}

function enrol({ gallery }: Opened, personId: string, groupIds = ['g']) {
  return createPerson(gallery, { appid, personId, groupIds, picture: async () => faceLike(personId) })
}

function find({ gallery }: Opened, name: string, groupIds = ['g']) {
  return identify(gallery, { appid, groupIds, picture: async () => faceLike(name) })
}

async function findSame(opened: Opened, name: string): Promise<string | undefined> {
  const [first] = await find(opened, name)
  return first && first.confidence > 99 ? first.personId : undefined
}

/** @param openDatabase gives the url of an empty database with pgvector */
export function testVectorSearch(openDatabase: () => Promise<string>): void {
  beforeAll(async () => {
    url = await openDatabase()
    store = await openPostgresStore({ url, masterKey: MASTER_KEY })
  })

  afterAll(() => store?.close())

  afterEach(async () => {
    for (const search of searches.splice(0)) await search.close()
    for (const mirror of mirrors.splice(0)) await mirror.close()
    const tables = await query(`select tablename as name from pg_tables where tablename like 'face_vectors_%'`)
    for (const { name } of tables) await query(`drop table ${name}`)
    for (const table of ['faces', 'members', 'groups', 'persons', 'changes'])
      await query(`delete from gallery_${table}`)
  })

  it('tells what the gallery in memory tells, by group and app', async () => {
    const replica = await openReplica()
    for (let i = 0; i < 14; i++) await enrol(replica, `p${i}`, i % 2 === 0 ? ['g', 'even'] : ['g'])
    const { repository, limits } = replica.gallery
    const face = { template: templateOf('p3') }
    const other = { personId: 'stranger', groupIds: ['g', 'even'], name: '', tag: '', face, faceTag: '' }
    await repository.createPerson('2', other, limits)
    await repository.addFaces(appid, 'p4', [{ template: templateOf('p4 later') }], {
      tag: 'later',
      maxFacesPerPerson: 20,
      isSame: () => false,
    })
    const inMemory = openInMemory()
    for (const name of ['p3', 'p4 later', 'p12', 'nobody']) {
      for (const groups of [['g'], ['even'], ['g', 'even']]) {
        const found = await find(replica, name, groups)
        expect(found).toHaveLength(5)
        expect(found).toEqual(await find(inMemory, name, groups))
      }
    }
    expect(await findSame(replica, 'p4 later')).toBe('p4')
  })

  it('finds at once whom any replica has enrolled, and nobody who was deleted, by whomever', async () => {
    const [one, two] = [await openReplica(), await openReplica()]
    await enrol(one, 'stays')
    await enrol(one, 'p')
    expect(await findSame(two, 'p')).toBe('p')
    await deletePerson(two.gallery, { appid, personId: 'p' })
    expect(await findSame(one, 'p')).toBeUndefined()
    await enrol(one, 'q')
    // A process that searches in memory, or the command line without the setting.
    await deletePerson(openInMemory().gallery, { appid, personId: 'q' })
    expect(await vectorsOf()).toHaveLength(1)
  })

  it('leaves nothing of a person who could not be enrolled', async () => {
    const { repository } = await openReplica()
    const face = { template: templateOf('p') }
    const person = { personId: 'p', groupIds: ['g'], name: '', tag: '', face, faceTag: '' }
    await repository.createPerson(appid, person, PUBLISHED_LIMITS)
    await expect(repository.createPerson(appid, person, PUBLISHED_LIMITS)).rejects.toMatchObject({
      kind: 'PERSON_EXISTS',
    })
    const second = { ...person, personId: 'second' }
    await expect(
      repository.createPerson(appid, second, { ...PUBLISHED_LIMITS, maxPersonsPerGroup: 1 }),
    ).rejects.toMatchObject({ kind: 'TOO_MANY_PERSONS' })
    expect(await vectorsOf()).toHaveLength(1)
  })

  it('begins with all faces from before, encrypted ones as well, in batches', async () => {
    const { repository } = store.openGallery({ encryptTemplates: true })
    for (let i = 0; i < 130; i++) {
      const face = { template: templateOf(`p${i}`) }
      const person = { personId: `p${i}`, groupIds: ['g'], name: '', tag: '', face, faceTag: '' }
      await repository.createPerson(appid, person, PUBLISHED_LIMITS)
    }
    await query(`update gallery_faces set template = '\\x0102' where person =
      (select id from gallery_persons where person_id = 'p7')`)
    const replica = await openReplica()
    for (const name of ['p0', 'p99', 'p100', 'p129']) expect(await findSame(replica, name)).toBe(name)
    expect(await findSame(replica, 'p7')).toBeUndefined()
    expect(replica.warnings).toEqual([
      expect.stringMatching(/^The face \d{19} is damaged in the store and is found by no search\.$/),
    ])
    // The second time there is nothing to add.
    expect(await replica.vectors.fill()).toBe(0)
    expect(await vectorsOf()).toHaveLength(129)
    const indexes = await query(`select indexname from pg_indexes where indexname like 'face_vectors_%_nearest'`)
    expect(indexes).toHaveLength(1)
  })

  it('finds soon whom a replica has enrolled that was not switched over yet', async () => {
    const replica = await openReplica({ pollMs: 20 })
    await enrol(openInMemory(), 'p')
    await expect.poll(() => findSame(replica, 'p')).toBe('p')
    expect(await query("select encode(substr(template, 1, 1), 'hex') as kind from gallery_faces")).toEqual([
      { kind: '01' },
    ])
  })

  it('looks at everything again when what it has missed is no longer told of', async () => {
    const replica = await openReplica()
    await enrol(openInMemory(), 'p')
    await store.openGallery(IN_DATABASE).feed.trimFeed(Date.now() + 1000)
    await replica.search.sync()
    expect(await findSame(replica, 'p')).toBe('p')
  })

  it('moves a face that was made anew by another pack to the table of that, and compares it with none of the old ones', async () => {
    const before = await openReplica({ packId: 'pack-1' })
    const created = await createPerson(before.gallery, {
      appid,
      personId: 'p',
      groupIds: ['g'],
      picture: async () => faceLike('p', 1, 'pack-1'),
    })
    const after = await openReplica({ packId: 'pack-2' })
    expect(after.warnings).toEqual([expect.stringMatching(/^1 of 1 enrolled faces were made by another model pack/)])
    const picture = async () => faceLike('p', 1, 'pack-2')
    expect(await identify(after.gallery, { appid, groupIds: ['g'], picture })).toEqual([])
    await after.inventory.replaceTemplates(appid, 'p', new Map([[created.faceId, templateOf('p', 'pack-2')]]))
    expect(await identify(after.gallery, { appid, groupIds: ['g'], picture })).toMatchObject([{ personId: 'p' }])
    expect(await vectorsOf()).toEqual([created.faceId])
    // Without the setting: what is left over is removed by those who have it.
    const { inventory } = store.openGallery({ encryptTemplates: true })
    await inventory.replaceTemplates(appid, 'p', new Map([[created.faceId, templateOf('p', 'pack-3')]]))
    await after.search.sync()
    expect(await vectorsOf()).toEqual([])
  })

  it('finds as many persons as it is asked for, however many faces of the first ones are alike', async () => {
    const replica = await openReplica()
    const { repository } = replica
    for (let i = 0; i < 6; i++) {
      await enrol(replica, `p${i}`)
      const faces = Array.from({ length: 19 }, () => ({ template: templateOf(`p${i}`) }))
      await repository.addFaces(appid, `p${i}`, faces, { tag: '', maxFacesPerPerson: 20, isSame: () => false })
    }
    const { packId, embedding, cohort } = faceLike('p0')
    const found = await replica.search.search(appid, ['g'], { packId, embedding, cohort }, 6)
    expect(found.map(({ personId }) => personId).sort()).toEqual(Array.from({ length: 6 }, (_, i) => `p${i}`).sort())
  })

  it('a start without the extension is refused with one sentence', async () => {
    const database = await makeDatabase()
    const plain = await openPostgresStore({ url: database.url, masterKey: MASTER_KEY })
    try {
      const { feed, repository, openVectors } = plain.openGallery(IN_DATABASE)
      const vectors = openVectors?.({ packId: PACK })
      if (!vectors) throw new Error('unreachable')
      const options = { feed, repository, vectors, packId: PACK, onTrouble: () => {} }
      await expect(VectorSearch.open(options)).rejects.toThrow(
        /^The database has no extension pgvector of version 0.8 or later: its owner makes it with CREATE EXTENSION vector.$/,
      )
    } finally {
      await plain.close()
      await database.remove()
    }
  })
}
