import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFaceCompareClient, type FaceCompareClient } from '../../src/client/index.js'
import { openGalleryApp } from '../support/gallery-app.js'
import { APPID, listen, SECRET_ID, SECRET_KEY, startApp } from '../support/http-service.js'
import { answer, refusal, startAnswers } from './answers.js'

const KEY = { appid: APPID, secretId: SECRET_ID, secretKey: SECRET_KEY }
const now = () => new Date()
const sessionId = expect.stringMatching(/^[0-9a-f-]{36}$/)
const text = (word: string) => Buffer.from(word)

let opened: Awaited<ReturnType<typeof openGalleryApp>>
let client: FaceCompareClient
beforeAll(async () => {
  opened = await openGalleryApp({ now })
  client = createFaceCompareClient({ ...KEY, baseUrl: `http://127.0.0.1:${await listen(opened.app)}` })
})
afterAll(() => opened.close())

async function clientOf(body: object, options = {}) {
  const server = await startAnswers([answer(200, body)])
  return { ...server, client: createFaceCompareClient({ ...KEY, baseUrl: server.url, ...options }) }
}

describe('a person', () => {
  it('is enrolled, found, changed and deleted', async () => {
    const groupIds = ['staff', 'visitors']
    const made = await client.createPerson({ personId: 'ada', groupIds, image: text('ada'), name: 'Ada', tag: 'desk' })
    expect(made).toEqual({ personId: 'ada', faceId: expect.stringMatching(/^\d{19}$/), groupIds, sessionId })
    await expect(client.createPerson({ personId: 'ada', groupIds, image: text('ada') })).rejects.toMatchObject({
      name: 'FaceCompareApiError',
      code: -1302,
      side: undefined,
    })
    await client.createPerson({ personId: 'bob', groupIds: ['staff'], image: 'http://host/bob' })

    expect(await client.verify('ada', text('ada'))).toEqual({ confidence: 100, match: true, sessionId })
    const { candidates } = await client.identify(['staff'], 'http://host/ada')
    expect(candidates[0]).toEqual({ personId: 'ada', faceId: made.faceId, confidence: 100, tag: 'desk' })
    expect(candidates.map(({ personId }) => personId)).toEqual(['ada', 'bob'])
    const { faces } = await client.identifyAll(groupIds, text('bob'))
    expect(faces).toMatchObject([{ box: { x: 0, y: 0, width: 1, height: 1 }, candidates: [{ personId: 'bob' }, {}] }])

    await client.setPersonInfo('ada', { tag: 'left-handed' })
    const added = await client.addFaces('ada', [text('ada, later'), text('noface'), text('ada')], { tag: 'old' })
    expect(added).toEqual({
      faces: [{ code: 0, faceId: expect.any(String) }, { code: -1101 }, { code: -1312 }],
      sessionId,
    })
    const faceIds = [made.faceId, added.faces[0]?.faceId ?? '']
    const info = { personId: 'ada', name: 'Ada', tag: 'left-handed', groupIds, sessionId }
    expect(await client.getPersonInfo('ada')).toEqual({ ...info, faceIds: expect.arrayContaining(faceIds) })
    expect([...(await client.listFaces('ada'))].sort()).toEqual([...faceIds].sort())
    expect(await client.getFaceInfo(made.faceId)).toEqual({
      ...{ faceId: made.faceId, box: { x: 0, y: 0, width: 1, height: 1 }, rollDegrees: 0 },
    })
    expect(await client.deleteFaces('ada', faceIds.slice(1))).toEqual({ faceIds: faceIds.slice(1), sessionId })

    expect(await client.addToGroups('ada', ['vip', 'staff'])).toMatchObject({
      ...{ changed: 1, groupIds: ['staff', 'vip', 'visitors'] },
    })
    expect(await client.removeFromGroups('ada', ['staff'])).toMatchObject({ changed: 1, groupIds: ['vip', 'visitors'] })
    expect(await client.listGroups()).toEqual(['staff', 'vip', 'visitors'])
    expect(await client.listPersons('staff')).toEqual(['bob'])

    expect(await client.deletePerson('ada')).toBeUndefined()
    await expect(client.getPersonInfo('ada')).rejects.toMatchObject({ code: -1303, kind: 'ERROR_PERSON_NOT_EXISTED' })
    await client.deletePerson('bob')
    expect(await client.listGroups()).toEqual([])
  })

  it('is nobody where the service keeps no persons', async () => {
    const app = await startApp({ now })
    const other = createFaceCompareClient({ ...KEY, baseUrl: `http://127.0.0.1:${await listen(app)}` })
    await expect(other.listGroups()).rejects.toMatchObject({ code: 24, detail: /FACECOMPARE_GALLERY=1/ })
    await app.close()
  })
})

describe('the faces of a picture', () => {
  const face = { face_id: '1', x: 44, y: 33, width: 64.5, height: 64 }
  const told = { ...face, pitch: 5, roll: -3, yaw: 6, age: 37, gender: 99, glass: false, expression: 6, beauty: 80 }
  const data = { session_id: 'an-id', image_width: 200, image_height: 100 }

  it('are detected', async () => {
    expect(await client.detect(text('ada'))).toEqual({
      ...{ imageWidth: 1, imageHeight: 1, faces: [{ box: { x: 0, y: 0, width: 1, height: 1 } }], sessionId },
    })
  })

  it('are told with how they look, as far as the service tells', async () => {
    const server = await clientOf({ data: { ...data, face: [told, face] }, code: 0, message: 'OK' })
    const { faces } = await server.client.detect(text('ada'), { largestOnly: true })
    await server.close()
    const box = { x: 44, y: 33, width: 64.5, height: 64 }
    const angles = { pitchDegrees: 5, yawDegrees: 6, rollDegrees: -3 }
    expect(faces).toEqual([{ box, ...angles, age: 37, gender: 99, expression: 6, hasGlasses: false }, { box }])
    expect(server.seen[0]?.path).toBe('/face/detect')
    expect(server.seen[0]?.body).toContain('name="mode"\r\n\r\n1\r\n')
  })

  it('are outlined', async () => {
    const { faces } = await client.shape(text('ada'))
    expect(Object.entries(faces[0] ?? {}).map(([part, points]) => [part, points.length])).toEqual([
      ...[
        ['profile', 21],
        ['leftEye', 8],
        ['rightEye', 8],
        ['leftEyebrow', 8],
        ['rightEyebrow', 8],
      ],
      ...[
        ['mouth', 22],
        ['nose', 13],
      ],
    ])
    // Of the mean face, which the engine here finds in every picture.
    expect(faces[0]?.mouth[0]).toEqual({ x: 32, y: 72 })
  })

  it.each([
    ['without faces', { data, code: 0, message: 'OK' }],
    ['with a face of another kind', { data: { ...data, face: [{ ...face, age: 'old' }] }, code: 0, message: 'OK' }],
    ['with a face that is none', { data: { ...data, face: [null] }, code: 0, message: 'OK' }],
  ])('cannot be read of an answer %s', async (_what, body) => {
    const server = await clientOf(body)
    await expect(server.client.detect(text('ada'))).rejects.toMatchObject({ reason: 'unreadable', status: 200 })
    await server.close()
  })
})

it('every call has the habits of a comparison: options, retries, deadline, what is no picture', async () => {
  const busy = await clientOf(refusal(15, 'TOO_MANY_REQUESTS'), { retries: 1 })
  await expect(busy.client.deletePerson('ada')).rejects.toMatchObject({ code: 15 })
  await busy.close()
  expect(busy.seen).toHaveLength(2)
  const lost = await clientOf(refusal(213, 'INTERNAL_ERROR'))
  await expect(lost.client.createPerson({ personId: 'a', groupIds: ['b'], image: text('a') })).rejects.toMatchObject({
    code: 213,
  })
  await lost.close()
  expect(lost.seen).toHaveLength(1)

  await expect(client.listGroups({ timeoutMs: 0 })).rejects.toBeInstanceOf(RangeError)
  await expect(client.listGroups({ signal: AbortSignal.abort() })).rejects.toMatchObject({ reason: 'aborted' })
  await expect(client.identify(['staff'], 'a.jpg')).rejects.toThrow(
    'Expected the image to be bytes, a Blob or an http(s) url',
  )
  await expect(client.addFaces('ada', [text('a'), 'b.jpg'])).rejects.toThrow('Expected image 2 to be bytes')
  await expect(client.addFaces('ada', [text('a'), 'http://host/b'])).rejects.toThrow('all bytes or all urls')
})
