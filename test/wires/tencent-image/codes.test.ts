import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { ERRORS, type ErrorName } from '../../../src/errors.js'
import {
  type Answered,
  type GalleryService,
  type GalleryServiceOptions,
  photo,
  startGalleryService,
} from '../../support/gallery-service.js'
import { APPID, MAX_BODY_BYTES, multipart, NOW_SECONDS, sign, signOnce } from '../../support/http-service.js'

let service: GalleryService
afterEach(() => service.close())

async function start(options?: GalleryServiceOptions): Promise<GalleryService> {
  service = await startGalleryService(options)
  return service
}

const JSON_TYPE = 'application/json'
const groupless = JSON.stringify({ appid: APPID })
const url = (names: string) => `http://host/${names}`
const ann = { person_id: 'ann', group_ids: ['g'], url: url('ann') }

/** Something that is to be answered with an error. */
type Situation = () => Promise<Pick<Answered, 'code'> & Partial<Answered>>

/** A list of groups, asked for with another signature. */
const signedWith =
  (authorization: string): Situation =>
  async () =>
    (await start()).send('getgroupids', JSON_TYPE, groupless, authorization)

const calling =
  (call: string, fields: object, options?: GalleryServiceOptions): Situation =>
  async () =>
    (await start(options)).json(call, fields)

/** The same, when Ann is enrolled. */
const callingLater =
  (call: string, fields: object, options?: GalleryServiceOptions): Situation =>
  async () => {
    const { json } = await start(options)
    expect(await json('newperson', ann)).toMatchObject({ code: 0 })
    return json(call, fields)
  }

/** Every code of the table, and what it is answered to. Those of networks come from a network that fails. */
const SITUATIONS: Readonly<Partial<Record<ErrorName, Situation>>> = {
  BAD_REQUEST: async () => (await start()).send('getgroupids', JSON_TYPE, '['),
  SIGNATURE_MISSING: signedWith(''),
  SIGNATURE_MALFORMED: signedWith('???'),
  APP_MISMATCH: calling('getgroupids', { appid: '1' }),
  SIGNATURE_EXPIRED: signedWith(sign({ issuedAt: NOW_SECONDS - 20, expiresAt: NOW_SECONDS - 10 })),
  APP_UNKNOWN: signedWith(sign({ appid: 'unknown' })),
  SECRET_ID_UNKNOWN: signedWith(sign({ secretId: 'unknown' })),
  SECRET_ID_MISMATCH: signedWith(sign({ secretId: 'other' })),
  SIGNATURE_REPLAYED: async () => {
    const { send } = await start()
    const once = signOnce('file')
    expect(await send('getgroupids', JSON_TYPE, groupless, once)).toMatchObject({ code: 0 })
    return send('getgroupids', JSON_TYPE, groupless, once)
  },
  SIGNATURE_WRONG: signedWith(sign({}, 'another key')),
  TOO_MANY_REQUESTS: callingLater('addface', { person_id: 'ann', urls: [url('bob'), url('busy')] }),
  INVALID_PARAMETER: calling('detect', { mode: 2, url: url('ann') }),
  BODY_TOO_LARGE: async () => (await start()).send('newperson', JSON_TYPE, ' '.repeat(MAX_BODY_BYTES + 1)),
  INTERFACE_NOT_SUPPORTED: calling('livegetfour', {}),
  AUTH_UNAVAILABLE: signedWith(sign({ appid: 'down' })),
  INTERNAL: calling('detect', { url: url('crash') }),
  FACE_NOT_DETECTED: calling('newperson', { ...ann, url: url('noface') }),
  IMAGE_UNDECODABLE: calling('newperson', { ...ann, url: url('broken') }),
  EMBEDDING_FAILED: calling('newperson', { ...ann, url: url('EMBEDDING_FAILED') }),
  QUALITY_TOO_LOW: calling('newperson', { ...ann, url: url('blurred') }),
  LANDMARKS_FAILED: calling('shape', { url: url('LANDMARKS_FAILED') }),
  GENDER_FAILED: calling('detect', { url: url('GENDER_FAILED') }),
  EXPRESSION_FAILED: calling('detect', { url: url('EXPRESSION_FAILED') }),
  AGE_FAILED: calling('detect', { url: url('AGE_FAILED') }),
  POSE_FAILED: calling('detect', { url: url('POSE_FAILED') }),
  GLASSES_FAILED: calling('detect', { url: url('GLASSES_FAILED') }),
  STORAGE_FAILED: calling('newperson', ann, {
    gallery: ({ repository }) => ({
      repository: Object.create(repository, {
        hasPerson: { value: () => Promise.resolve(false) },
        createPerson: { value: () => Promise.reject(new Error('the disk is full: /secret')) },
      }),
    }),
  }),
  IMAGE_EMPTY: async () => {
    const { form } = await start()
    return form('detect', [{ name: 'image', value: '' }])
  },
  PARAMETER_MISSING: calling('getinfo', {}),
  PERSON_EXISTS: callingLater('newperson', ann),
  PERSON_UNKNOWN: calling('delperson', { person_id: 'ann' }),
  PARAMETER_TOO_LONG: calling('delperson', { person_id: 'x'.repeat(65) }),
  FACE_UNKNOWN: callingLater('delface', { person_id: 'ann', face_ids: ['1'] }),
  GROUP_UNKNOWN: calling('getpersonids', { group_id: 'g' }),
  GROUP_LIST_UNKNOWN: calling('newperson', { ...ann, group_ids: [] }),
  URL_UNREACHABLE: calling('newperson', { ...ann, url: 'http://unreachable/' }),
  TOO_MANY_FACES: callingLater('addface', { person_id: 'ann', urls: [url('b')] }, { limits: { maxFacesPerPerson: 1 } }),
  TOO_MANY_PERSONS: callingLater('newperson', { ...ann, person_id: 'bob' }, { limits: { maxPersonsPerGroup: 1 } }),
  TOO_MANY_GROUPS: callingLater('addgroupids', { person_id: 'ann', group_ids: ['h'] }, { limits: { maxGroups: 1 } }),
  SAME_FACE_ADDED: async () => {
    const { data } = await callingLater('addface', { person_id: 'ann', urls: [url('ann')] })()
    return { code: data.ret_codes[0] }
  },
  PARAMETER_INVALID: calling('delperson', { person_id: 'a b' }),
  IMAGE_FORMAT_UNSUPPORTED: calling('newperson', { ...ann, url: url('garbage') }),
  URL_DOWNLOAD_FAILED: calling('newperson', { ...ann, url: 'http://status-404/' }),
}

const NAMES = Object.keys(ERRORS).filter((name): name is ErrorName => name in ERRORS)

it.each(NAMES)('%s is answered, or the documents say why not', async (name) => {
  const { code, message } = ERRORS[name]
  const situation = SITUATIONS[name]
  if (!situation) {
    await start()
    for (const page of ['errors.md', 'zh-CN/errors.md']) {
      const text = readFileSync(new URL(`../../../docs/${page}`, import.meta.url), 'utf8')
      expect(text, page).toMatch(new RegExp(`^- ${code}[:：] ?.{10,}`, 'm'))
    }
    return
  }
  const answer = await situation()
  expect(answer.code).toBe(code)
  if (answer.message === undefined) return
  expect(answer).toMatchObject({ status: 200, message, data: { session_id: expect.any(String) } })
  expect(answer.data.detail).toMatch(/^[A-Z].*\.$/)
  expect(JSON.stringify(answer)).not.toContain('secret')
  expect(answer.data).not.toHaveProperty('fail_flag')
})

const OFF: GalleryServiceOptions = { app: { gallery: undefined } }

describe('while nobody may be enrolled', () => {
  const calls = [
    ...['newperson', 'delperson', 'addface', 'delface', 'setinfo', 'getinfo', 'getgroupids', 'getpersonids'],
    ...['getfaceids', 'getfaceinfo', 'addgroupids', 'delgroupids', 'verify', 'identify', 'multidentify'],
  ]
  it.each(calls)('%s is 24, with what switches it on', async (call) => {
    const { json } = await start(OFF)
    expect(await json(call, { ...ann, image: photo('ann').toString('base64') })).toMatchObject({
      code: 24,
      message: 'INTERFACE_NOT_SUPPORTED',
      data: { detail: expect.stringContaining('FACECOMPARE_GALLERY=1') },
    })
    expect(service.engine.seen).toEqual([])
  })

  it('detect, shape and comparisons are answered, also at the path of identify', async () => {
    const { json } = await start(OFF)
    const pair = { urlA: url('ann'), urlB: url('ann') }
    expect(await json('detect', { url: url('ann') })).toMatchObject({ code: 0 })
    expect(await json('shape', { url: url('ann') })).toMatchObject({ code: 0 })
    expect(await json('compare', pair)).toMatchObject({ code: 0, data: { similarity: 100 } })
    expect(await json('identify', pair)).toMatchObject({ code: 0, data: { similarity: 100 } })
    expect(await json('identify', { urlA: url('ann') })).toMatchObject({ code: -1301, data: { fail_flag: 2 } })
  })
})

describe('calls that no service of one’s own can answer', () => {
  const calls = [
    ['idcardcompare', 'state register'],
    ['idcardlivedetectfour', 'state register'],
    ['livegetfour', 'lives'],
    ['livedetectfour', 'lives'],
    ['livedetectpicture', 'lives'],
  ] as const
  const form = multipart([{ name: 'appid', value: APPID }])
  const type = 'multipart/form-data; boundary=--------------acebdf13572468'

  it.each(calls)('%s is 24 with a sentence, whatever its body, after the signature', async (call, word) => {
    const { send, json } = await start()
    const refusal = { status: 200, code: 24, message: 'INTERFACE_NOT_SUPPORTED' }
    const detail = expect.stringContaining(word)
    expect(await json(call)).toEqual({ ...refusal, data: { session_id: expect.any(String), detail } })
    expect(await send(call, type, form)).toMatchObject(refusal)
    expect(await send(call, JSON_TYPE, '[')).toMatchObject(refusal)
    expect(await send(call, JSON_TYPE, ' '.repeat(MAX_BODY_BYTES + 1))).toMatchObject(refusal)
    expect(await send(call, JSON_TYPE, groupless, sign({}, 'another key'))).toMatchObject({ code: 14 })
    expect(await send(call, JSON_TYPE, groupless, '')).toMatchObject({ code: 4 })
  })

  it('cost no signature that works once', async () => {
    const { send } = await start()
    const once = signOnce('file')
    expect(await send('livegetfour', JSON_TYPE, groupless, once)).toMatchObject({ code: 24 })
    expect(await send('getgroupids', JSON_TYPE, groupless, once)).toMatchObject({ code: 0 })
  })

  it('have the status 501 where statuses follow from codes', async () => {
    const { json } = await start({ app: { statusAlways200: false } })
    expect(await json('livegetfour')).toMatchObject({ status: 501, code: 24 })
  })
})
