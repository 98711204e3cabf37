import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type GalleryService, photo, startGalleryService } from '../../support/gallery-service.js'
import type { Part } from '../../support/http-service.js'

let service: GalleryService
beforeEach(async () => {
  service = await startGalleryService()
})
afterEach(() => service.close())

const SESSION = expect.stringMatching(/^[0-9a-f-]{36}$/)
const FACE_ID = expect.stringMatching(/^[1-9]\d{18}$/)
const base64 = (names: string) => photo(names).toString('base64')
const ok = (data: object) => ({ status: 200, code: 0, message: 'OK', data })

/** Two ways to say one thing: fields of a JSON body, or parts. Pictures are the names of people. */
interface Said {
  readonly texts?: Readonly<Record<string, string | number | readonly string[]>>
  readonly image?: string
  readonly images?: readonly string[]
}

function partsOf({ texts = {}, image, images = [] }: Said): readonly Part[] {
  const parts = Object.entries(texts).flatMap(([name, value]) => {
    if (typeof value !== 'object') return [{ name, value: String(value) }]
    return value.map((each, i) => ({ name: `${name}[${i}]`, value: each }))
  })
  return [
    ...parts,
    ...(image === undefined ? [] : [{ name: 'image', value: photo(image) }]),
    ...images.map((each, i) => ({ name: `images[${i}]`, value: photo(each) })),
  ]
}

const ways = [
  {
    way: 'JSON',
    call: (name: string, { texts, image, images }: Said) =>
      service.json(name, {
        ...texts,
        ...(image === undefined ? {} : { image: base64(image) }),
        ...(images === undefined ? {} : { images: images.map(base64) }),
      }),
  },
  { way: 'multipart', call: (name: string, said: Said) => service.form(name, partsOf(said)) },
]

describe.each(ways)('what calls with pictures in $way are answered', ({ call }) => {
  const ann = () =>
    call('newperson', {
      texts: { group_ids: ['tencent', 'qq'], person_id: 'ann', person_name: 'Ann', tag: 'remark' },
      image: 'ann',
    })

  it('detect: all faces, or the largest, with what each looks like', async () => {
    const first = {
      ...{ face_id: FACE_ID, x: 44, y: 33, width: 64, height: 70.3 },
      ...{ pitch: 5, roll: 0, yaw: -30, age: 37, gender: 99, glass: true, expression: 6 },
    }
    const picture = { session_id: SESSION, image_width: 640, image_height: 480 }
    const one = ok({ ...picture, face: [first] })
    expect(await call('detect', { texts: { mode: 1 }, image: 'ann+bob' })).toEqual(one)
    const both = ok({ ...picture, face: [first, { ...first, x: 144 }] })
    expect(await call('detect', { texts: { mode: 0 }, image: 'ann+bob' })).toEqual(both)
    expect(await call('detect', { image: 'ann+bob' })).toEqual(both)
  })

  it('detect: the sixth face and those after it have a place alone', async () => {
    const { data } = await call('detect', { image: 'a+b+c+d+e+f+g' })
    const keys: readonly number[] = data.face.map((face: object) => Object.keys(face).length)
    expect(keys).toEqual([12, 12, 12, 12, 12, 5, 5])
    expect(data.face[6]).toEqual({ face_id: FACE_ID, x: 644, y: 33, width: 64, height: 70.3 })
    expect(new Set(data.face.map(({ face_id }: { face_id: string }) => face_id)).size).toBe(7)
  })

  it('shape: 88 points of each face', async () => {
    const { data, ...rest } = await call('shape', { image: 'ann+bob' })
    expect(rest).toEqual({ status: 200, code: 0, message: 'OK' })
    expect(Object.keys(data).sort()).toEqual(['face_shape', 'image_height', 'image_width', 'session_id'])
    expect(data.face_shape).toHaveLength(2)
    const counts = Object.entries(data.face_shape[0]).map(([part, points]) => [part, [points].flat().length])
    expect(Object.fromEntries(counts)).toEqual({
      ...{ face_profile: 21, left_eye: 8, right_eye: 8, left_eyebrow: 8, right_eyebrow: 8, mouth: 22, nose: 13 },
    })
    const points: readonly unknown[] = Object.values(data.face_shape[0]).flat()
    expect(points.every((point) => JSON.stringify(point).match(/^\{"x":-?\d+,"y":-?\d+\}$/))).toBe(true)
    const one = await call('shape', { texts: { mode: 1 }, image: 'ann+bob' })
    expect(one.data.face_shape).toHaveLength(1)
  })

  it('newperson: the person, its face, and its groups, sorted', async () => {
    expect(await ann()).toEqual(
      ok({
        ...{ person_id: 'ann', suc_group: 2, suc_face: 1, session_id: SESSION, face_id: FACE_ID },
        group_ids: ['qq', 'tencent'],
      }),
    )
  })

  it('addface: one id and one code for each picture', async () => {
    await ann()
    const answer = await call('addface', { texts: { person_id: 'ann', tag: 'new' }, images: ['ann~8', 'bob'] })
    expect(answer).toEqual(ok({ added: 2, session_id: SESSION, face_ids: [FACE_ID, FACE_ID], ret_codes: [0, 0] }))
  })

  it('verify: a score and whether it is high enough', async () => {
    await ann()
    const same = await call('verify', { texts: { person_id: 'ann' }, image: 'ann' })
    expect(same).toEqual(ok({ session_id: SESSION, confidence: 100, ismatch: true }))
    const other = await call('verify', { texts: { person_id: 'ann' }, image: 'zoe' })
    expect(other).toEqual(ok({ session_id: SESSION, confidence: expect.any(Number), ismatch: false }))
  })

  it.each([
    ['a list of groups', { group_ids: ['qq', 'tencent'] }],
    ['one group', { group_id: 'qq' }],
  ])('identify among %s: the best face of each person', async (_what, groups) => {
    const { data } = await ann()
    await call('newperson', { texts: { group_ids: ['qq'], person_id: 'bob' }, image: 'ann~5' })
    const answer = await call('identify', { texts: groups, image: 'ann' })
    const first = { person_id: 'ann', face_id: data.face_id, confidence: 100, tag: 'remark' }
    const second = { person_id: 'bob', face_id: FACE_ID, confidence: expect.any(Number), tag: '' }
    expect(answer).toEqual(ok({ session_id: SESSION, candidates: [first, second] }))
    expect(answer.data.candidates[1].confidence).toBeLessThan(100)
  })

  it.each([
    ['a list of groups', { group_ids: ['qq', 'tencent'], session_id: '111' }],
    ['one group', { group_id: 'qq' }],
  ])('multidentify among %s: candidates of every face that is shown well enough', async (_what, groups) => {
    await ann()
    const answer = await call('multidentify', { texts: groups, image: 'ann+zoe+blurred' })
    const candidate = { person_id: 'ann', face_id: FACE_ID, confidence: expect.any(Number), tag: 'remark' }
    const at = (x: number) => ({ x, y: 33, width: 64, height: 70 })
    expect(answer).toEqual(
      ok({
        session_id: SESSION,
        results: [
          { candidates: [candidate], face_rect: at(44) },
          { candidates: [candidate], face_rect: at(144) },
          { candidates: [], face_rect: at(244) },
        ],
      }),
    )
  })

  it('identify with the body of a comparison compares', async () => {
    const fields = { appid: '10001290', imageA: photo('ann'), imageB: photo('ann') }
    const parts = Object.entries(fields).map(([name, value]) => ({ name, value }))
    const { data, ...rest } = await service.form('identify', parts)
    expect(rest).toEqual({ status: 200, code: 0, message: 'OK' })
    expect(Object.keys(data).sort()).toEqual([
      ...['eye_sim', 'eyebrow_sim', 'mouth_sim', 'nose_sim', 'session_id', 'similarity'],
    ])
    const json = await service.json('identify', { urlA: 'http://host/ann', imageB: base64('bob') })
    expect(json).toMatchObject({ code: 0, data: { similarity: 42.5 } })
  })
})

describe('what calls without pictures are answered', () => {
  let faceId: string
  beforeEach(async () => {
    const person = { group_ids: ['sz', 'bj'], person_id: 'ann', person_name: 'Ann', tag: 'remark' }
    faceId = (await service.json('newperson', { ...person, url: 'http://host/ann' })).data.face_id
  })

  const person = { person_id: 'ann' }

  it('getinfo, setinfo', async () => {
    const info = { person_id: 'ann', face_ids: [faceId], group_ids: ['bj', 'sz'], session_id: SESSION }
    expect(await service.json('getinfo', person)).toEqual(ok({ ...info, person_name: 'Ann', tag: '' }))
    const set = await service.json('setinfo', { ...person, person_name: 'Anna', tag: 'of the person' })
    expect(set).toEqual(ok({ person_id: 'ann', session_id: SESSION }))
    expect(await service.json('getinfo', person)).toEqual(ok({ ...info, person_name: 'Anna', tag: 'of the person' }))
    await service.json('setinfo', { ...person, tag: '' })
    expect(await service.json('getinfo', person)).toEqual(ok({ ...info, person_name: 'Anna', tag: '' }))
  })

  it('getgroupids, getpersonids and getfaceids, which have no session_id', async () => {
    await service.json('newperson', { group_ids: ['bj'], person_id: 'Bob', url: 'http://host/bob' })
    expect(await service.json('getgroupids')).toEqual(ok({ group_ids: ['bj', 'sz'] }))
    expect(await service.json('getpersonids', { group_id: 'bj' })).toEqual(ok({ person_ids: ['Bob', 'ann'] }))
    expect(await service.json('getfaceids', person)).toEqual(ok({ face_ids: [faceId] }))
  })

  it('getfaceinfo, which has no session_id either', async () => {
    const place = { face_id: faceId, x: 44, y: 33, width: 64, height: 70.3 }
    const looks = { pitch: 5, roll: 0, yaw: -30, age: 37, gender: 99, glass: true, expression: 6 }
    expect(await service.json('getfaceinfo', { face_id: faceId })).toEqual(ok({ face_info: { ...place, ...looks } }))
  })

  it('addgroupids, delgroupids', async () => {
    const added = await service.json('addgroupids', { ...person, group_ids: ['sz', 'gz'], session_id: 'x' })
    expect(added).toEqual(ok({ person_id: 'ann', added: 1, group_ids: ['bj', 'gz', 'sz'], session_id: SESSION }))
    const deleted = await service.json('delgroupids', { ...person, group_ids: ['bj', 'gz', 'none'] })
    expect(deleted).toEqual(ok({ person_id: 'ann', deleted: 2, group_ids: ['sz'], session_id: SESSION }))
  })

  it('delface, delperson', async () => {
    const { data } = await service.json('addface', { ...person, urls: ['http://host/bob'] })
    const one = await service.json('delface', { ...person, face_ids: [data.face_ids[0], '1'] })
    expect(one).toEqual(ok({ deleted: 1, face_ids: data.face_ids, session_id: SESSION }))
    expect(await service.json('delperson', person)).toEqual(ok({ deleted: 1, person_id: 'ann', session_id: SESSION }))
    expect(await service.json('getgroupids')).toEqual(ok({ group_ids: [] }))
  })
})
