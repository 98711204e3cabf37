import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { identify } from '../../src/calls/identify.js'
import { createPerson, deletePerson } from '../../src/calls/persons.js'
import type { GalleryFeed } from '../../src/gallery/gallery.js'
import { GalleryMirror } from '../../src/gallery/mirror.js'
import { openPostgresStore } from '../../src/store/postgres.js'
import type { Store } from '../../src/store/store.js'
import { ExactIndex, faceLike, type OpenedGallery, openGallery, PACK, templateOf } from '../support/gallery.js'
import { MASTER_KEY, makeDatabase, openGate } from '../support/postgres.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

const appid = '10000001'

function enrol({ gallery }: OpenedGallery, personId: string, groupIds = ['g']) {
  return createPerson(gallery, { appid, personId, groupIds, picture: async () => faceLike(personId) })
}

async function find({ gallery }: OpenedGallery, personId: string): Promise<string | undefined> {
  const [first] = await identify(gallery, { appid, groupIds: ['g'], picture: async () => faceLike(personId) })
  return first && first.confidence > 99 ? first.personId : undefined
}

describe.each(kinds)('the gallery in memory of several replicas on a $kind store', ({ makePlace }) => {
  let place: StorePlace
  const stores: Store[] = []
  const opened: OpenedGallery[] = []

  async function openReplica(options: Parameters<typeof openGallery>[1] = {}): Promise<OpenedGallery> {
    const store = await place.open()
    stores.push(store)
    const replica = openGallery(store, options)
    opened.push(replica)
    return replica
  }

  beforeEach(async () => {
    place = await makePlace()
  })

  afterEach(async () => {
    vi.useRealTimers()
    for (const { mirror } of opened.splice(0)) await mirror.close()
    for (const store of stores.splice(0)) await store.close()
    await place.remove()
  })

  it('finds at once whom another one has enrolled, and nobody whom it has deleted', async () => {
    const [one, two] = [await openReplica(), await openReplica()]
    await enrol(one, 'stays')
    for (const personId of ['p', 'q', 'p']) {
      await enrol(one, personId)
      expect(await find(two, personId)).toBe(personId)
      await deletePerson(two.gallery, { appid, personId })
      expect(await find(one, personId)).toBeUndefined()
    }
    await two.mirror.sync()
    expect([one.mirror.size, two.mirror.size]).toEqual([1, 1])
  })

  it('forgets who was deleted though nobody searches', async () => {
    const [one, two] = [await openReplica(), await openReplica({ pollMs: 20 })]
    await enrol(one, 'p')
    await expect.poll(() => two.mirror.size).toBe(1)
    await deletePerson(one.gallery, { appid, personId: 'p' })
    await expect.poll(() => two.mirror.size).toBe(0)
  })

  it('misses nothing of what many write at the same time', async () => {
    const writers = [await openReplica(), await openReplica(), await openReplica()]
    const reader = await openReplica({ pollMs: 5 })
    const names = Array.from({ length: 45 }, (_, i) => `p${i}`)
    await Promise.all(
      writers.map(async (writer, w) => {
        for (const name of names.filter((_, i) => i % writers.length === w)) {
          await enrol(writer, name)
          if (name.endsWith('4')) await deletePerson(writer.gallery, { appid, personId: name })
        }
      }),
    )
    const left = names.filter((name) => !name.endsWith('4'))
    expect(await find(reader, left[0] ?? '')).toBe(left[0])
    expect(reader.mirror.size).toBe(left.length)
    for (const name of names) expect(await find(reader, name)).toBe(name.endsWith('4') ? undefined : name)
  })

  it('starts with all that is there, page by page', async () => {
    const writer = await openReplica()
    const { repository, limits } = writer.gallery
    for (let i = 0; i < 205; i++) {
      const face = { template: templateOf(`p${i}`) }
      const person = { personId: `p${i}`, groupIds: ['g'], name: '', tag: '', face, faceTag: '' }
      await repository.createPerson(appid, person, limits)
    }
    const reader = await openReplica()
    for (const name of ['p0', 'p199', 'p200', 'p204']) expect(await find(reader, name)).toBe(name)
    expect(reader.mirror.size).toBe(205)
  })

  it('reads everything again when what it has missed is no longer told of', async () => {
    const [one, two] = [await openReplica(), await openReplica()]
    await enrol(one, 'p')
    await enrol(one, 'q')
    expect(await find(two, 'p')).toBe('p')
    await deletePerson(one.gallery, { appid, personId: 'p' })
    await enrol(one, 'r')
    const feed = stores[0]?.openGallery({ encryptTemplates: true }).feed
    await feed?.trimFeed(Date.now() + 1000)
    expect(await feed?.readChanges(0, 10)).toEqual([])
    expect(await find(two, 'r')).toBe('r')
    expect(await find(two, 'p')).toBeUndefined()
    expect(two.mirror.size).toBe(2)
    // What comes afterwards is told of again.
    await enrol(one, 's')
    expect(await find(two, 's')).toBe('s')
  })

  it('keeps an hour of changes', async () => {
    const one = await openReplica()
    const feed = stores[0]?.openGallery({ encryptTemplates: true }).feed
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_700_000 })
    await enrol(one, 'p')
    vi.useRealTimers()
    await enrol(one, 'q')
    const polling = await openReplica({ pollMs: 10 })
    await expect.poll(async () => (await feed?.readChanges(0, 10))?.map(({ sequence }) => sequence)).toEqual([2])
    expect(await feed?.readFeed()).toEqual({ sequence: 2, trimmedTo: 1 })
    expect(await find(polling, 'p')).toBe('p')
  })

  it('leaves out a face that is damaged, says so, and finds all others', async () => {
    const writer = await openReplica()
    const { faceId } = await enrol(writer, 'p')
    await enrol(writer, 'q')
    await place.execute(`update gallery_faces set person = (select id from gallery_persons where person_id = 'q')
      where face_id = '${faceId}'`)
    const reader = await openReplica()
    expect(await find(reader, 'q')).toBe('q')
    expect(await find(reader, 'p')).toBeUndefined()
    expect(reader.warnings).toEqual([`The face ${faceId} is damaged in the store and is found by no search.`])
  })

  it('takes over a template that was put in the place of another one', async () => {
    const [one, two] = [await openReplica(), await openReplica()]
    const { faceId } = await enrol(one, 'p')
    expect(await find(two, 'p')).toBe('p')
    const { inventory } = stores[0]?.openGallery({ encryptTemplates: true }) ?? {}
    await inventory?.replaceTemplates(appid, 'p', new Map([[faceId, templateOf('grown-up')]]))
    const picture = async () => faceLike('grown-up')
    const found = await identify(two.gallery, { appid, groupIds: ['g'], picture })
    expect(found).toMatchObject([{ personId: 'p', faceId, confidence: 100 }])
  })
})

describe('the gallery in memory', () => {
  it('refuses to search while the database is away, and catches up when it is back', async () => {
    const database = await makeDatabase()
    const gate = await openGate(database.url)
    const [near, far] = await Promise.all(
      [database.url, gate.url].map((url) => openPostgresStore({ url, masterKey: MASTER_KEY })),
    )
    if (!near || !far) throw new Error('unreachable')
    const [one, two] = [openGallery(near), openGallery(far, { pollMs: 20 })]
    await enrol(one, 'p')
    await enrol(one, 'q')
    expect(await find(two, 'p')).toBe('p')
    await gate.shut()
    await expect(find(two, 'p')).rejects.toMatchObject({ kind: 'STORAGE_FAILED' })
    await deletePerson(one.gallery, { appid, personId: 'p' })
    await enrol(one, 'r')
    await gate.open()
    await expect.poll(() => find(two, 'r').catch(() => 'away')).toBe('r')
    expect(await find(two, 'p')).toBeUndefined()
    await Promise.all([one.mirror.close(), two.mirror.close()])
    await Promise.all([near.close(), far.close()])
    await gate.close()
    await database.remove()
  })

  it('tells of trouble once, until it is over', async () => {
    let isAway = true
    const feed: GalleryFeed = {
      readFeed: async () => {
        if (isAway) throw new Error('away')
        return { sequence: 0, trimmedTo: 0 }
      },
      readChanges: async () => [],
      readPersons: async () => [],
      readPersonsAfter: async () => [],
      trimFeed: async () => {},
      countFaces: async () => ({ all: 0, ofOtherPacks: 0 }),
    }
    const onTrouble = vi.fn()
    const repository = { findCandidates: async () => [] }
    const makeIndex = () => new ExactIndex()
    const mirror = new GalleryMirror({ feed, repository, packId: PACK, makeIndex, onTrouble, pollMs: 5 })
    const read = vi.spyOn(feed, 'readFeed')
    await expect.poll(() => read.mock.calls.length).toBeGreaterThan(3)
    expect(onTrouble).toHaveBeenCalledTimes(1)
    isAway = false
    await mirror.sync()
    const calls = read.mock.calls.length
    await expect.poll(() => read.mock.calls.length).toBeGreaterThan(calls + 1)
    isAway = true
    await expect.poll(() => onTrouble.mock.calls.length).toBe(2)
    await mirror.close()
  })

  it('finds the persons asked for where one of them has all of the best faces', async () => {
    const place = await kinds[0]?.makePlace()
    const store = await place?.open()
    if (!place || !store) throw new Error('unreachable')
    const one = openGallery(store, { limits: { maxFacesPerPerson: 200 } })
    const { repository, limits } = one.gallery
    const person = (personId: string, name: string) => {
      const face = { template: templateOf(name) }
      return { personId, groupIds: ['g'], name: '', tag: '', face, faceTag: '' }
    }
    await repository.createPerson(appid, person('many', 'probe'), limits)
    const faces = Array.from({ length: 150 }, () => ({ template: templateOf('probe') }))
    await repository.addFaces(appid, 'many', faces, { tag: '', maxFacesPerPerson: 200, isSame: () => false })
    for (const name of ['a', 'b', 'c', 'd']) await repository.createPerson(appid, person(name, name), limits)
    const found = await identify(one.gallery, { appid, groupIds: ['g'], picture: async () => faceLike('probe') })
    expect(found.map(({ personId }) => personId).sort()).toEqual(['a', 'b', 'c', 'd', 'many'])
    await one.mirror.close()
    await store.close()
    await place.remove()
  })
})
