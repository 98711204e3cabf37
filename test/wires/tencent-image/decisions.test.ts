import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GalleryService, photo, startGalleryService } from '../../support/gallery-service.js'

/** What nothing published says, as docs/api.md has it. */

let service: GalleryService
beforeEach(async () => {
  service = await startGalleryService()
})
afterEach(() => service.close())

const url = (names: string) => `http://host/${names}`
const enrol = (personId: string, group_ids: readonly string[] = ['g'], names = personId) =>
  service.json('newperson', { person_id: personId, group_ids, url: url(names) })

it('a failure has the session id and a sentence as data, and nothing of a success', async () => {
  const answer = await service.json('verify', { person_id: 'nobody', url: url('ann') })
  expect(answer).toEqual({
    ...{ status: 200, code: -1303, message: 'ERROR_PERSON_NOT_EXISTED' },
    data: { session_id: expect.stringMatching(/^[0-9a-f-]{36}$/), detail: 'There is no person of this person_id.' },
  })
})

it('a person who is there already is not changed by newperson, and its picture is not looked at', async () => {
  await enrol('ann')
  const before = await service.json('getinfo', { person_id: 'ann' })
  service.engine.seen.length = 0
  expect(await enrol('ann', ['other'], 'bob')).toMatchObject({ code: -1302 })
  expect(service.engine.seen).toEqual([])
  const after = await service.json('getinfo', { person_id: 'ann' })
  expect({ ...after.data, session_id: '' }).toEqual({ ...before.data, session_id: '' })
  expect(await service.json('getgroupids')).toMatchObject({ data: { group_ids: ['g'] } })
})

it.each([
  ['no face', 'noface', -1101],
  ['a face that is shown too poorly', 'blurred', -1103],
  ['an attribute that cannot be told', 'AGE_FAILED', -1107],
])('of a picture with %s nobody is made', async (_what, names, code) => {
  expect(await enrol('ann', ['g'], names)).toMatchObject({ code })
  expect(await service.json('getinfo', { person_id: 'ann' })).toMatchObject({ code: -1303 })
  expect(await service.json('getgroupids')).toMatchObject({ data: { group_ids: [] } })
})

it('a poor picture is refused with its quality, without a side', async () => {
  const { data, ...rest } = await enrol('ann', ['g'], 'blurred')
  expect(rest).toEqual({ status: 200, code: -1103, message: 'SDK_FEAT_PROCESSFAILED' })
  expect(data).toEqual({
    ...{ session_id: expect.any(String), detail: expect.any(String) },
    ...{ quality: 1.23, quality_reasons: ['blurred'] },
  })
})

it('a group is there while somebody is in it', async () => {
  await enrol('ann', ['a', 'b'])
  await service.json('delgroupids', { person_id: 'ann', group_ids: ['a'] })
  expect(await service.json('getpersonids', { group_id: 'a' })).toMatchObject({ code: -1306 })
  expect(await service.json('identify', { group_ids: ['a', 'b'], url: url('ann') })).toMatchObject({ code: -1306 })
  expect(await service.json('getgroupids')).toMatchObject({ data: { group_ids: ['b'] } })
  await service.json('delperson', { person_id: 'ann' })
  expect(await service.json('getpersonids', { group_id: 'b' })).toMatchObject({ code: -1306 })
})

it('a person may be in no group: it is verified and found by no search', async () => {
  await enrol('ann')
  await enrol('bob')
  expect(await service.json('delgroupids', { person_id: 'ann', group_ids: ['g'] })).toMatchObject({
    data: { deleted: 1, group_ids: [] },
  })
  expect(await service.json('verify', { person_id: 'ann', url: url('ann') })).toMatchObject({ data: { ismatch: true } })
  const { data } = await service.json('identify', { group_id: 'g', url: url('ann') })
  expect(data.candidates.map(({ person_id }: { person_id: string }) => person_id)).toEqual(['bob'])
})

describe('the list of groups', () => {
  const calls = [
    ['newperson', { person_id: 'ann', url: url('ann') }],
    ['addgroupids', { person_id: 'ann' }],
    ['delgroupids', { person_id: 'ann' }],
    ['identify', { url: url('ann') }],
    ['multidentify', { url: url('ann') }],
  ] as const
  it.each(calls)('empty or absent in %s is -1307', async (call, fields) => {
    expect(await service.json(call, { ...fields, group_ids: [] })).toMatchObject({ code: -1307 })
    expect(await service.json(call, fields)).toMatchObject({ code: -1307 })
    expect(service.engine.seen).toEqual([])
  })

  it('has each group once, and comes back sorted', async () => {
    expect(await enrol('ann', ['sz', 'shop001', 'sz'])).toMatchObject({
      data: { suc_group: 2, group_ids: ['shop001', 'sz'] },
    })
  })
})

describe('unknown things', () => {
  beforeEach(() => enrol('ann'))
  it.each([
    ['delperson', { person_id: 'x' }, -1303],
    ['setinfo', { person_id: 'x', tag: 't' }, -1303],
    ['getinfo', { person_id: 'x' }, -1303],
    ['getfaceids', { person_id: 'x' }, -1303],
    ['addface', { person_id: 'x', urls: [url('x')] }, -1303],
    ['delface', { person_id: 'x', face_ids: ['1'] }, -1303],
    ['delface', { person_id: 'ann', face_ids: ['1'] }, -1305],
    ['getfaceinfo', { face_id: '1' }, -1305],
    ['addgroupids', { person_id: 'x', group_ids: ['g'] }, -1303],
    ['delgroupids', { person_id: 'x', group_ids: ['g'] }, -1303],
    ['delgroupids', { person_id: 'ann', group_ids: ['x'] }, -1306],
    ['getpersonids', { group_id: 'x' }, -1306],
    ['verify', { person_id: 'x', url: url('x') }, -1303],
    ['identify', { group_id: 'x', url: url('x') }, -1306],
    ['multidentify', { group_ids: ['g', 'x'], url: url('x') }, -1306],
  ])('%s of %j is %i', async (call, fields, code) => {
    expect(await service.json(call, fields)).toMatchObject({ code, data: { detail: expect.stringMatching(/\.$/) } })
  })

  it('a face_id of detect is kept nowhere', async () => {
    const { data } = await service.json('detect', { url: url('ann') })
    expect(await service.json('getfaceinfo', { face_id: data.face[0].face_id })).toMatchObject({ code: -1305 })
  })

  it('a person whose faces are all deleted has none to verify', async () => {
    const { data } = await service.json('getfaceids', { person_id: 'ann' })
    await service.json('delface', { person_id: 'ann', face_ids: data.face_ids })
    expect(await service.json('verify', { person_id: 'ann', url: url('ann') })).toMatchObject({ code: -1305 })
    const none = { data: { candidates: [] }, code: 0 }
    expect(await service.json('identify', { group_id: 'g', url: url('ann') })).toMatchObject(none)
  })
})

it('the first face of a picture counts; multidentify takes all', async () => {
  await enrol('ann')
  await enrol('bob', ['g'], 'bob+ann')
  expect(await service.json('verify', { person_id: 'bob', url: url('bob') })).toMatchObject({ data: { ismatch: true } })
  expect(await service.json('verify', { person_id: 'bob', url: url('ann') })).toMatchObject({
    data: { ismatch: false },
  })
  const { data } = await service.json('identify', { group_id: 'g', url: url('bob+ann') })
  expect(data.candidates[0].person_id).toBe('bob')
  const many = await service.json('multidentify', { group_id: 'g', url: url('bob+ann') })
  const first = many.data.results.map(
    ({ candidates: [best] }: { candidates: [{ person_id: string }] }) => best.person_id,
  )
  expect(first).toEqual(['bob', 'ann'])
})

it('the tag of newperson and addface is of the face, that of setinfo of the person', async () => {
  await service.json('newperson', { person_id: 'ann', group_ids: ['g'], url: url('ann'), tag: 'face' })
  await service.json('addface', { person_id: 'ann', urls: [url('bob')], tag: 'second face' })
  await service.json('setinfo', { person_id: 'ann', tag: 'person' })
  expect(await service.json('getinfo', { person_id: 'ann' })).toMatchObject({ data: { tag: 'person' } })
  const tagOf = async (names: string) =>
    (await service.json('identify', { group_id: 'g', url: url(names) })).data.candidates[0].tag
  expect([await tagOf('ann'), await tagOf('bob')]).toEqual(['face', 'second face'])
})

describe('addface', () => {
  const names = Array.from({ length: 19 }, (_, i) => `p${i}`)
  const bad: Readonly<Record<number, readonly [string, number]>> = {
    3: ['noface', -1101],
    7: ['garbage', -1400],
    15: ['blurred', -1103],
  }

  it('tells of twenty pictures of which three are bad, in their order', async () => {
    await enrol('ann', ['g'], 'ann')
    const pictures = [...names, 'p19'].map((name, i) => bad[i]?.[0] ?? name)
    const parts = pictures.map((name, i) => ({ name: `images[${i}]`, value: photo(name) }))
    const { code, data } = await service.form('addface', [{ name: 'person_id', value: 'ann' }, ...parts])
    expect(code).toBe(0)
    expect(data.added).toBe(17)
    expect(data.ret_codes).toEqual(pictures.map((_, i) => bad[i]?.[1] ?? 0))
    const areIds = data.face_ids.map((id: string) => /^[1-9]\d{18}$/.test(id))
    expect(areIds).toEqual(pictures.map((_, i) => bad[i] === undefined))
    expect(data.face_ids.filter((id: string) => id === '')).toHaveLength(3)
    expect((await service.json('getfaceids', { person_id: 'ann' })).data.face_ids).toHaveLength(18)
  })

  it('fills a person up to the limit, and then refuses all', async () => {
    await enrol('ann')
    await service.json('addface', { person_id: 'ann', urls: names.slice(0, 17).map(url) })
    const over = await service.json('addface', { person_id: 'ann', urls: ['x', 'y', 'z'].map(url) })
    expect(over).toMatchObject({ code: 0, data: { added: 2, ret_codes: [0, 0, -1309] } })
    expect(await service.json('addface', { person_id: 'ann', urls: [url('w')] })).toMatchObject({ code: -1309 })
  })

  it('refuses the same face, of the person or of the same call', async () => {
    await enrol('ann')
    const { code, data } = await service.json('addface', { person_id: 'ann', urls: ['ann', 'bob', 'bob'].map(url) })
    expect([code, data.added, data.ret_codes]).toEqual([0, 1, [-1312, 0, -1312]])
    expect(data.face_ids).toEqual(['', expect.stringMatching(/^\d{19}$/), ''])
    expect(await enrol('other', ['g'], 'ann')).toMatchObject({ code: 0 })
  })

  it('takes no more pictures than a person may have faces, and no bad url for all', async () => {
    await enrol('ann')
    const many = await service.json('addface', { person_id: 'ann', urls: [...names, 'x', 'y'].map(url) })
    expect(many).toMatchObject({ code: -1309, data: { detail: expect.stringContaining('more pictures') } })
    const odd = await service.json('addface', { person_id: 'ann', urls: ['ftp://host/x', '', url('bob')] })
    expect(odd.data.ret_codes).toEqual([21, -1301, 0])
  })
})

describe('ids and texts', () => {
  const make = (fields: object) =>
    service.json('newperson', { person_id: 'ann', group_ids: ['g'], url: url('ann'), ...fields })

  it.each([
    ['64 characters', '人'.repeat(64), 0],
    ['65 characters', 'x'.repeat(65), -1304],
    ['a blank', 'a b', -1313],
    ['a slash', 'a/b', -1313],
    ['a tab', 'a\tb', -1313],
    ['a line end', 'a\n', -1313],
    ['other signs', 'a-%@#&_.:é', 0],
    ['nothing', '', -1301],
  ])('an id of %s', async (_what, id, code) => {
    expect(await make({ person_id: id })).toMatchObject({ code })
    expect(await make({ person_id: 'bob', group_ids: [id] })).toMatchObject({ code })
  })

  it.each(['person_name', 'tag'])('%s has at most 255 bytes, blanks among them', async (field) => {
    expect(await make({ [field]: '人'.repeat(86) })).toMatchObject({ code: -1304 })
    expect(await make({ [field]: '\0' })).toMatchObject({ code: -1313 })
    expect(await make({ [field]: `${'人'.repeat(84)} / ` })).toMatchObject({ code: 0 })
  })
})

it('no more candidates than the setting says are told, and none below the least confidence', async () => {
  await service.close()
  service = await startGalleryService({ limits: { maxCandidates: 3, minConfidence: 50 } })
  for (const [i, names] of ['ann', 'ann~9', 'ann~8', 'ann~7'].entries()) await enrol(`p${i}`, ['g'], names)
  await enrol('zoe')
  const { data } = await service.json('identify', { group_id: 'g', url: url('ann') })
  const persons = data.candidates.map(({ person_id }: { person_id: string }) => person_id)
  expect(persons).toEqual(['p0', 'p1', 'p2'])
  const far = await service.json('identify', { group_id: 'g', url: url('somebody') })
  expect(far).toMatchObject({ code: 0, data: { candidates: [] } })
})
