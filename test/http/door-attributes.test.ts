import type { FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import type { FindOptions } from '../../src/engine/face.js'
import { createEnrollingEngine, openGalleryApp } from '../support/gallery-app.js'
import { APPID, sign } from '../support/http-service.js'
import { awsRequest, iaiRequest, type WireRequest } from '../support/wires.js'

/** What faces look like, by the doors: told where it is asked for, measured only then, and not kept. */

let opened: Awaited<ReturnType<typeof openGalleryApp>>
let asked: FindOptions[]
afterEach(() => opened?.close())

async function start(tellsAttributes = true): Promise<FastifyInstance> {
  const engine = createEnrollingEngine({ tellsAttributes })
  asked = []
  opened = await openGalleryApp({
    engine: {
      ...engine,
      findFaces(image, options, ...rest) {
        asked.push(options)
        return engine.findFaces(image, options, ...rest)
      },
    },
  })
  return opened.app
}

async function send({ headers, body }: WireRequest) {
  const response = await opened.app.inject({ method: 'POST', url: '/', headers, payload: Buffer.from(body) })
  return response.json()
}
const Image = { Bytes: Buffer.from('ada').toString('base64') }
const askAws = (operation: string, body: object) => send(awsRequest(JSON.stringify(body), { operation }))
const askIai = (action: string, body: object) => send(iaiRequest(JSON.stringify(body), { action }))
const wasMeasured = () => asked.some(({ attributes }) => attributes)

describe('Rekognition', () => {
  it('tells and measures nothing that is not asked for', async () => {
    await start()
    for (const Attributes of [undefined, ['DEFAULT'], ['BEARD'], ['FACE_OCCLUDED']]) {
      const { FaceDetails } = await askAws('DetectFaces', { Image, Attributes })
      expect(FaceDetails).toHaveLength(1)
      expect(FaceDetails[0]).not.toHaveProperty('Gender')
      expect('FaceOccluded' in FaceDetails[0]).toBe(Attributes?.includes('FACE_OCCLUDED') ?? false)
    }
    expect([asked.length, wasMeasured()]).toEqual([4, false])
  })

  it('tells what is asked for, of a picture and of faces that are indexed', async () => {
    await start()
    expect(await askAws('DetectFaces', { Image, Attributes: ['ALL'] })).toMatchObject({
      FaceDetails: [{ Gender: { Value: 'Male' }, Eyeglasses: { Value: true }, AgeRange: {}, Smile: {} }],
    })
    expect(wasMeasured()).toBe(true)
    await askAws('CreateCollection', { CollectionId: 'c' })
    const indexed = { CollectionId: 'c', Image, DetectionAttributes: ['GENDER'] }
    const { FaceRecords } = await askAws('IndexFaces', indexed)
    expect(FaceRecords).toMatchObject([{ FaceDetail: { Gender: { Value: 'Male' } } }])
    expect(FaceRecords[0].FaceDetail).not.toHaveProperty('Smile')
  })

  it('keeps nothing of what it tells of a face', async () => {
    const app = await start()
    await askAws('CreateCollection', { CollectionId: 'c' })
    await askAws('IndexFaces', { CollectionId: 'c', Image, DetectionAttributes: ['ALL'] })
    const ask = async (call: string, fields: object) => {
      const headers = { authorization: sign(), 'content-type': 'application/json' }
      const payload = JSON.stringify({ appid: APPID, ...fields })
      return (await app.inject({ method: 'POST', url: `/face/${call}`, headers, payload })).json().data
    }
    const { person_ids } = await ask('getpersonids', { group_id: 'c' })
    const { face_ids } = await ask('getfaceids', { person_id: person_ids[0] })
    const { face_info } = await ask('getfaceinfo', { face_id: face_ids[0] })
    expect(face_info).toMatchObject({ face_id: face_ids[0], width: 1 })
    expect(Object.keys(face_info)).not.toEqual(expect.arrayContaining(['age']))
    expect(face_info).not.toHaveProperty('gender')
  })

  it('answers all the same where the model pack tells nothing', async () => {
    await start(false)
    const { FaceDetails } = await askAws('DetectFaces', { Image, Attributes: ['ALL'] })
    expect(FaceDetails).toMatchObject([{ FaceOccluded: { Value: false } }])
    expect(FaceDetails[0]).not.toHaveProperty('Gender')
    expect(wasMeasured()).toBe(false)
  })
})

describe('IAI', () => {
  const body = { Image: Image.Bytes, MinFaceSize: 0 }

  it('tells what is asked for, and measures it only then', async () => {
    await start()
    const plain = await askIai('DetectFace', body)
    expect(plain.Response.FaceInfos[0]).not.toHaveProperty('FaceAttributesInfo')
    expect(wasMeasured()).toBe(false)
    expect(await askIai('DetectFace', { ...body, NeedFaceAttributes: 1, NeedRotateDetection: 0 })).toMatchObject({
      Response: { FaceInfos: [{ FaceAttributesInfo: { Gender: 99, Age: 37, Expression: 6, Glass: true, Yaw: 0 } }] },
    })
  })

  it('answers all the same where the model pack tells nothing', async () => {
    await start(false)
    const { Response } = await askIai('DetectFace', { ...body, NeedFaceAttributes: 1 })
    expect(Object.keys(Response.FaceInfos[0].FaceAttributesInfo)).toEqual(['Pitch', 'Yaw', 'Roll'])
    expect(wasMeasured()).toBe(false)
  })

  it('makes no group whose scores would be read on another scale', async () => {
    await start()
    const group = { GroupId: 'g', GroupName: 'g' }
    expect(await askIai('CreateGroup', { ...group, FaceModelVersion: '2.0' })).toMatchObject({
      Response: { Error: { Code: 'UnsupportedOperation' } },
    })
    expect(await askIai('CreateGroup', { ...group, FaceModelVersion: '3.0' })).not.toHaveProperty('Response.Error')
  })
})
