import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addFaces, deleteFaces, getFaceInfo, listFaces } from '../../src/calls/faces.js'
import { addToGroups, listGroups, listPersons, removeFromGroups } from '../../src/calls/groups.js'
import { identify, identifyAll, verify } from '../../src/calls/identify.js'
import {
  type CreatePersonRequest,
  createPerson,
  deletePerson,
  getPersonInfo,
  setPersonInfo,
} from '../../src/calls/persons.js'
import { FaceCompareError } from '../../src/errors.js'
import type { Store } from '../../src/store/store.js'
import { faceLike, type OpenedGallery, openGallery } from '../support/gallery.js'
import { kinds, type StorePlace } from '../support/store-kinds.js'

const appid = '10000001'

describe.each(kinds)('the calls about persons, on a $kind store', ({ makePlace }) => {
  let place: StorePlace
  let store: Store
  let opened: OpenedGallery
  const others: { close(): Promise<unknown> }[] = []

  function open(options: Parameters<typeof openGallery>[1] = {}): OpenedGallery {
    const made = openGallery(store, options)
    others.push(made.mirror)
    return made
  }

  beforeEach(async () => {
    place = await makePlace()
    store = await place.open()
    opened = open()
  })

  afterEach(async () => {
    for (const other of others.splice(0)) await other.close()
    await store.close()
    await place.remove()
  })

  const enrol = (personId: string, groupIds = ['g'], { gallery } = opened) =>
    createPerson(gallery, { appid, personId, groupIds, picture: async () => faceLike(personId) })
  const kindOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof FaceCompareError ? error.kind : error),
    )

  it('make a person, with groups that come back sorted, a face, and the remark of the face', async () => {
    const { gallery } = opened
    const made = await createPerson(gallery, {
      appid,
      personId: 'p',
      groupIds: ['sz', 'shop001', 'sz'],
      name: '王',
      tag: 'remark',
      picture: async () => ({ ...faceLike('p'), attributes: { age: 30, glass: true } }),
    })
    expect(made).toEqual({ personId: 'p', faceId: expect.stringMatching(/^[1-9]\d{18}$/), groupIds: ['shop001', 'sz'] })
    expect(BigInt(made.faceId)).toBeLessThan(2n ** 63n)
    expect(await getPersonInfo(gallery, { appid, personId: 'p' })).toEqual({
      personId: 'p',
      name: '王',
      tag: '',
      groupIds: ['shop001', 'sz'],
      faceIds: [made.faceId],
    })
    expect(await getFaceInfo(gallery, { appid, faceId: made.faceId })).toEqual({
      faceId: made.faceId,
      personId: 'p',
      tag: 'remark',
      packId: 'made-up-pack',
      madeAt: expect.any(Date),
      attributes: { box: { x: 1, y: 2, width: 30, height: 40 }, rollDegrees: -3, age: 30, glass: true },
    })
    expect(await listGroups(gallery, { appid })).toEqual(['shop001', 'sz'])
    expect(await listPersons(gallery, { appid, groupId: 'sz' })).toEqual(['p'])
    expect(await listFaces(gallery, { appid, personId: 'p' })).toEqual([made.faceId])
  })

  it('keep apps apart', async () => {
    const { faceId } = await enrol('p')
    const { gallery } = opened
    const other = { appid: '10000002' }
    expect(await kindOf(getPersonInfo(gallery, { ...other, personId: 'p' }))).toBe('PERSON_UNKNOWN')
    expect(await kindOf(getFaceInfo(gallery, { ...other, faceId }))).toBe('FACE_UNKNOWN')
    expect(await kindOf(deleteFaces(gallery, { ...other, personId: 'p', faceIds: [faceId] }))).toBe('PERSON_UNKNOWN')
    expect(await kindOf(listPersons(gallery, { ...other, groupId: 'g' }))).toBe('GROUP_UNKNOWN')
    expect(await listGroups(gallery, other)).toEqual([])
    const picture = async () => faceLike('p')
    expect(await kindOf(identify(gallery, { ...other, groupIds: ['g'], picture }))).toBe('GROUP_UNKNOWN')
    await createPerson(gallery, { ...other, personId: 'p', groupIds: ['g'], picture: async () => faceLike('q') })
    const [found] = await identify(gallery, { appid, groupIds: ['g'], picture: async () => faceLike('q') })
    expect(found?.faceId).toBe(faceId)
  })

  it('refuse a person who exists, without looking at the picture, and change nothing', async () => {
    await enrol('p')
    const { gallery } = opened
    let looks = 0
    const picture = async () => {
      looks++
      return faceLike('other')
    }
    expect(await kindOf(createPerson(gallery, { appid, personId: 'p', groupIds: ['new'], name: 'x', picture }))).toBe(
      'PERSON_EXISTS',
    )
    expect(looks).toBe(0)
    expect(await getPersonInfo(gallery, { appid, personId: 'p' })).toMatchObject({ name: '', groupIds: ['g'] })
    expect(await listGroups(gallery, { appid })).toEqual(['g'])
  })

  it('make nothing without a face, or with one that is shown too poorly', async () => {
    const { gallery } = opened
    const none = async () => {
      throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found.')
    }
    const poor = async () => ({ ...faceLike('p'), quality: { score: 9, reasons: [] } })
    const request = { appid, personId: 'p', groupIds: ['g'] }
    expect(await kindOf(createPerson(gallery, { ...request, picture: none }))).toBe('FACE_NOT_DETECTED')
    expect(await kindOf(createPerson(gallery, { ...request, picture: poor }))).toBe('QUALITY_TOO_LOW')
    expect(await kindOf(getPersonInfo(gallery, request))).toBe('PERSON_UNKNOWN')
    expect(await listGroups(gallery, { appid })).toEqual([])
  })

  it('make one person of two at once, also among replicas', async () => {
    const another = await place.open()
    const replica = openGallery(another)
    const tries = Array.from({ length: 6 }, (_, i) => kindOf(enrol('p', [`g${i}`], i % 2 ? replica : opened)))
    const outcomes = await Promise.all(tries)
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'PERSON_EXISTS')).toHaveLength(5)
    expect(await listGroups(opened.gallery, { appid })).toEqual([`g${outcomes.indexOf('done')}`])
    await replica.mirror.close()
    await another.close()
  })

  it('delete a person, and the groups that nobody else is in', async () => {
    await enrol('p', ['a', 'b'])
    await enrol('q', ['b'])
    const { gallery } = opened
    await deletePerson(gallery, { appid, personId: 'p' })
    expect(await listGroups(gallery, { appid })).toEqual(['b'])
    expect(await listPersons(gallery, { appid, groupId: 'b' })).toEqual(['q'])
    expect(await kindOf(listPersons(gallery, { appid, groupId: 'a' }))).toBe('GROUP_UNKNOWN')
    for (const call of [deletePerson, getPersonInfo, setPersonInfo, listFaces]) {
      expect(await kindOf(call(gallery, { appid, personId: 'p' }))).toBe('PERSON_UNKNOWN')
    }
    await enrol('p', ['a'])
    expect(await getPersonInfo(gallery, { appid, personId: 'p' })).toMatchObject({ groupIds: ['a'] })
  })

  it('change what is given of name and remark', async () => {
    await enrol('p')
    const { gallery } = opened
    await setPersonInfo(gallery, { appid, personId: 'p', name: 'a name', tag: 'a remark' })
    await setPersonInfo(gallery, { appid, personId: 'p', name: '' })
    await setPersonInfo(gallery, { appid, personId: 'p' })
    expect(await getPersonInfo(gallery, { appid, personId: 'p' })).toMatchObject({ name: '', tag: 'a remark' })
  })

  it('put persons into groups and take them out', async () => {
    await enrol('p', ['b'])
    const { gallery } = opened
    const person = { appid, personId: 'p' }
    expect(await addToGroups(gallery, { ...person, groupIds: ['c', 'a', 'b'] })).toEqual({
      changed: 2,
      groupIds: ['a', 'b', 'c'],
    })
    expect(await addToGroups(gallery, { ...person, groupIds: ['a'] })).toMatchObject({ changed: 0 })
    expect(await removeFromGroups(gallery, { ...person, groupIds: ['b', 'nobody'] })).toEqual({
      changed: 1,
      groupIds: ['a', 'c'],
    })
    expect(await kindOf(removeFromGroups(gallery, { ...person, groupIds: ['b'] }))).toBe('GROUP_UNKNOWN')
    expect(await kindOf(removeFromGroups(gallery, { ...person, groupIds: [] }))).toBe('GROUP_LIST_UNKNOWN')
    expect(await kindOf(addToGroups(gallery, { ...person, personId: 'q', groupIds: ['a'] }))).toBe('PERSON_UNKNOWN')
    await removeFromGroups(gallery, { ...person, groupIds: ['a', 'c'] })
    expect(await listGroups(gallery, { appid })).toEqual([])
    expect((await verify(gallery, { ...person, picture: async () => faceLike('p') })).confidence).toBe(100)
  })

  it('hold the limits of groups, persons and faces', async () => {
    opened = open({ limits: { maxGroups: 2, maxPersonsPerGroup: 2, maxFacesPerPerson: 2 } })
    const { gallery } = opened
    await enrol('p', ['a'])
    await enrol('q', ['a', 'b'])
    expect(await kindOf(enrol('r', ['c']))).toBe('TOO_MANY_GROUPS')
    expect(await kindOf(enrol('r', ['a', 'b', 'c']))).toBe('TOO_MANY_GROUPS')
    expect(await kindOf(enrol('r', ['a', 'b']))).toBe('TOO_MANY_PERSONS')
    expect(await kindOf(getPersonInfo(gallery, { appid, personId: 'r' }))).toBe('PERSON_UNKNOWN')
    expect(await kindOf(addToGroups(gallery, { appid, personId: 'p', groupIds: ['c'] }))).toBe('TOO_MANY_GROUPS')
    const pictures = ['x', 'y'].map((name) => async () => faceLike(name))
    const outcomes = await addFaces(gallery, { appid, personId: 'p', pictures })
    expect(outcomes).toMatchObject([{ faceId: expect.any(String) }, { failure: { kind: 'TOO_MANY_FACES' } }])
    expect(await kindOf(addFaces(gallery, { appid, personId: 'p', pictures }))).toBe('TOO_MANY_FACES')
    // A place that became free is one.
    await deletePerson(gallery, { appid, personId: 'q' })
    await enrol('r', ['a', 'b'])
  })

  it('answer for each of 20 pictures, three of which are bad', async () => {
    await enrol('p')
    const { gallery } = opened
    const pictures = Array.from({ length: 20 }, (_, i) => async () => {
      // The later ones come first.
      await new Promise((resolve) => setTimeout(resolve, 20 - i))
      if (i === 3) throw new FaceCompareError('FACE_NOT_DETECTED', 'No face was found.')
      if (i === 7) return { ...faceLike('poor'), quality: { score: 1, reasons: [] } }
      return faceLike(i === 12 ? 'p' : `face ${i}`)
    })
    const outcomes = await addFaces(gallery, { appid, personId: 'p', pictures, tag: 't' })
    const kindsOf = outcomes.map((outcome) => ('failure' in outcome ? outcome.failure.kind : 'done'))
    expect(kindsOf).toEqual(
      Array.from({ length: 20 }, (_, i) => {
        return { 3: 'FACE_NOT_DETECTED', 7: 'QUALITY_TOO_LOW', 12: 'SAME_FACE_ADDED' }[i] ?? 'done'
      }),
    )
    for (const [i, outcome] of outcomes.entries()) {
      if (!('faceId' in outcome)) continue
      const picture = async () => faceLike(`face ${i}`)
      const [found] = await identify(gallery, { appid, groupIds: ['g'], picture })
      expect(found).toEqual({ personId: 'p', faceId: outcome.faceId, confidence: 100, tag: 't' })
    }
    expect(await listFaces(gallery, { appid, personId: 'p' })).toHaveLength(18)
  })

  it('refuse nearly the same face, of the person or of the same call, and only that', async () => {
    await enrol('p')
    const { gallery } = opened
    const pictures = [faceLike('p', 0.97), faceLike('p', 0.8), faceLike('new'), faceLike('new'), faceLike('q')]
    const outcomes = await addFaces(gallery, {
      appid,
      personId: 'p',
      pictures: pictures.map((face) => async () => face),
    })
    const refused = outcomes.map((outcome) => ('failure' in outcome ? outcome.failure.code : 0))
    expect(refused).toEqual([-1312, 0, 0, -1312, 0])
    expect(await kindOf(enrol('someone else with that face'.replaceAll(' ', '-')))).toBe('done')
  })

  it('add no face at all when the service is too busy for one', async () => {
    await enrol('p')
    const { gallery } = opened
    const busy = async () => {
      throw new FaceCompareError('TOO_MANY_REQUESTS', 'Too many calls at once.')
    }
    const pictures = [async () => faceLike('x'), busy]
    expect(await kindOf(addFaces(gallery, { appid, personId: 'p', pictures }))).toBe('TOO_MANY_REQUESTS')
    expect(await listFaces(gallery, { appid, personId: 'p' })).toHaveLength(1)
  })

  it('delete faces, and say which', async () => {
    const { faceId } = await enrol('p')
    const { faceId: foreign } = await enrol('q')
    const { gallery } = opened
    const person = { appid, personId: 'p' }
    expect(await kindOf(deleteFaces(gallery, { ...person, faceIds: [foreign, '1'] }))).toBe('FACE_UNKNOWN')
    expect(await kindOf(deleteFaces(gallery, { ...person, faceIds: [] }))).toBe('PARAMETER_MISSING')
    await expect(deleteFaces(gallery, { ...person, faceIds: [faceId, ''] })).rejects.toMatchObject({
      message: 'The list of face_ids has an empty one in it.',
    })
    expect(await deleteFaces(gallery, { ...person, faceIds: [foreign, faceId, faceId] })).toEqual([faceId])
    expect(await getPersonInfo(gallery, person)).toMatchObject({ faceIds: [], groupIds: ['g'] })
    expect(await kindOf(getFaceInfo(gallery, { appid, faceId }))).toBe('FACE_UNKNOWN')
    expect(await kindOf(verify(gallery, { ...person, picture: async () => faceLike('p') }))).toBe('FACE_UNKNOWN')
    expect(await listFaces(gallery, { appid, personId: 'q' })).toEqual([foreign])
  })

  it('verify by the best of the faces', async () => {
    await enrol('p')
    const { gallery } = opened
    await addFaces(gallery, { appid, personId: 'p', pictures: [async () => faceLike('older')] })
    const check = (face: string, share: number) =>
      verify(gallery, { appid, personId: 'p', picture: async () => faceLike(face, share) })
    expect(await check('older', 1)).toEqual({ confidence: 100, isMatch: true })
    expect((await check('p', 0.9)).isMatch).toBe(true)
    expect(await check('stranger', 1)).toMatchObject({ isMatch: false })
    const nobody = verify(gallery, { appid, personId: 'q', picture: async () => faceLike('p') })
    expect(await kindOf(nobody)).toBe('PERSON_UNKNOWN')
    const poor = async () => ({ ...faceLike('p'), quality: { score: 9, reasons: [] } })
    expect(await kindOf(verify(gallery, { appid, personId: 'p', picture: poor }))).toBe('QUALITY_TOO_LOW')
  })

  it('identify by the best face of each person of the groups, with the scores of verify', async () => {
    for (const [i, group] of ['a', 'a', 'b', 'b', 'c', 'c', 'a'].entries()) await enrol(`p${i}`, [group, 'all'])
    const { gallery } = opened
    for (const share of [0.5, 0.6, 0.7]) {
      const pictures = [async () => faceLike('p0', share)]
      await addFaces(gallery, { appid, personId: 'p1', pictures, tag: `${share}` })
    }
    const picture = async () => faceLike('p0')
    const search = (...groupIds: string[]) => identify(gallery, { appid, groupIds, picture })
    const all = await search('all')
    expect(all).toHaveLength(5)
    expect(all.slice(0, 2).map(({ personId, tag }) => [personId, tag])).toEqual([
      ['p0', ''],
      ['p1', '0.7'],
    ])
    expect(all.map(({ confidence }) => confidence)).toEqual(
      all.map(({ confidence }) => confidence).sort((a, b) => b - a),
    )
    for (const { personId, confidence } of all) {
      expect((await verify(gallery, { appid, personId, picture })).confidence).toBe(confidence)
    }
    expect((await search('b', 'c')).map(({ personId }) => personId).sort()).toEqual(['p2', 'p3', 'p4', 'p5'])
    expect((await search('a', 'all')).map(({ personId }) => personId)).toEqual(all.map(({ personId }) => personId))
    expect(await kindOf(search('a', 'nobody'))).toBe('GROUP_UNKNOWN')
    expect(await kindOf(search())).toBe('GROUP_LIST_UNKNOWN')
    const strict = open({ limits: { maxCandidates: 3, minConfidence: 60 } })
    const sure = await identify(strict.gallery, { appid, groupIds: ['all'], picture })
    expect(sure.map(({ personId }) => personId)).toEqual(['p0', 'p1'])
  })

  it('identify every face of a picture, and leave out none for another that is shown poorly', async () => {
    await enrol('p')
    await enrol('q')
    const box = { x: 60, y: 80, width: 50, height: 60 }
    const picture = async () => [
      faceLike('q'),
      { ...faceLike('p'), quality: { score: 1, reasons: [] } },
      { ...faceLike('p'), box },
    ]
    const results = await identifyAll(opened.gallery, { appid, groupIds: ['g'], picture })
    expect(results.map(({ candidates }) => candidates.map(({ personId }) => personId))).toEqual([
      ['q', 'p'],
      [],
      ['p', 'q'],
    ])
    expect(results[2]?.box).toEqual(box)
  })

  it('never compare faces of two packs', async () => {
    const before = await enrol('p')
    const now = open({ packId: 'next-pack' })
    const picture = async () => faceLike('p', 1, 'next-pack')
    const { gallery } = now
    expect(await identify(gallery, { appid, groupIds: ['g'], picture })).toEqual([])
    expect(now.warnings).toEqual([
      expect.stringMatching(/^1 of 1 enrolled faces were made by another model pack .*gallery reembed FOLDER/),
    ])
    expect(await kindOf(verify(gallery, { appid, personId: 'p', picture }))).toBe('FACE_UNKNOWN')
    const [added] = await addFaces(gallery, { appid, personId: 'p', pictures: [picture] })
    const faceId = added && 'faceId' in added ? added.faceId : ''
    expect(await identify(gallery, { appid, groupIds: ['g'], picture })).toMatchObject([{ faceId }])
    expect(await listFaces(gallery, { appid, personId: 'p' })).toEqual([before.faceId, faceId])
    await expect(identify(gallery, { appid, groupIds: ['g'], picture: async () => faceLike('p') })).rejects.toThrow(
      RangeError,
    )
  })

  it('answer parameters that cannot be with their codes, and take all others as they are', async () => {
    const cases: readonly (readonly [string, Partial<CreatePersonRequest>, number])[] = [
      ['an empty id', { personId: '' }, -1301],
      ['64 characters beyond the first plane', { personId: '𠀀'.repeat(64) }, 0],
      ['65 characters', { personId: 'x'.repeat(65) }, -1304],
      ['a blank', { personId: 'a b' }, -1313],
      ['a wide blank', { personId: 'a\u3000b' }, -1313],
      ['a slash', { groupIds: ['a/b'] }, -1313],
      ['a tab', { groupIds: ['a\tb'] }, -1313],
      ['a line end', { personId: 'a\nb' }, -1313],
      ['NUL', { personId: 'a\0' }, -1313],
      ['half a character', { personId: 'a\ud800' }, -1313],
      ['no groups', { groupIds: [] }, -1307],
      ['a long group', { groupIds: ['g', 'x'.repeat(65)] }, -1304],
      ['a name of 255 bytes', { name: '王'.repeat(85) }, 0],
      ['a name of 256 bytes', { name: `${'王'.repeat(85)}x` }, -1304],
      ['a remark of 256 bytes', { tag: 'x'.repeat(256) }, -1304],
      ['a remark with NUL', { tag: '\0' }, -1313],
      ['more groups than there can be', { groupIds: Array.from({ length: 5001 }, (_, i) => `g${i}`) }, -1311],
      ['quotes and the like', { personId: `';%_\\"`, groupIds: ['-- {}'.replace(' ', '')], name: "'; --" }, 0],
    ]
    for (const [what, part, code] of cases) {
      const personId = `p${cases.findIndex(([other]) => other === what)}`
      const request = { appid, personId, groupIds: ['g'], picture: async () => faceLike('p'), ...part }
      const outcome = await createPerson(opened.gallery, request).then(
        () => 0,
        (error: unknown) => (error instanceof FaceCompareError ? error.code : error),
      )
      expect([what, outcome]).toEqual([what, code])
      if (code !== 0) continue
      const { personId: kept, name } = await getPersonInfo(opened.gallery, request)
      expect([kept, name]).toEqual([request.personId, request.name ?? ''])
    }
  })

  it('tell of every read and change, and of nothing biometric', async () => {
    const { gallery, events } = opened
    const { faceId } = await enrol('p')
    const person = { appid, personId: 'p' }
    const picture = async () => faceLike('p')
    await kindOf(enrol('p'))
    await verify(gallery, { ...person, picture })
    await identify(gallery, { appid, groupIds: ['g'], picture })
    await getFaceInfo(gallery, { appid, faceId })
    await deletePerson(gallery, person)
    expect(events).toEqual([
      { action: 'createPerson', ...person, groupIds: ['g'], faceIds: [faceId], outcome: 'done' },
      { action: 'createPerson', ...person, groupIds: ['g'], outcome: 'PERSON_EXISTS' },
      { action: 'verify', ...person, outcome: 'done' },
      { action: 'identify', appid, groupIds: ['g'], foundPersonIds: ['p'], outcome: 'done' },
      { action: 'getFaceInfo', ...person, faceIds: [faceId], outcome: 'done' },
      { action: 'deletePerson', ...person, outcome: 'done' },
    ])
  })

  it('say that the gallery is away when the database is', async () => {
    await enrol('p')
    await store.close()
    const { gallery } = opened
    const picture = async () => faceLike('p')
    expect(await kindOf(enrol('q'))).toBe('STORAGE_FAILED')
    expect(await kindOf(identify(gallery, { appid, groupIds: ['g'], picture }))).toBe('STORAGE_FAILED')
    expect(await kindOf(listGroups(gallery, { appid }))).toBe('STORAGE_FAILED')
    store = await place.open()
  })
})
