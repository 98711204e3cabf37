import { describe, expect, it } from 'vitest'
import { parseJsonObject } from '../../../src/wires/json-object.js'
import { fromUuid, toUuid } from '../../../src/wires/rekognition/face-id.js'
import { OPERATIONS, type Operation, readOperation, readRequest } from '../../../src/wires/rekognition/request.js'
import { headerOf } from '../recorded-request.js'
import { RECORDED_REQUESTS } from './recorded-requests.js'

const READING = { maxImageBytes: 1000, turn: async () => {} }
const BYTES = Buffer.from('/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//', 'base64')
const IMAGE = { Bytes: BYTES.toString('base64') }
const UUID = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'

const atOnce = async () => {}

async function read(operation: Operation, body: unknown) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return readRequest(operation, await parseJsonObject(bytes, atOnce), READING)
}

async function recorded(name: string) {
  const request = RECORDED_REQUESTS.find((candidate) => candidate.name === name)
  if (!request) throw new Error(`Nothing recorded is called ${name}`)
  return read(readOperation(headerOf(request, 'x-amz-target')), request.body)
}

describe('readOperation', () => {
  it('knows the operations that are served', () => {
    for (const name of OPERATIONS) expect(readOperation(`RekognitionService.${name}`)).toBe(name)
    expect(OPERATIONS).toHaveLength(11)
  })

  it.each([
    undefined,
    '',
    'CompareFaces',
    'RekognitionService.DetectLabels',
    'RekognitionService.toString',
    'RekognitionService.',
  ])('refuses %s', (target) => {
    expect(() => readOperation(target)).toThrow(expect.objectContaining({ exception: 'UnknownOperationException' }))
  })
})

describe('readRequest', () => {
  it.each<[string, object]>([
    ['CompareFaces', { source: { bytes: BYTES }, target: { bytes: BYTES }, leastScore: 85.27, qualityBar: 'promise' }],
    [
      'CompareFaces of objects',
      { source: { s3Object: { bucket: 'b', name: 'n.jpg', version: '1' } }, leastScore: 80, qualityBar: 'none' },
    ],
    ['DetectFaces', { image: { bytes: BYTES }, told: ['AGE_RANGE', 'EYEGLASSES', 'GENDER', 'FACE_OCCLUDED', 'SMILE'] }],
    ['CreateCollection', { groupId: 'staff' }],
    ['ListCollections', { maxResults: undefined, nextToken: undefined }],
    ['DescribeCollection', { groupId: 'staff' }],
    ['DeleteCollection', { groupId: 'staff' }],
    [
      'IndexFaces',
      { groupId: 'staff', image: { bytes: BYTES }, externalImageId: 'ann.jpg', maxFaces: 1, qualityBar: 'promise' },
    ],
    ['ListFaces', { groupId: 'staff', maxResults: 10, nextToken: 'next', faceIds: undefined }],
    ['DeleteFaces', { groupId: 'staff', faceIds: [UUID] }],
    ['SearchFaces', { groupId: 'staff', faceId: UUID, maxFaces: 5, leastScore: 70 }],
    [
      'SearchFacesByImage',
      { groupId: 'staff', image: { bytes: BYTES }, maxFaces: 80, leastScore: 80, qualityBar: 'none' },
    ],
  ])('reads %s as its SDK sends it', async (name, expected) => {
    expect(await recorded(name)).toMatchObject(expected)
  })

  it('takes an empty body for an object without members, and null for what is absent', async () => {
    expect(await read('ListCollections', '')).toMatchObject({ operation: 'ListCollections' })
    expect(await read('ListCollections', { MaxResults: null, NextToken: null })).toMatchObject({
      maxResults: undefined,
    })
  })

  it('knows the attributes of the original, and of them those that can be told', async () => {
    const asked = (Attributes?: readonly string[]) => read('DetectFaces', { Image: IMAGE, Attributes })
    expect(await asked()).toMatchObject({ told: [] })
    expect(await asked(['DEFAULT', 'BEARD', 'EMOTIONS'])).toMatchObject({ told: [] })
    expect(await asked(['SMILE', 'DEFAULT', 'GENDER'])).toMatchObject({ told: ['GENDER', 'SMILE'] })
    const indexed = { CollectionId: 'c', Image: IMAGE, DetectionAttributes: ['FACE_OCCLUDED'] }
    expect(await read('IndexFaces', indexed)).toMatchObject({ told: ['FACE_OCCLUDED'] })
  })

  it('reads the ids that it gives', async () => {
    for (const id of ['1009550071676600319', '18446744073709551615', '0', '1']) {
      expect(toUuid(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(await read('DeleteFaces', { CollectionId: 'c', FaceIds: [toUuid(id)] })).toMatchObject({ faceIds: [id] })
      expect(fromUuid(toUuid(id))).toBe(id)
    }
    for (const other of ['18446744073709551616', '007', 'ann']) expect(toUuid(other)).toBe(other)
  })

  it.each<[string, Operation, unknown, string, string]>([
    ['what is no JSON', 'ListCollections', '{', 'BAD_REQUEST', 'JSON'],
    ['a list', 'ListCollections', '[]', 'BAD_REQUEST', 'object'],
    ...['a\0', 'a b', 'a\ud800'].map((NextToken): [string, Operation, unknown, string, string] => [
      `a token that was never given, ${JSON.stringify(NextToken)}`,
      'ListFaces',
      { CollectionId: 'c', NextToken },
      'InvalidPaginationTokenException',
      'Pagination Token',
    ]),
    ['a text for a number', 'ListCollections', { MaxResults: '3' }, 'SerializationException', "'maxResults'"],
    ['a half for a whole number', 'ListCollections', { MaxResults: 1.5 }, 'SerializationException', "'maxResults'"],
    ['a number for a text', 'DescribeCollection', { CollectionId: 3 }, 'SerializationException', "'collectionId'"],
    ['a text for a structure', 'DetectFaces', { Image: 'x' }, 'SerializationException', "'image'"],
    ['a text for a list', 'DeleteFaces', { CollectionId: 'c', FaceIds: UUID }, 'SerializationException', "'faceIds'"],
    [
      'a number in a list',
      'DeleteFaces',
      { CollectionId: 'c', FaceIds: [1] },
      'SerializationException',
      "'faceIds.1.member'",
    ],
    ['bytes that are no Base64', 'DetectFaces', { Image: { Bytes: 'a b=' } }, 'SerializationException', 'Base64'],
    ['bytes of the alphabet for urls', 'DetectFaces', { Image: { Bytes: '_9j-' } }, 'SerializationException', 'Base64'],
    ['bytes without padding', 'DetectFaces', { Image: { Bytes: 'QQ' } }, 'SerializationException', "'image.bytes'"],
    [
      'bytes of one side',
      'CompareFaces',
      { SourceImage: IMAGE, TargetImage: { Bytes: '?' } },
      'SerializationException',
      "'targetImage.bytes'",
    ],
    [
      'bytes of a data url',
      'DetectFaces',
      { Image: { Bytes: 'data:image/png;base64,QUJD' } },
      'SerializationException',
      'Base64',
    ],
    ['no image', 'DetectFaces', {}, 'ValidationException', "'image'"],
    ['no bytes', 'DetectFaces', { Image: { Bytes: '' } }, 'ValidationException', "'image.bytes'"],
    ['no source', 'CompareFaces', { TargetImage: IMAGE }, 'ValidationException', "'sourceImage'"],
    ['no id of a collection', 'CreateCollection', {}, 'ValidationException', 'not be null'],
    ['an empty id', 'CreateCollection', { CollectionId: '' }, 'ValidationException', 'length greater'],
    ['a long id', 'CreateCollection', { CollectionId: 'x'.repeat(65) }, 'ValidationException', 'length less'],
    ['an id with a blank', 'CreateCollection', { CollectionId: 'a b' }, 'ValidationException', 'pattern'],
    ['an id with a line end', 'CreateCollection', { CollectionId: 'a\n' }, 'ValidationException', 'pattern'],
    [
      'a bucket without a name',
      'DetectFaces',
      { Image: { S3Object: { Bucket: 'b' } } },
      'ValidationException',
      "'image.s3Object.name'",
    ],
    ['an empty list', 'DeleteFaces', { CollectionId: 'c', FaceIds: [] }, 'ValidationException', 'length greater'],
    ['an id that is no UUID', 'SearchFaces', { CollectionId: 'c', FaceId: '17' }, 'ValidationException', 'pattern'],
    [
      'a threshold above 100',
      'CompareFaces',
      { SourceImage: IMAGE, TargetImage: IMAGE, SimilarityThreshold: 101 },
      'ValidationException',
      'less than or equal to 100',
    ],
    [
      'a threshold below 0',
      'CompareFaces',
      { SourceImage: IMAGE, TargetImage: IMAGE, SimilarityThreshold: -1 },
      'ValidationException',
      'greater than or equal to 0',
    ],
    [
      'an unknown filter',
      'CompareFaces',
      { SourceImage: IMAGE, TargetImage: IMAGE, QualityFilter: 'BEST' },
      'ValidationException',
      'NONE, AUTO',
    ],
    [
      'no faces at all',
      'IndexFaces',
      { CollectionId: 'c', Image: IMAGE, MaxFaces: 0 },
      'ValidationException',
      "'maxFaces'",
    ],
    [
      'an unknown attribute',
      'DetectFaces',
      { Image: IMAGE, Attributes: ['BEAUTY'] },
      'ValidationException',
      "'attributes.1.member'",
    ],
    [
      'bytes and an object',
      'DetectFaces',
      { Image: { ...IMAGE, S3Object: { Bucket: 'b', Name: 'n' } } },
      'INVALID_PARAMETER',
      'either',
    ],
    ['neither', 'DetectFaces', { Image: {} }, 'INVALID_PARAMETER', 'either'],
    [
      'a large image',
      'DetectFaces',
      { Image: { Bytes: Buffer.alloc(1001).toString('base64') } },
      'BODY_TOO_LARGE',
      '1000',
    ],
  ])('refuses %s', async (_, operation, body, what, words) => {
    const isException = what.endsWith('Exception')
    await expect(read(operation, body)).rejects.toThrow(
      expect.objectContaining({
        name: 'FaceCompareError',
        message: expect.stringContaining(words),
        ...(isException ? { exception: what } : { kind: what }),
      }),
    )
  })

  it('says which of two images is wrong, and repeats nothing of what was sent', async () => {
    const large = { Bytes: Buffer.alloc(1001).toString('base64') }
    const both = { SourceImage: IMAGE, TargetImage: large }
    await expect(read('CompareFaces', both)).rejects.toThrow(
      expect.objectContaining({ kind: 'BODY_TOO_LARGE', side: 'B' }),
    )
    const failure = await read('CreateCollection', { CollectionId: 'Jane Doe' }).catch((error: unknown) =>
      String(error),
    )
    expect(failure).toContain('collectionId')
    expect(failure).not.toContain('Jane')
  })

  it('does not read a body that is made of marks alone', async () => {
    await expect(read('ListCollections', `{"a":${'['.repeat(30_000)}`)).rejects.toThrow(
      expect.objectContaining({ kind: 'BAD_REQUEST' }),
    )
  })

  it('reads members of an object, and nothing that it inherits', async () => {
    await expect(read('DetectFaces', '{"__proto__":{"Image":{"Bytes":"QUJD"}}}')).rejects.toThrow(
      expect.objectContaining({ exception: 'ValidationException' }),
    )
  })
})
