import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPackages } from '../../support/install-packages.js'
import { cutPerson, GROUP_PHOTO, type SamplePerson } from '../../support/sample-people.js'
import { BOUNDARY, multipart, type Part } from '../support/http-service.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, readAnswer, sign, startService } from '../support/service.js'

interface CallParams {
  readonly data?: object
  readonly formData?: object
  readonly headers?: Readonly<Record<string, string>>
}

type Method = (params: CallParams) => Promise<{ readonly statusCode: number; readonly body: string }>

const METHODS = [
  ...['faceDetect', 'faceNewPerson', 'faceDelPerson', 'faceAddFace', 'faceDelFace', 'faceSetInfo', 'faceGetInfo'],
  ...['faceGetGpIds', 'faceGetPersonIds', 'faceGetFaceIds', 'faceAddGPIds', 'faceDelGPIds'],
  ...['faceVerify', 'faceIdentify', 'faceMultiple', 'faceShape', 'faceLiveDetectPic', 'faceIdCardCompare'],
  ...['faceLiveGetFour', 'faceLiveDetectFour', 'faceIdCardLiveDetectFour'],
] as const
type MethodName = (typeof METHODS)[number]

/** The fifth official client, `image-node-sdk`, as it is on npm: its other methods. */
interface NodeClient extends Readonly<Record<MethodName, Method>> {
  setHost(host: string): NodeClient
  setProtocol(protocol: string): NodeClient
}

interface NodeClientPackage {
  readonly ImageClient: new (key: { AppId: string; SecretId: string; SecretKey: string }) => NodeClient
}

const CLIENTS = fileURLToPath(new URL('../clients/', import.meta.url))

let ImageClient: NodeClientPackage['ImageClient']
let service: RunningService
beforeAll(async () => {
  await installPackages(CLIENTS)
  const loaded: NodeClientPackage = createRequire(join(CLIENTS, 'package.json'))('image-node-sdk')
  ImageClient = loaded.ImageClient
  service = await startService({ ...BOOTSTRAP, FACECOMPARE_GALLERY: '1', FACECOMPARE_WORKERS: '1' })
}, 300_000)
afterAll(() => service.stop())

async function call(method: MethodName, params: CallParams) {
  const { appid, secretId, secretKey } = CREDENTIAL
  const client = new ImageClient({ AppId: appid, SecretId: secretId, SecretKey: secretKey })
  const { host } = new URL(service.url)
  const { statusCode, body } = await client.setHost(host).setProtocol('http:')[method](params)
  return { statusCode, ...JSON.parse(body) }
}

const say = (method: MethodName, data: object) => call(method, { data })
/** Multipart, as the client makes it. */
const send = (method: MethodName, formData: object) =>
  call(method, { headers: { 'content-type': 'multipart/form-data' }, formData })
const picture = async (person: SamplePerson) => Buffer.from(await cutPerson(person))

describe('the Node client and a service with a gallery', () => {
  const PEOPLE = ['man', 'womanAtParty', 'womanInBar', 'manInShirt'] as const

  it('enrols people, finds them again, and forgets them', async () => {
    for (const person of PEOPLE) {
      const fields = {
        person_id: person,
        'group_ids[0]': 'staff',
        'group_ids[1]': person.slice(0, 3),
        tag: `tag of ${person}`,
      }
      const made = await send('faceNewPerson', { ...fields, image: await picture(person) })
      expect(made).toMatchObject({ statusCode: 200, code: 0, data: { person_id: person, suc_face: 1, suc_group: 2 } })
    }

    const found = await send('faceIdentify', { group_id: 'staff', image: await picture('manAgain') })
    expect(found).toMatchObject({ code: 0, message: 'OK' })
    const [first, second] = found.data.candidates
    expect(first).toMatchObject({ person_id: 'man', tag: 'tag of man' })
    expect(first.confidence).toBeGreaterThan(70)
    expect(second.confidence).toBeLessThan(60)
    const image = (await picture('manAgain')).toString('base64')
    expect((await say('faceIdentify', { group_ids: ['man', 'wom'], image })).data.candidates[0]).toEqual(first)

    const verified = await send('faceVerify', { person_id: 'man', image: await picture('manAgain') })
    expect(verified).toMatchObject({ code: 0, data: { confidence: first.confidence, ismatch: true } })
    const other = await send('faceVerify', { person_id: 'man', image: await picture('womanInBar') })
    expect(other).toMatchObject({ code: 0, data: { ismatch: false } })
    const same = await send('faceVerify', { person_id: 'man', image: await picture('man') })
    expect(same).toMatchObject({ data: { confidence: 100 } })

    const pictures = {
      'images[0]': await picture('manAgain'),
      'images[1]': await picture('man'),
      'images[2]': Buffer.from('no'),
    }
    const added = await send('faceAddFace', { person_id: 'man', ...pictures })
    expect(added).toMatchObject({ code: 0, data: { added: 1, ret_codes: [0, -1312, -1400] } })
    const info = await say('faceGetInfo', { person_id: 'man' })
    expect(info).toMatchObject({
      data: { group_ids: ['man', 'staff'], face_ids: [first.face_id, added.data.face_ids[0]] },
    })

    expect(await say('faceDelPerson', { person_id: 'man' })).toMatchObject({ code: 0, data: { deleted: 1 } })
    expect(await say('faceGetInfo', { person_id: 'man' })).toMatchObject({ statusCode: 200, code: -1303 })
    const gone = await send('faceIdentify', { group_id: 'staff', image: await picture('manAgain') })
    expect(gone.data.candidates.map(({ person_id }: { person_id: string }) => person_id)).not.toContain('man')
    expect(gone.data.candidates[0].confidence).toBeLessThan(60)
  })

  it('finds everybody in a picture of several', async () => {
    const detected = await send('faceDetect', { mode: 0, image: createReadStream(GROUP_PHOTO) })
    expect(detected).toMatchObject({ code: 0, data: { face: { length: 4 } } })
    const [face] = detected.data.face
    const outlined = await send('faceShape', { mode: 1, image: createReadStream(GROUP_PHOTO) })
    expect(outlined).toMatchObject({ code: 0, data: { face_shape: { length: 1 } } })
    expect(outlined.data.face_shape[0].face_profile).toHaveLength(21)
    expect(Object.keys(face).sort()).toEqual([
      ...['age', 'expression', 'face_id', 'gender', 'glass', 'height', 'pitch', 'roll', 'width', 'x', 'y', 'yaw'],
    ])
    await send('faceNewPerson', {
      person_id: 'sixth',
      'group_ids[0]': 'photo',
      image: await picture('sixthAtTheRight'),
    })
    const { code, data } = await send('faceMultiple', { group_id: 'photo', image: createReadStream(GROUP_PHOTO) })
    expect([code, data.results.length]).toEqual([0, 4])
    const scores: readonly number[] = data.results.map(
      ({ candidates }: { candidates: readonly { confidence: number }[] }) => candidates[0]?.confidence ?? 0,
    )
    expect(scores.filter((score) => score > 90)).toHaveLength(1)
    expect(scores.filter((score) => score < 70)).toHaveLength(3)
  })

  it('manages persons, groups and faces', async () => {
    const { data } = await send('faceNewPerson', {
      ...{ person_id: 'ann', 'group_ids[0]': 'a', person_name: '安' },
      image: await picture('otherWoman'),
    })
    expect(await say('faceAddGPIds', { person_id: 'ann', group_ids: ['b'] })).toMatchObject({
      code: 0,
      data: { added: 1, group_ids: ['a', 'b'] },
    })
    expect(await say('faceDelGPIds', { person_id: 'ann', group_ids: ['a'] })).toMatchObject({
      code: 0,
      data: { deleted: 1, group_ids: ['b'] },
    })
    expect((await say('faceGetGpIds', {})).data.group_ids).toContain('b')
    expect(await say('faceGetPersonIds', { group_id: 'b' })).toMatchObject({ code: 0, data: { person_ids: ['ann'] } })
    expect(await say('faceSetInfo', { person_id: 'ann', tag: '备注' })).toMatchObject({ code: 0 })
    expect(await say('faceGetInfo', { person_id: 'ann' })).toMatchObject({ data: { person_name: '安', tag: '备注' } })
    expect(await say('faceGetFaceIds', { person_id: 'ann' })).toMatchObject({ data: { face_ids: [data.face_id] } })
    expect(await say('faceDelFace', { person_id: 'ann', face_ids: [data.face_id] })).toMatchObject({
      code: 0,
      data: { deleted: 1, face_ids: [data.face_id] },
    })
  })

  it.each([
    'faceLiveDetectPic',
    'faceIdCardCompare',
    'faceLiveGetFour',
    'faceLiveDetectFour',
    'faceIdCardLiveDetectFour',
  ] as const)('is told that %s cannot be answered', async (method) => {
    const refused = { statusCode: 200, code: 24, message: 'INTERFACE_NOT_SUPPORTED' }
    expect(await send(method, { image: await picture('man') })).toMatchObject(refused)
    expect(await say(method, {})).toMatchObject(refused)
  })
})

describe('what other clients send to a service with a gallery', () => {
  /** Sends parts whose texts look like files and whose pictures look like texts. */
  async function sendParts(name: string, texts: Readonly<Record<string, string>>, pictures: readonly Part[]) {
    const asFiles = Object.entries({ appid: CREDENTIAL.appid, ...texts }).map(([field, value]) => ({
      header: `Content-Disposition: form-data; name="${field}"; filename="${field}"`,
      value,
    }))
    const response = await fetch(`${service.url}/face/${name}`, {
      method: 'POST',
      headers: { authorization: sign(), 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      body: new Uint8Array(multipart([...asFiles, ...pictures])),
    })
    return readAnswer(response)
  }

  it('is understood, with pictures as they are', async () => {
    const texts = { person_id: 'quirk', 'group_ids[0]': 'quirks', person_name: 'null', tag: 'null' }
    const image = { name: 'image', value: await picture('manAtTheLeft') }
    expect(await sendParts('newperson', texts, [image])).toMatchObject({ code: 0, data: { group_ids: ['quirks'] } })
    expect(await say('faceGetInfo', { person_id: 'quirk' })).toMatchObject({ data: { person_name: '', tag: '' } })
    const path = { name: 'image', value: 'wxfile://tmp_4d4a.jpg' }
    expect(await sendParts('identify', { group_id: 'quirks' }, [path, image])).toMatchObject({
      code: 0,
      data: { candidates: [{ person_id: 'quirk', confidence: 100, tag: '' }] },
    })
  })
})
