import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorName, FaceCompareError } from '../../../src/errors.js'
import {
  answerCompareFaces,
  answerCreateCollection,
  answerDeleteCollection,
  answerDeleteFaces,
  answerDescribeCollection,
  answerDetectFaces,
  answerError,
  answerIndexFaces,
  answerListCollections,
  answerListFaces,
  answerSearchFaces,
  answerSearchFacesByImage,
} from '../../../src/wires/rekognition/answer.js'
import { EXCEPTIONS } from '../../../src/wires/rekognition/errors.js'
import { toUuid } from '../../../src/wires/rekognition/face-id.js'
import { MEAN_FACE } from '../../support/mean-face.js'
import { FACE } from '../faces.js'

const BOX = { Width: 0.25, Height: 0.6, Left: 0.05, Top: 0.05 }

describe('answers', () => {
  it('tells how a head is turned', () => {
    const { body } = answerDetectFaces(
      [{ ...FACE, landmarks: Float32Array.from(MEAN_FACE, (value) => 100 * value) }],
      [],
    )
    expect(body).toMatchObject({ FaceDetails: [{ Pose: { Roll: expect.closeTo(0, 0), Yaw: expect.closeTo(0, 0) } }] })
  })

  it('gives all that a client may read of a face, as ratios of the picture', () => {
    const { status, body } = answerDetectFaces([FACE], [])
    expect(status).toBe(200)
    expect(body).toMatchObject({
      FaceDetails: [
        {
          BoundingBox: BOX,
          Confidence: 98.7654,
          Landmarks: [
            { Type: 'eyeLeft', X: expect.closeTo(38.2946 / 400, 5), Y: expect.closeTo(51.6963 / 200, 5) },
            { Type: 'eyeRight' },
            { Type: 'nose' },
            { Type: 'mouthLeft' },
            { Type: 'mouthRight', X: expect.closeTo(70.7299 / 400, 5), Y: expect.closeTo(92.2041 / 200, 5) },
          ],
          Pose: { Roll: expect.closeTo(0, 0), Yaw: expect.any(Number), Pitch: expect.any(Number) },
          Quality: { Brightness: 65, Sharpness: 80 },
        },
      ],
    })
  })

  it('lets boxes reach beyond the picture', () => {
    const face = { ...FACE, box: { x: -40, y: -20, width: 480, height: 240 } }
    expect(answerDetectFaces([face], []).body).toMatchObject({
      FaceDetails: [{ BoundingBox: { Left: -0.1, Top: -0.1, Width: 1.2, Height: 1.2 } }],
    })
  })

  it.each([
    ['nothing is wrong', { score: 1, reasons: [] }, { Brightness: 65, Sharpness: 60.4 }],
    ['it is dark', { score: 10, reasons: ['dark'] }, { Brightness: 15, Sharpness: 64 }],
    ['it is over-exposed', { score: 10, reasons: ['over_exposed'] }, { Brightness: 98, Sharpness: 64 }],
    ['it is blurred', { score: 10, reasons: ['blurred'] }, { Brightness: 65, Sharpness: 3 }],
    ['nothing is known', undefined, { Brightness: 65, Sharpness: 80 }],
  ] as const)('says how a face is shown when %s', (_, quality, expected) => {
    expect(answerDetectFaces([{ ...FACE, quality }], []).body).toMatchObject({ FaceDetails: [{ Quality: expected }] })
  })

  it('sorts matches, leaves the others in their order, and gives both lists always', () => {
    const at = (score: number, x: number) => ({ face: { ...FACE, box: { ...FACE.box, x } }, score })
    const { body } = answerCompareFaces(FACE, [at(10, 0), at(80, 100), at(79.99, 200), at(95, 300)], 80)
    expect(body).toMatchObject({
      SourceImageFace: { BoundingBox: BOX, Confidence: 98.7654 },
      FaceMatches: [
        { Similarity: 99.5, Face: { BoundingBox: { Left: 0.75 } } },
        { Similarity: 80, Face: { BoundingBox: { Left: 0.25 } } },
      ],
      UnmatchedFaces: [{ BoundingBox: { Left: 0 } }, { BoundingBox: { Left: 0.5 } }],
    })
    expect(JSON.stringify(body).match(/Similarity/g)).toHaveLength(2)
    expect(answerCompareFaces(FACE, [], 80).body).toMatchObject({ FaceMatches: [], UnmatchedFaces: [] })
  })

  const kept = { faceId: '17', imageId: '17', externalImageId: 'ann.jpg' }
  const uuid = toUuid('17')

  it('answers for collections', () => {
    expect(answerCreateCollection('staff', '100', 'pack').body).toEqual({
      StatusCode: 200,
      CollectionArn: 'aws:rekognition:local:100:collection/staff',
      FaceModelVersion: 'pack',
    })
    expect(answerListCollections(['a', 'b'], 'pack').body).toEqual({
      CollectionIds: ['a', 'b'],
      FaceModelVersions: ['pack', 'pack'],
    })
    expect(answerListCollections(['a'], 'pack', 'next').body).toMatchObject({ NextToken: 'next' })
    const madeAt = new Date(1_700_000_000_500)
    expect(
      answerDescribeCollection({ groupId: 'staff', appid: '100', packId: 'pack', faceCount: 3, madeAt }).body,
    ).toMatchObject({ FaceCount: 3, CreationTimestamp: 1_700_000_000.5, UserCount: 0 })
    expect(answerDeleteCollection().body).toEqual({ StatusCode: 200 })
  })

  it('answers for the faces of a collection', () => {
    const unindexed = [{ face: FACE, reasons: ['LOW_FACE_QUALITY'] as const }]
    expect(answerIndexFaces({ indexed: [{ kept, face: FACE }], unindexed }, [], 'pack').body).toMatchObject({
      FaceRecords: [
        {
          Face: { FaceId: uuid, ImageId: uuid, ExternalImageId: 'ann.jpg', BoundingBox: BOX },
          FaceDetail: { BoundingBox: BOX },
        },
      ],
      UnindexedFaces: [{ Reasons: ['LOW_FACE_QUALITY'], FaceDetail: { BoundingBox: BOX } }],
      FaceModelVersion: 'pack',
    })
    expect(answerListFaces([kept], 'pack', 'next').body).toEqual({
      Faces: [{ FaceId: uuid, ImageId: uuid, ExternalImageId: 'ann.jpg' }],
      FaceModelVersion: 'pack',
      NextToken: 'next',
    })
    expect(answerDeleteFaces(['17'], ['18']).body).toEqual({
      DeletedFaces: [uuid],
      UnsuccessfulFaceDeletions: [{ FaceId: toUuid('18'), Reasons: ['FACE_NOT_FOUND'] }],
    })
  })

  it('answers searches, the most alike first', () => {
    const found = [
      { kept, score: 80 },
      { kept: { ...kept, faceId: '19' }, score: 90 },
    ]
    const matches = [
      { Similarity: 99, Face: { FaceId: toUuid('19') } },
      { Similarity: 80, Face: { FaceId: uuid } },
    ]
    expect(answerSearchFaces('5', found, 'pack').body).toMatchObject({
      SearchedFaceId: toUuid('5'),
      FaceMatches: matches,
    })
    expect(answerSearchFacesByImage(FACE, found, 'pack').body).toMatchObject({
      SearchedFaceBoundingBox: BOX,
      SearchedFaceConfidence: 98.7654,
      FaceMatches: matches,
      FaceModelVersion: 'pack',
    })
    expect(answerSearchFacesByImage(FACE, [], 'pack').body).toMatchObject({ FaceMatches: [] })
  })
})

/** What the SDK sends again: these statuses, and these names whatever the status. */
const isRepeated = (status: number, name: string) =>
  status >= 500 || status === 429 || ['ThrottlingException', 'ProvisionedThroughputExceededException'].includes(name)

describe('answerError', () => {
  const names = Object.keys(ERRORS).filter((name): name is ErrorName => name in ERRORS)

  it.each(names)('says %s in a way that is repeated only when that can help', (kind) => {
    const { status, body } = answerError(new FaceCompareError(kind, 'The plain sentence.'))
    const name = '__type' in body ? String(body.__type) : ''
    expect(Object.keys(EXCEPTIONS)).toContain(name)
    expect(body).toMatchObject({ Code: name, Message: expect.stringContaining('The plain sentence.') })
    const canHelp = ['TOO_MANY_REQUESTS', 'AUTH_UNAVAILABLE', 'AUTH_UNAVAILABLE_INTERNAL', 'INTERNAL', 'STORAGE_FAILED']
    expect(isRepeated(status, name)).toBe(canHelp.includes(kind))
  })

  it('begins with the text that clients of the original know, and says which image it is', () => {
    const error = new FaceCompareError('FACE_NOT_DETECTED', 'No face was found.', { side: 'B' })
    expect(answerError(error)).toEqual({
      status: 400,
      body: {
        __type: 'InvalidParameterException',
        Code: 'InvalidParameterException',
        Message: 'Request has invalid parameters: TargetImage: No face was found.',
      },
    })
  })

  it("does not throttle whose month's calls are used up: repeating is of no use", () => {
    const used = new FaceCompareError('TOO_MANY_REQUESTS', 'Used up.', { retryAfterSeconds: 86_400 })
    expect(answerError(used).body).toMatchObject({ __type: 'LimitExceededException' })
    const soon = new FaceCompareError('TOO_MANY_REQUESTS', 'Wait.', { retryAfterSeconds: 1 })
    expect(answerError(soon).body).toMatchObject({ __type: 'ThrottlingException' })
  })
})
