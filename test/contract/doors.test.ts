import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FaceCompareError } from '../../src/errors.js'
import { cutPerson } from '../../support/sample-people.js'
import { extractSamples } from '../docs/samples.js'
import {
  type Aws4Package,
  type AwsAnswer,
  type AwsPackage,
  loadDoorClients,
  type TencentPackage,
} from '../support/door-clients.js'
import { listen, SECRET_ID, SECRET_KEY, startApp } from '../support/http-service.js'
import { BOOTSTRAP, CREDENTIAL, type RunningService, startService } from '../support/service.js'

/** The SDKs of other clouds, unmodified, against the service as a user runs it. */
let service: RunningService
let aws: AwsPackage
let aws4: Aws4Package
let tencent: TencentPackage
let folder: string
let man: Uint8Array
let manAgain: Uint8Array
let woman: Uint8Array
const NO_FACE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC',
  'base64',
)
const NO_IMAGE = Buffer.from('this is no image')

beforeAll(async () => {
  ;({ aws, aws4, tencent } = await loadDoorClients())
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  man = await cutPerson('man')
  manAgain = await cutPerson('manAgain')
  woman = await cutPerson('womanInBar')
  await mkdir(join(folder, 'pictures', 'people'), { recursive: true })
  await writeFile(join(folder, 'pictures', 'people', 'man.jpg'), man)
  await writeFile(join(folder, 'secret.jpg'), man)
  service = await startService({
    ...BOOTSTRAP,
    FACECOMPARE_GALLERY: '1',
    FACECOMPARE_S3_FOLDER: folder,
    FACECOMPARE_WORKERS: '1',
  })
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await rm(folder, { recursive: true, force: true })
})

it('are called as docs/doors.md shows', async () => {
  const page = readFileSync(new URL('../../docs/doors.md', import.meta.url), 'utf8')
  const samples = extractSamples('docs/doors.md', page).filter(({ directive }) => directive.kind === 'run')
  expect(samples.map(({ language }) => language)).toEqual(['js', 'js'])
  await symlink(fileURLToPath(new URL('../clients/node_modules', import.meta.url)), join(folder, 'node_modules'))
  await Promise.all([writeFile(join(folder, 'a.jpg'), man), writeFile(join(folder, 'b.jpg'), manAgain)])
  const { secretId, secretKey } = CREDENTIAL
  const keys = {
    SECRET_ID: secretId,
    SECRET_KEY: secretKey,
    AWS_ACCESS_KEY_ID: secretId,
    AWS_SECRET_ACCESS_KEY: secretKey,
  }
  for (const [i, { code }] of samples.entries()) {
    const file = join(folder, `sample-${i}.mjs`)
    await writeFile(file, code.replaceAll('127.0.0.1:8080', new URL(service.url).host))
    const run = promisify(execFile)(process.execPath, [file], { cwd: folder, env: { ...process.env, ...keys } })
    const [score = ''] = /[\d.]+/.exec((await run).stdout) ?? []
    expect(Number(score)).toBeGreaterThan(50)
  }
})

it('are described by the service where they are open', async () => {
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { readonly paths: object }
  expect(Object.keys(paths)).toContain('/')
})

describe('@aws-sdk/client-rekognition', () => {
  /** Nothing but the variable points the SDK here: its code is as it was. */
  async function send(
    name: string,
    input: object,
    key: { readonly accessKeyId?: string; readonly secretAccessKey?: string; readonly sessionToken?: string } = {},
    options: object = {},
  ): Promise<AwsAnswer> {
    const variable = 'AWS_ENDPOINT_URL_REKOGNITION'
    const before = process.env[variable]
    process.env[variable] = service.url
    const credentials = { accessKeyId: CREDENTIAL.secretId, secretAccessKey: CREDENTIAL.secretKey, ...key }
    const client = new aws.RekognitionClient({ region: 'eu-central-1', credentials, ...options })
    try {
      const Command = aws[`${name}Command`] as AwsPackage['CompareFacesCommand']
      return await client.send(new Command(input))
    } finally {
      client.destroy()
      if (before === undefined) delete process.env[variable]
      else process.env[variable] = before
    }
  }
  const compare = (source: Uint8Array, target: Uint8Array, options = {}) =>
    send('CompareFaces', { SourceImage: { Bytes: source }, TargetImage: { Bytes: target }, ...options })

  it('finds one person in two pictures', async () => {
    const { $metadata, ...answer } = await compare(man, manAgain)
    expect($metadata).toMatchObject({
      httpStatusCode: 200,
      attempts: 1,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect(answer).toMatchObject({
      SourceImageFace: { BoundingBox: { Width: expect.any(Number) }, Confidence: expect.any(Number) },
      FaceMatches: [
        {
          Similarity: expect.any(Number),
          Face: {
            Landmarks: { length: 5 },
            Pose: { Yaw: expect.any(Number) },
            Quality: { Sharpness: expect.any(Number) },
          },
        },
      ],
      UnmatchedFaces: [],
    })
  })

  it('has a stranger among those that do not match, unless the threshold lets everybody through', async () => {
    expect(await compare(man, woman)).toMatchObject({ FaceMatches: [], UnmatchedFaces: [{ Pose: {} }] })
    expect(await compare(man, woman, { SimilarityThreshold: 0 })).toMatchObject({
      FaceMatches: { length: 1 },
      UnmatchedFaces: [],
    })
  })

  it('detects faces, and none where there is none', async () => {
    expect(await send('DetectFaces', { Image: { Bytes: man } })).toMatchObject({ FaceDetails: [{ BoundingBox: {} }] })
    expect(await send('DetectFaces', { Image: { Bytes: NO_FACE } })).toMatchObject({ FaceDetails: [] })
  })

  it('tells what a face looks like where it is asked for', async () => {
    const detect = async (Attributes?: readonly string[]) => {
      const { FaceDetails } = await send('DetectFaces', { Image: { Bytes: man }, Attributes })
      return (FaceDetails as readonly Readonly<Record<string, unknown>>[])[0] ?? {}
    }
    const plain = ['BoundingBox', 'Confidence', 'Landmarks', 'Pose', 'Quality']
    expect(Object.keys(await detect()).sort()).toEqual(plain)
    const all = await detect(['ALL'])
    expect(all).toMatchObject({
      AgeRange: { Low: expect.any(Number), High: expect.any(Number) },
      Gender: { Value: 'Male', Confidence: expect.any(Number) },
      Smile: { Value: expect.any(Boolean), Confidence: expect.any(Number) },
      Eyeglasses: { Value: expect.any(Boolean), Confidence: expect.any(Number) },
      FaceOccluded: { Value: false, Confidence: expect.any(Number) },
    })
    expect(Object.keys(all)).toHaveLength(plain.length + 5)
    expect(Object.keys(await detect(['GENDER', 'BEARD'])).sort()).toEqual([...plain, 'Gender'].sort())
  })

  it.each([
    ['no face', () => compare(NO_FACE, man), 'InvalidParameterException'],
    ['no image', () => compare(man, NO_IMAGE), 'InvalidImageFormatException'],
    [
      'a wrong key',
      () => send('DetectFaces', { Image: { Bytes: man } }, { secretAccessKey: 'wrong' }),
      'InvalidSignatureException',
    ],
    [
      'an unknown key',
      () => send('DetectFaces', { Image: { Bytes: man } }, { accessKeyId: 'AKNOBODY' }),
      'UnrecognizedClientException',
    ],
    [
      'a session',
      () => send('DetectFaces', { Image: { Bytes: man } }, { sessionToken: 'token' }),
      'ExpiredTokenException',
    ],
    ['a threshold of 101', () => compare(man, man, { SimilarityThreshold: 101 }), 'ValidationException'],
    [
      'a call that is not served',
      () => send('RecognizeCelebrities', { Image: { Bytes: man } }),
      'UnknownOperationException',
    ],
  ])('throws the class of its own for %s, and asks once', async (_what, call, name) => {
    const error = await call().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name,
      $metadata: { httpStatusCode: 400, attempts: 1 },
      message: expect.stringMatching(/./),
    })
  })

  it('mends its clock by the time of the answer, and then repeats', async () => {
    const slow = { systemClockOffset: -20 * 60_000 }
    const answer = await send('DetectFaces', { Image: { Bytes: man } }, {}, slow)
    expect(answer.$metadata).toMatchObject({ httpStatusCode: 200, attempts: 2 })
  })

  it('repeats what is refused because too much comes at once', async () => {
    const app = await startApp({
      now: () => new Date(),
      rateLimiter: {
        take: async () => {
          throw new FaceCompareError('TOO_MANY_REQUESTS', 'Too many calls.', { retryAfterSeconds: 1 })
        },
      },
    })
    try {
      const endpoint = `http://127.0.0.1:${await listen(app)}`
      const key = { accessKeyId: SECRET_ID, secretAccessKey: SECRET_KEY }
      const error = await send('DetectFaces', { Image: { Bytes: man } }, key, { endpoint }).catch((thrown) => thrown)
      expect(error).toMatchObject({ name: 'ThrottlingException', $metadata: { attempts: 3 } })
    } finally {
      await app.close()
    }
  })

  it('need not be the client: aws4 signs as older ones do', async () => {
    const { host } = new URL(service.url)
    const body = JSON.stringify({ Image: { Bytes: Buffer.from(man).toString('base64') } })
    const headers = { 'X-Amz-Target': 'RekognitionService.DetectFaces', 'Content-Type': 'application/x-amz-json-1.1' }
    const request = { host, method: 'POST', path: '/', service: 'rekognition', region: 'eu-central-1', headers, body }
    const credentials = { accessKeyId: CREDENTIAL.secretId, secretAccessKey: CREDENTIAL.secretKey }
    const { Host: _, 'Content-Length': __, ...signed } = aws4.sign(request, credentials).headers
    const response = await fetch(service.url, { method: 'POST', headers: signed, body })
    expect(await response.json()).toMatchObject({ FaceDetails: { length: 1 } })
  })

  it('reads objects of a bucket that is a folder, and nothing beside it', async () => {
    const ofS3 = (Bucket: string, Name: string) => send('DetectFaces', { Image: { S3Object: { Bucket, Name } } })
    expect(await ofS3('pictures', 'people/man.jpg')).toMatchObject({ FaceDetails: { length: 1 } })
    for (const [bucket, name] of [
      ['pictures', 'people/nobody.jpg'],
      ['pictures', '../secret.jpg'],
      ['pictures', 'people'],
      ['..', 'secret.jpg'],
      ['elsewhere', 'man.jpg'],
    ] as const) {
      await expect(ofS3(bucket, name)).rejects.toMatchObject({ name: 'InvalidS3ObjectException' })
    }
  })

  it('keeps collections', async () => {
    const CollectionId = 'staff'
    expect(await send('CreateCollection', { CollectionId })).toMatchObject({ StatusCode: 200 })
    await expect(send('CreateCollection', { CollectionId })).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    })
    expect(await send('SearchFacesByImage', { CollectionId, Image: { Bytes: man } })).toMatchObject({ FaceMatches: [] })
    const image = { CollectionId, Image: { Bytes: man }, ExternalImageId: 'man' }
    const indexed = await send('IndexFaces', { ...image, DetectionAttributes: ['GENDER'] })
    expect(indexed).toMatchObject({
      FaceRecords: [
        {
          Face: { FaceId: expect.stringMatching(/^[\da-f]{8}-/), ExternalImageId: 'man' },
          FaceDetail: { Gender: { Value: 'Male' } },
        },
      ],
      UnindexedFaces: [],
    })
    await send('IndexFaces', { CollectionId, Image: { Bytes: woman }, ExternalImageId: 'woman' })
    expect(await send('DescribeCollection', { CollectionId })).toMatchObject({
      FaceCount: 2,
      CreationTimestamp: expect.any(Date),
    })
    expect(await send('ListCollections', {})).toMatchObject({ CollectionIds: [CollectionId] })
    const found = await send('SearchFacesByImage', { CollectionId, Image: { Bytes: manAgain } })
    expect(found).toMatchObject({ FaceMatches: [{ Face: { ExternalImageId: 'man' } }] })
    const first = await send('ListFaces', { CollectionId, MaxResults: 1 })
    expect(first).toMatchObject({ Faces: { length: 1 }, NextToken: expect.any(String) })
    const second = await send('ListFaces', { CollectionId, MaxResults: 1, NextToken: first.NextToken })
    expect(second).toMatchObject({ Faces: { length: 1 } })
    expect(second.NextToken).toBeUndefined()
    const [face] = first.Faces as { readonly FaceId: string }[]
    expect(await send('SearchFaces', { CollectionId, FaceId: face?.FaceId, FaceMatchThreshold: 0 })).toMatchObject({
      SearchedFaceId: face?.FaceId,
      FaceMatches: { length: 1 },
    })
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(await send('DeleteFaces', { CollectionId, FaceIds: [face?.FaceId, nobody] })).toMatchObject({
      DeletedFaces: [face?.FaceId],
      UnsuccessfulFaceDeletions: [{ FaceId: nobody }],
    })
    expect(await send('DescribeCollection', { CollectionId })).toMatchObject({ FaceCount: 1 })
    expect(await send('DeleteCollection', { CollectionId })).toMatchObject({ StatusCode: 200 })
    await expect(send('DescribeCollection', { CollectionId })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })
})

describe('tencentcloud-sdk-nodejs', () => {
  const base64 = (image: Uint8Array) => Buffer.from(image).toString('base64')

  async function call(
    action: string,
    request: object,
    { secretKey = CREDENTIAL.secretKey, version = 'v20200303' as 'v20200303' | 'v20180301', host = '127.0.0.1' } = {},
  ) {
    const { port } = new URL(service.url)
    const client = new tencent.iai[version].Client({
      credential: { secretId: CREDENTIAL.secretId, secretKey },
      region: 'ap-guangzhou',
      profile: { httpProfile: { endpoint: `${host}:${port}`, protocol: 'http://' } },
    })
    const method = client[action]
    if (!method) throw new Error(`The SDK has no ${action}.`)
    return method.call(client, request)
  }
  const compare = (a: Uint8Array, b: Uint8Array, options = {}) =>
    call('CompareFace', { ImageA: base64(a), ImageB: base64(b) }, options)

  it.each([
    ['v20200303', '127.0.0.1'],
    ['v20180301', '127.0.0.1'],
    ['v20200303', 'localhost'],
  ] as const)('compares with %s at %s', async (version, host) => {
    const same = await compare(man, manAgain, { version, host })
    expect(same).toMatchObject({ FaceModelVersion: '3.0', RequestId: expect.any(String) })
    expect(same.Score).toBeGreaterThanOrEqual(50)
    expect((await compare(man, woman, { version, host })).Score).toBeLessThan(50)
  })

  it.each(['CompareMaskFace', 'DetectFaceSimilarity'])('answers %s', async (action) => {
    const answer = await call(action, { ImageA: base64(man), ImageB: base64(manAgain) })
    expect(answer.Score).toBeGreaterThanOrEqual(50)
  })

  it('detects and outlines faces', async () => {
    expect(await call('DetectFace', { Image: base64(man), NeedQualityDetection: 1, MaxFaceNum: 5 })).toMatchObject({
      FaceInfos: [{ Width: expect.any(Number), FaceQualityInfo: { Score: expect.any(Number) } }],
      ImageWidth: expect.any(Number),
    })
    const { FaceShapeSet } = await call('AnalyzeFace', { Image: base64(man) })
    expect(FaceShapeSet).toMatchObject([{ FaceProfile: { length: 21 }, Nose: { length: 13 } }])
  })

  it.each(['v20200303', 'v20180301'] as const)(
    'tells what a face looks like where it is asked for: %s',
    async (version) => {
      const detect = async (options: object) => {
        const { FaceInfos } = await call('DetectFace', { Image: base64(man), ...options }, { version })
        return (FaceInfos as readonly { readonly FaceAttributesInfo?: { readonly Gender: number } }[])[0]
      }
      expect(await detect({ NeedRotateDetection: 0 })).not.toHaveProperty('FaceAttributesInfo')
      const info = await detect({ NeedFaceAttributes: 1, NeedRotateDetection: 1 })
      expect(info?.FaceAttributesInfo).toEqual({
        ...{ Gender: expect.any(Number), Age: expect.any(Number), Expression: expect.any(Number) },
        ...{ Glass: expect.any(Boolean), Pitch: expect.any(Number), Yaw: expect.any(Number), Roll: expect.any(Number) },
      })
      expect(info?.FaceAttributesInfo?.Gender).toBeGreaterThanOrEqual(50)
    },
  )

  it.each([
    ['no face', () => compare(NO_FACE, man), 'InvalidParameterValue.NoFaceInPhoto'],
    ['no image', () => compare(man, NO_IMAGE), 'FailedOperation.ImageDecodeFailed'],
    ['nothing', () => call('CompareFace', {}), 'MissingParameter.ErrorParameterEmpty'],
    ['a wrong key', () => compare(man, man, { secretKey: 'wrong' }), 'AuthFailure.SignatureFailure'],
    ['another action', () => call('DetectLiveFaceAccurate', { Image: base64(man) }), 'InvalidAction'],
  ])('throws a code of the vendor for %s', async (_what, asked, code) => {
    await expect(asked()).rejects.toMatchObject({ code, requestId: expect.stringMatching(/./) })
  })

  it('keeps groups of persons', async () => {
    const GroupId = 'guests'
    expect(await call('CreateGroup', { GroupId, GroupName: '客人', Tag: 'vip' })).toMatchObject({
      FaceModelVersion: '3.0',
    })
    await expect(call('CreateGroup', { GroupId, GroupName: '客人' })).rejects.toMatchObject({
      code: 'InvalidParameterValue.GroupIdAlreadyExist',
    })
    expect(await call('GetGroupList', {})).toMatchObject({
      GroupInfos: [{ GroupId, GroupName: '客人', Tag: 'vip' }],
      GroupNum: 1,
    })
    const person = { GroupId, PersonId: 'm', PersonName: '王', Image: base64(man), UniquePersonControl: 3 }
    expect(await call('CreatePerson', person)).toMatchObject({
      FaceId: expect.any(String),
      FaceRect: {},
      SimilarPersonId: '',
    })
    expect(await call('CreatePerson', { ...person, PersonId: 'n', Image: base64(manAgain) })).toMatchObject({
      FaceId: '',
      SimilarPersonId: 'm',
    })
    await expect(call('CreatePerson', { ...person, UniquePersonControl: 0 })).rejects.toMatchObject({
      code: 'InvalidParameterValue.PersonIdAlreadyExist',
    })
    const added = await call('CreateFace', {
      PersonId: 'm',
      Images: [base64(manAgain), base64(woman), base64(NO_FACE)],
    })
    expect(added).toMatchObject({ SucFaceNum: 1, SucIndexes: [0], RetCode: [0, -1604, -1101] })
    expect(await call('GetPersonList', { GroupId })).toMatchObject({
      PersonInfos: [{ PersonId: 'm', PersonName: '王', FaceIds: { length: 2 } }],
      PersonNum: 1,
      FaceNum: 2,
    })
    expect(await call('VerifyFace', { PersonId: 'm', Image: base64(manAgain) })).toMatchObject({ IsMatch: true })
    const search = { GroupIds: [GroupId], Image: base64(manAgain), NeedPersonInfo: 1 }
    expect(await call('SearchFaces', search)).toMatchObject({
      Results: [{ Candidates: [{ PersonId: 'm', PersonName: '王', FaceId: expect.any(String) }], RetCode: 0 }],
      FaceNum: 2,
    })
    expect(await call('SearchPersons', search)).toMatchObject({
      Results: [{ Candidates: [{ PersonId: 'm' }] }],
      PersonNum: 1,
    })
    const [faceId] = added.SucFaceIds as string[]
    expect(await call('DeleteFace', { PersonId: 'm', FaceIds: [faceId] })).toMatchObject({ SucDeletedNum: 1 })
    await call('DeletePerson', { PersonId: 'm' })
    expect(await call('SearchFaces', search)).toMatchObject({ Results: [{ Candidates: [] }], FaceNum: 0 })
    await call('DeleteGroup', { GroupId })
    await expect(call('SearchFaces', search)).rejects.toMatchObject({ code: 'InvalidParameterValue.GroupIdNotExist' })
  })
})
