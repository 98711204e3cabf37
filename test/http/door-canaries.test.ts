import { tmpdir } from 'node:os'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import type { CallRecord } from '../../src/http/call-log.js'
import { createBucketReader } from '../../src/image/bucket-folder.js'
import { CANARY, CANARY_FORMS } from '../support/canary.js'
import { openGalleryApp } from '../support/gallery-app.js'
import { createFakeStore, SECRET_ID, SECRET_KEY } from '../support/http-service.js'
import { AWS_DOOR, awsRequest, IAI_DOOR, iaiRequest, type TestWire, type WireRequest } from '../support/wires.js'

/** What a client sends to a door stands in no line of the log, no label of a metric, and no refusal. */

let scene: Awaited<ReturnType<typeof openGalleryApp>>
let log = ''
const records: CallRecord[] = []

beforeAll(async () => {
  const store = createFakeStore()
  const note = (line: string): void => {
    log += line
  }
  scene = await openGalleryApp({
    store: { ...store, findKey: async (id) => (id === SECRET_ID ? store.findKey(id) : undefined) },
    logger: pino({ level: 'trace' }, { write: note }),
    onCall: (record) => records.push(record),
    fetchImage: async (url) => {
      // As fetch and DNS errors name what they were asked for.
      throw new FaceCompareError('URL_UNREACHABLE', 'The image url cannot be reached.', { cause: new Error(url) })
    },
    readObject: createBucketReader({ folder: tmpdir(), maxBytes: 1000 }),
  })
})
afterAll(() => scene.close())

/** Sends it, and looks at everything that anybody gets to see of it. */
async function expectSilence({ path, headers, body }: WireRequest, wire: TestWire, url = path): Promise<void> {
  log = ''
  records.length = 0
  const answer = await scene.app.inject({ method: 'POST', url, headers, payload: Buffer.from(body) })
  const secrets = [...CANARY_FORMS, SECRET_KEY, /Signature=([0-9a-f]{64})/.exec(headers.Authorization ?? '')?.[1]]
  const isRefusal = answer.statusCode !== 200 || wire.errorIn(answer.json()) !== undefined
  const seen = [log, JSON.stringify(records), ...(isRefusal ? [answer.body, JSON.stringify(answer.headers)] : [])]
  expect(log).not.toBe('')
  for (const text of seen) for (const secret of secrets) if (secret !== undefined) expect(text).not.toContain(secret)
}

const image = Buffer.from(`a picture ${CANARY}`).toString('base64')
const IMAGE = { Bytes: image }

/** Ids of groups are told in logs (docs/privacy.md). */
const OF_GROUPS = ['CollectionId', 'GroupId', 'GroupIds']
/** Calls with a value for each of their members. */
const AWS_CALLS: readonly (readonly [string, object])[] = [
  ['CompareFaces', { SourceImage: IMAGE, TargetImage: IMAGE, SimilarityThreshold: 80, QualityFilter: 'NONE' }],
  ['DetectFaces', { Image: { S3Object: { Bucket: '.', Name: CANARY, Version: CANARY } }, Attributes: ['ALL'] }],
  ['IndexFaces', { CollectionId: 'c', Image: IMAGE, ExternalImageId: CANARY, MaxFaces: 1 }],
  ['ListFaces', { CollectionId: 'c', NextToken: CANARY, MaxResults: 1 }],
  ['SearchFacesByImage', { CollectionId: 'c', Image: IMAGE, MaxFaces: 1, FaceMatchThreshold: 1 }],
  ['DeleteFaces', { CollectionId: 'c', FaceIds: [CANARY] }],
]
const IAI_CALLS: readonly (readonly [string, object])[] = [
  ['CompareFace', { ImageA: image, UrlB: `http://${CANARY}@host/${CANARY}?${CANARY}`, FaceModelVersion: '3.0' }],
  ['DetectFace', { Url: `http://host/${CANARY}?token=${CANARY}#${CANARY}`, MaxFaceNum: 1, NeedFaceAttributes: 1 }],
  [
    'CreatePerson',
    { GroupId: 'g', PersonId: CANARY, PersonName: CANARY, Image: image, UniquePersonControl: 1, Gender: 0 },
  ],
  ['CreateFace', { PersonId: CANARY, Images: [image], Urls: [`http://host/${CANARY}`], FaceMatchThreshold: 1 }],
  ['DeleteFace', { PersonId: CANARY, FaceIds: [CANARY] }],
  ['VerifyFace', { PersonId: CANARY, Image: image }],
  ['SearchFaces', { GroupIds: ['g'], Image: image, MaxPersonNum: 1, NeedPersonInfo: 1 }],
]

const VALUES = [CANARY, [CANARY], { [CANARY]: CANARY }, [[{ [CANARY]: CANARY }]], 1e300, -1, 0.5, true, image, '']

/** The call as it is, with each member replaced by what it cannot be, and as what is no JSON. */
function bodiesOf(call: object): readonly string[] {
  const json = JSON.stringify(call)
  const names = Object.keys(call).filter((name) => !OF_GROUPS.includes(name))
  return [
    json,
    ...names.flatMap((name) => VALUES.map((value) => JSON.stringify({ ...call, [name]: value }))),
    ...names.map((name) => JSON.stringify({ ...call, [name]: 0 }).replace(`"${name}":0`, `"${name}":1e999`)),
    JSON.stringify({ ...call, [CANARY]: CANARY }),
    json.slice(0, -1),
    `${json}${CANARY}`,
    json.replaceAll(':', `${CANARY}:`),
    `${CANARY}${json}`,
    CANARY,
    `"${CANARY}"`,
    `{"__proto__":${json}}`,
  ]
}

describe('nothing that was sent to a door is logged or repeated', () => {
  it.each(AWS_CALLS)('of the members of %s', async (operation, call) => {
    for (const body of bodiesOf(call)) await expectSilence(awsRequest(body, { operation }), AWS_DOOR)
  })

  it.each(IAI_CALLS)('of the members of %s', async (action, call) => {
    for (const body of bodiesOf(call)) await expectSilence(iaiRequest(body, { action }), IAI_DOOR)
  })

  it.each([AWS_DOOR, IAI_DOOR])('of the headers of $wire, and of its query', async (wire) => {
    const request = wire.compare()
    const { Authorization = '' } = request.headers
    const sent: Readonly<Record<string, string>> = {
      ...request.headers,
      'X-Amz-Security-Token': CANARY,
      'X-TC-Token': CANARY,
      'X-TC-Region': CANARY,
      'X-TC-Content-SHA256': CANARY,
      'X-Forwarded-For': CANARY,
      'User-Agent': CANARY,
      'Content-Encoding': CANARY,
      Cookie: CANARY,
    }
    for (const name of Object.keys(sent)) {
      for (const value of [CANARY, `RekognitionService.${CANARY}`]) {
        await expectSilence({ ...request, headers: { ...request.headers, [name]: value } }, wire)
      }
    }
    for (const altered of [
      Authorization.replace(/Credential=[^/]*/, `Credential=${CANARY}`),
      Authorization.replace(/Credential=\S*/, `Credential=${CANARY}`),
      Authorization.replace(/SignedHeaders=[^,]*/, `SignedHeaders=${CANARY}`),
      Authorization.replace(/Signature=\S*/, `Signature=${CANARY}`),
      Authorization.replace(/^\S*/, CANARY),
      `SKIP ${CANARY}`,
    ]) {
      await expectSilence({ ...request, headers: { ...request.headers, Authorization: altered } }, wire)
    }
    for (const url of [
      `/?X-Amz-Signature=${CANARY}`,
      `/?sign=${CANARY}`,
      `/;${CANARY}`,
      `//${CANARY}`,
      `/%zz${CANARY}`,
    ]) {
      await expectSilence(request, wire, url)
    }
  })
})
