import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBucketReader } from '../../src/image/bucket-folder.js'
import { openGalleryApp } from '../support/gallery-app.js'
import { AWS_DOOR, awsRequest, IAI_DOOR, iaiRequest, type WireRequest } from '../support/wires.js'

/** Names that are no names for a program that takes them for something else: of members, of folders, of files. */

let folder: string
let scene: Awaited<ReturnType<typeof openGalleryApp>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'facecompare-test-'))
  const bucket = join(folder, 'buckets', 'bucket')
  await mkdir(bucket, { recursive: true })
  await writeFile(join(bucket, 'picture'), 'picture')
  await writeFile(join(folder, 'secret'), 'secret')
  await symlink(join(folder, 'secret'), join(bucket, 'link'))
  await writeFile(join(bucket, 'huge'), '')
  await truncate(join(bucket, 'huge'), 2 ** 40)
  const readObject = createBucketReader({ folder: join(folder, 'buckets'), maxBytes: 1000 })
  scene = await openGalleryApp({ readObject })
})
afterAll(async () => {
  await scene.close()
  await rm(folder, { recursive: true, force: true })
})

async function send({ path, headers, body }: WireRequest) {
  return (await scene.app.inject({ method: 'POST', url: path, headers, payload: body })).json()
}
const toAws = (operation: string, members: object) => send(awsRequest(JSON.stringify(members), { operation }))
const toIai = async (action: string, members: object) => {
  return (await send(iaiRequest(JSON.stringify(members), { action }))).Response
}
const base64 = (text: string) => Buffer.from(text).toString('base64')

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'null', '-', '_', 'x'.repeat(40)]

describe('ids that are names of something else', () => {
  it.each([...NAMES, '.', '..', '0'])('are ids of collections and of pictures: %s', async (name) => {
    const CollectionId = name
    const Image = { Bytes: base64(`aws ${name}`) }
    expect(await toAws('DescribeCollection', { CollectionId })).toMatchObject({ __type: 'ResourceNotFoundException' })
    expect(await toAws('CreateCollection', { CollectionId })).toMatchObject({ StatusCode: 200 })
    await toAws('IndexFaces', { CollectionId, Image, ExternalImageId: name })
    expect(await toAws('ListFaces', { CollectionId })).toMatchObject({ Faces: [{ ExternalImageId: name }] })
    expect(await toAws('SearchFacesByImage', { CollectionId, Image })).toMatchObject({
      FaceMatches: [{ Face: { ExternalImageId: name } }],
    })
    expect(await toAws('ListCollections', {})).toMatchObject({ CollectionIds: [name] })
    expect(await toAws('DeleteCollection', { CollectionId })).toMatchObject({ StatusCode: 200 })
  })

  it.each([...NAMES, '%00', '@#&'])('are ids of groups and persons: %s', async (name) => {
    const Image = base64(`iai ${name}`)
    expect(await toIai('CreateGroup', { GroupId: name, GroupName: name, Tag: name })).not.toHaveProperty('Error')
    expect(await toIai('VerifyFace', { PersonId: name, Image })).toMatchObject({
      Error: { Code: 'InvalidParameterValue.PersonIdNotExist' },
    })
    const person = { GroupId: name, PersonId: name, PersonName: name, Image }
    expect(await toIai('CreatePerson', person)).toMatchObject({ FaceId: expect.stringMatching(/^\d+$/) })
    const search = { GroupIds: [name], Image, NeedPersonInfo: 1, MinFaceSize: 0 }
    expect(await toIai('SearchFaces', search)).toMatchObject({
      Results: [{ Candidates: [{ PersonId: name, PersonName: name }] }],
    })
    expect(await toIai('DeletePerson', { PersonId: name })).not.toHaveProperty('Error')
    expect(await toIai('DeleteGroup', { GroupId: name })).not.toHaveProperty('Error')
  })

  it('change nothing for others', () => {
    expect(Object.keys(Object.prototype)).toEqual([])
    expect({}.toString()).toBe('[object Object]')
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])('name no call: %s', async (name) => {
    expect(await send(awsRequest('{}', { operation: name }))).toMatchObject({ __type: 'UnknownOperationException' })
    expect(await toIai(name, {})).toMatchObject({ Error: { Code: 'InvalidAction' } })
  })

  it('are not read from what an object inherits', async () => {
    const images = AWS_DOOR.compare().body.toString()
    expect(await send(AWS_DOOR.compare({ body: `{"__proto__":${images}}` }))).toMatchObject({
      __type: 'ValidationException',
    })
    const both = IAI_DOOR.compare().body.toString()
    expect(await send(IAI_DOOR.compare({ body: `{"constructor":${both},"__proto__":${both}}` }))).toMatchObject({
      Response: { Error: { Code: 'MissingParameter.ErrorParameterEmpty' } },
    })
  })
})

describe('objects of S3', () => {
  const detect = (Bucket: string, Name: string) => toAws('DetectFaces', { Image: { S3Object: { Bucket, Name } } })

  it('are the files of a bucket', async () => {
    expect(await detect('bucket', 'picture')).toMatchObject({ FaceDetails: { length: 1 } })
  })

  it.each([
    ['bucket', '../../secret'],
    ['bucket', '..\\..\\secret'],
    ['bucket', '/etc/hostname'],
    ['bucket', 'picture\0.jpg'],
    ['bucket', 'picture/'],
    ['bucket', './picture'],
    ['bucket', 'link'],
    ['..', 'secret'],
    ['.', 'bucket/picture'],
    ['bucket', '%2e%2e/%2e%2e/secret'],
    ['bucket', 'x'.repeat(1024)],
    ['bucket', '../'.repeat(300)],
  ])('are nothing else: %j %j', async (bucket, name) => {
    const { __type, Message } = await detect(bucket, name)
    expect([__type, Message]).toEqual(['InvalidS3ObjectException', expect.stringMatching(/There is no such object\.$/)])
  })

  it('are refused unread where they are too large', async () => {
    expect(await detect('bucket', 'huge')).toMatchObject({ __type: 'ImageTooLargeException' })
  })
})
