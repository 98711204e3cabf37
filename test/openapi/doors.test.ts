import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeApi } from '../../src/openapi/document.js'
import type { DescribedDoor } from '../../src/openapi/door.js'
import { ALL_DOORS, DESCRIBED_DOORS, type DoorName } from '../../src/openapi/doors.js'
import type { JsonObject } from '../../src/wires/json-object.js'
import { EXCEPTIONS } from '../../src/wires/rekognition/errors.js'
import * as rekognition from '../../src/wires/rekognition/request.js'
import * as iai from '../../src/wires/tencent-iai/read-request.js'
import { VERSIONS } from '../../src/wires/tencent-iai/request.js'
import { createEnrollingEngine, openGalleryApp } from '../support/gallery-app.js'
import { startApp } from '../support/http-service.js'
import { awsRequest, iaiRequest, type WireRequest } from '../support/wires.js'
import { RECORDED_REQUESTS as OF_AWS } from '../wires/rekognition/recorded-requests.js'
import { RECORDED_REQUESTS as OF_IAI } from '../wires/tencent-iai/recorded-requests.js'
import { createResponseChecks } from './response-checks.js'

const checks = createResponseChecks(describeApi(ALL_DOORS))
const READING = { maxImageBytes: 1000, turn: async () => {} }
const BYTES = Buffer.from('ada').toString('base64')
const OTHER_BYTES = Buffer.from('bob').toString('base64')

const DOORS = {
  rekognition: {
    names: rekognition.OPERATIONS,
    recorded: OF_AWS,
    read(name: string, body: JsonObject) {
      const operation = rekognition.OPERATIONS.find((known) => known === name)
      return operation && rekognition.readRequest(operation, body, READING)
    },
    /** Members that are described although they are passed over. */
    passedOver: ['Tags'],
  },
  'tencent-iai': {
    names: iai.ACTIONS,
    recorded: OF_IAI,
    read(name: string, body: JsonObject) {
      const action = iai.ACTIONS.find((known) => known === name)
      return action && iai.readRequest({ action, version: '2020-03-03' }, body, READING)
    },
    passedOver: ['NeedRotateDetection'],
  },
} as const

const CALLS = ALL_DOORS.flatMap((door) => DOORS[door].names.map((name) => ({ door, name: String(name) })))

describe('the description', () => {
  it.each(ALL_DOORS)('has the calls that the door %s serves, and no other', (door) => {
    const { calls }: DescribedDoor = DESCRIBED_DOORS[door]
    expect(Object.keys(calls)).toEqual(DOORS[door].names)
  })

  it('has the exceptions and versions that there are', () => {
    const { properties } = DESCRIBED_DOORS.rekognition.failure as { properties: Record<string, { enum: string[] }> }
    expect(properties.__type?.enum.toSorted()).toEqual(Object.keys(EXCEPTIONS).sort())
    expect(DESCRIBED_DOORS['tencent-iai'].headers['X-TC-Version']?.schema.enum).toEqual(VERSIONS)
  })

  it.each(CALLS)('names every member that $name of $door reads', async ({ door, name }) => {
    const { read, recorded, passedOver } = DOORS[door]
    const described = checks.fieldsOf(`${DESCRIBED_DOORS[door].prefix}${name}Request`)
    const body = JSON.parse(recorded.find((request) => request.name === name)?.body ?? '{}')
    const passed: readonly string[] = passedOver
    expect(await membersRead(door, name, body, read)).toEqual(described.filter((one) => !passed.includes(one)).sort())
  })

  it.each(CALLS)('fits what an SDK sends of $name to $door', ({ door, name }) => {
    const schema = `${DESCRIBED_DOORS[door].prefix}${name}Request`
    for (const { name: what, body } of DOORS[door].recorded) {
      if (what === name || what.startsWith(`${name} of`)) checks.expectRequest(schema, JSON.parse(body || '{}'))
    }
  })
})

/** The members that are looked at while a body is read: a url in the place of a picture is not, so it is sent empty. */
async function membersRead(
  door: DoorName,
  name: string,
  recorded: JsonObject,
  read: (name: string, body: JsonObject) => unknown,
): Promise<readonly string[]> {
  const urls = door === 'rekognition' ? {} : { Url: '', UrlA: '', UrlB: '', Urls: [] }
  const images = door === 'rekognition' ? {} : { Image: BYTES, ImageA: BYTES, ImageB: BYTES }
  const seen = new Set<string>()
  const body = new Proxy(
    { ...recorded, ...images, ...urls },
    {
      getOwnPropertyDescriptor(target, member) {
        if (typeof member === 'string') seen.add(member)
        return Reflect.getOwnPropertyDescriptor(target, member)
      },
    },
  )
  expect(await read(name, body)).toBeDefined()
  return [...seen].sort()
}

describe('the answers', () => {
  let opened: Awaited<ReturnType<typeof openGalleryApp>>
  beforeAll(async () => {
    opened = await openGalleryApp({ engine: createEnrollingEngine({ tellsAttributes: true }) })
  })
  afterAll(() => opened.close())

  async function send(door: DoorName, name: string, { headers, body }: WireRequest, answer = `${name}Answer`) {
    const { prefix } = DESCRIBED_DOORS[door]
    checks.expectRequest(`${prefix}${name}Request`, JSON.parse(String(body)))
    const response = await opened.app.inject({ method: 'POST', url: '/', headers, payload: Buffer.from(body) })
    checks.expectAnswer('POST', '/', response)
    checks.expectRequest(`${prefix}${answer}`, response.json())
    return response.json()
  }
  const askAws = (operation: string, body: object, answer?: string) =>
    send('rekognition', operation, awsRequest(JSON.stringify(body), { operation }), answer)
  const askIai = async (action: string, body: object, answer?: string) =>
    (await send('tencent-iai', action, iaiRequest(JSON.stringify(body), { action }), answer)).Response

  it('of Rekognition are as described', async () => {
    const [Image, other] = [{ Bytes: BYTES }, { Bytes: OTHER_BYTES }]
    const collection = { CollectionId: 'staff' }
    await askAws('CompareFaces', { SourceImage: Image, TargetImage: Image })
    await askAws('CompareFaces', { SourceImage: Image, TargetImage: other, QualityFilter: 'AUTO' })
    await askAws('DetectFaces', { Image })
    const { FaceDetails } = await askAws('DetectFaces', { Image, Attributes: ['ALL'] })
    expect(FaceDetails).toMatchObject([{ AgeRange: {}, Gender: {}, Smile: {}, Eyeglasses: {}, FaceOccluded: {} }])
    await askAws('CreateCollection', collection)
    const { FaceRecords } = await askAws('IndexFaces', {
      ...{ ...collection, Image, ExternalImageId: 'ada.jpg', MaxFaces: 1, DetectionAttributes: ['ALL'] },
    })
    const blurred = { Bytes: Buffer.from('blurred').toString('base64') }
    const { UnindexedFaces } = await askAws('IndexFaces', { ...collection, Image: blurred })
    expect([FaceRecords.length, UnindexedFaces.length]).toEqual([1, 1])
    const { FaceId } = FaceRecords[0].Face
    await askAws('IndexFaces', { ...collection, Image: other })
    await askAws('ListCollections', { MaxResults: 1 })
    await askAws('DescribeCollection', collection)
    await askAws('ListFaces', { ...collection, MaxResults: 1 })
    await askAws('SearchFaces', { ...collection, FaceId, FaceMatchThreshold: 0 })
    await askAws('SearchFacesByImage', { ...collection, Image })
    await askAws('DeleteFaces', { ...collection, FaceIds: [FaceId, '00000000-0000-4000-8000-000000000000'] })
    await askAws('DeleteCollection', collection)
    await askAws('DescribeCollection', collection, 'Failure')
    await askAws('DetectFaces', { Image: { Bytes: Buffer.from('garbage').toString('base64') } }, 'Failure')
    await askAws('DetectFaces', { Image: { Bytes: Buffer.from('late').toString('base64') } }, 'Failure')
  })

  it('of IAI are as described', async () => {
    const both = { ImageA: BYTES, ImageB: OTHER_BYTES }
    const [group, person] = [{ GroupId: 'guests' }, { PersonId: 'ada' }]
    for (const action of ['CompareFace', 'CompareMaskFace', 'DetectFaceSimilarity']) await askIai(action, both)
    const detect = { Image: BYTES, MinFaceSize: 0, NeedQualityDetection: 1, NeedFaceAttributes: 1 }
    const { FaceInfos } = await askIai('DetectFace', detect)
    expect(FaceInfos).toMatchObject([{ FaceAttributesInfo: { Age: 37 }, FaceQualityInfo: {} }])
    await askIai('AnalyzeFace', { Image: BYTES, Mode: 1 })
    await askIai('CreateGroup', { ...group, GroupName: '客人', Tag: 'vip' })
    await askIai('GetGroupList', { Offset: 0, Limit: 10 })
    const ada = { ...group, ...person, PersonName: '爱', Image: BYTES, UniquePersonControl: 4 }
    await askIai('CreatePerson', ada)
    await askIai('CreatePerson', { ...ada, PersonId: 'same' })
    const added = { ...person, Images: [BYTES, OTHER_BYTES], FaceMatchThreshold: 0 }
    const { SucFaceIds } = await askIai('CreateFace', added)
    expect(SucFaceIds).toHaveLength(1)
    await askIai('GetPersonList', group)
    await askIai('VerifyFace', { ...person, Image: BYTES })
    const search = { GroupIds: ['guests'], Image: BYTES, MinFaceSize: 0, NeedPersonInfo: 1 }
    for (const action of ['SearchFaces', 'SearchPersons']) await askIai(action, search)
    await askIai('DeleteFace', { ...person, FaceIds: SucFaceIds })
    await askIai('DeletePerson', person)
    await askIai('DeleteGroup', group)
    await askIai('DeleteGroup', group, 'Failure')
    await askIai('DetectFace', { Image: Buffer.from('noface').toString('base64') }, 'Failure')
  })

  it('to requests that name no call are as described', async () => {
    checks.expectAnswer('POST', '/', await opened.app.inject({ method: 'POST', url: '/', payload: '{}' }))
  })
})

describe('of doors that are closed', () => {
  it('nothing is told', () => {
    const closed = describeApi([])
    expect(closed.paths).not.toHaveProperty('/')
    expect(JSON.stringify(closed)).not.toMatch(/Rekognition|IAI|sigV4|tc3/)
    const half = JSON.stringify(describeApi(['tencent-iai']))
    expect(half).toMatch(/IaiFailure/)
    expect(half).not.toMatch(/Rekognition|sigV4|X-Amz-Target"/)
  })

  it.each(ALL_DOORS)('%s alone is a valid document', async (door) => {
    const { errors } = await new Validator().validate(structuredClone(describeApi([door])))
    expect(errors).toBeUndefined()
  })

  it('the service tells nothing either', async () => {
    const app = await startApp({ doors: ['rekognition'] })
    const { paths } = (await app.inject({ method: 'GET', url: '/openapi.json' })).json()
    await app.close()
    const required = paths['/'].post.parameters.filter((parameter: { required: boolean }) => parameter.required)
    expect(required.map(({ name }: { name: string }) => name)).toEqual(['X-Amz-Target', 'X-Amz-Date'])
    expect(paths['/'].post.security).toEqual([{ sigV4: [] }])
  })
})
