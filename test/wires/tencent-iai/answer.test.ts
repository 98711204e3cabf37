import { describe, expect, it } from 'vitest'
import { ERRORS, type ErrorName, FaceCompareError } from '../../../src/errors.js'
import * as answers from '../../../src/wires/tencent-iai/answer.js'
import { IaiError } from '../../../src/wires/tencent-iai/errors.js'
import { ATTRIBUTES, FACE } from '../faces.js'

const RECT = { X: 20, Y: 10, Width: 100, Height: 120 }
const OPTIONS = { needsAttributes: false, needsQuality: false, faceModelVersion: '3.0', packLeastQuality: 1 } as const
const box = FACE.box

describe('answers', () => {
  it('wraps all in Response, with the id of the call', () => {
    expect(answers.wrapAnswer(answers.compareFields(80, '3.0'), 'id')).toEqual({
      Response: { Score: 50, FaceModelVersion: '3.0', RequestId: 'id' },
    })
  })

  it('reads scores on the scale of the model that was asked for', () => {
    expect(answers.compareFields(80, '2.0')).toEqual({ Score: 80, FaceModelVersion: '2.0' })
    expect(answers.similarityFields(90)).toEqual({ Score: 60 })
    expect(answers.verifyFields(90)).toEqual({ Score: 60, IsMatch: true, FaceModelVersion: '3.0' })
    expect(answers.verifyFields(89.99)).toMatchObject({ IsMatch: false })
  })

  it('says where faces are in whole pixels', () => {
    expect(answers.detectFields([FACE], OPTIONS)).toEqual({
      ImageWidth: 400,
      ImageHeight: 200,
      FaceInfos: [RECT],
      FaceModelVersion: '3.0',
    })
  })

  it('adds the pose and the quality of the largest faces where they are asked for', () => {
    const faces = Array(31).fill(FACE)
    const fields = answers.detectFields(faces, { ...OPTIONS, needsAttributes: true, needsQuality: true })
    const infos = fields.FaceInfos
    expect(infos).toHaveLength(31)
    expect(infos).toMatchObject({
      0: {
        ...RECT,
        FaceAttributesInfo: { Pitch: expect.any(Number), Yaw: expect.any(Number), Roll: expect.any(Number) },
        FaceQualityInfo: { Score: 83.33, Sharpness: 80, Brightness: 50, Completeness: { Eyebrow: 100, Chin: 100 } },
      },
    })
    expect(JSON.stringify(infos).match(/FaceAttributesInfo/g)).toHaveLength(5)
    expect(JSON.stringify(infos).match(/FaceQualityInfo/g)).toHaveLength(30)
  })

  it('tells what a face looks like, as far as it is known', () => {
    const infoOf = (attributes: typeof ATTRIBUTES | undefined) => {
      const fields = answers.detectFields([{ ...FACE, attributes }], { ...OPTIONS, needsAttributes: true })
      return Array.isArray(fields.FaceInfos) ? fields.FaceInfos[0].FaceAttributesInfo : undefined
    }
    expect(infoOf(ATTRIBUTES)).toEqual({
      ...{ Gender: 99, Age: 37, Expression: 6, Glass: true },
      ...{ Pitch: expect.any(Number), Yaw: expect.any(Number), Roll: expect.any(Number) },
    })
    expect(Object.keys(infoOf(undefined))).toEqual(['Pitch', 'Yaw', 'Roll'])
    // 0 to 49 are women to the vendor's clients, 50 to 100 men: rounding moves nobody.
    expect(infoOf({ ...ATTRIBUTES, gender: 49.7 })).toMatchObject({ Gender: 49 })
    expect(infoOf({ ...ATTRIBUTES, gender: 50.2 })).toMatchObject({ Gender: 50 })
    const unasked = answers.detectFields([{ ...FACE, attributes: ATTRIBUTES }], OPTIONS)
    expect(JSON.stringify(unasked)).not.toContain('FaceAttributesInfo')
  })

  it.each([
    ['as its pack asks for at least', { score: 1, reasons: [] }, { Score: 40 }],
    ['worse', { score: 0.5, reasons: ['dark', 'blurred'] }, { Score: 20, Sharpness: 30, Brightness: 15 }],
    ['over-exposed', { score: 20, reasons: ['over_exposed'] }, { Score: 70, Brightness: 90 }],
    ['covered', { score: 40, reasons: ['covered'] }, { Score: 80, Completeness: { Mouth: 40 } }],
    ['best', { score: 100, reasons: [] }, { Score: 100 }],
    ['in a way that is not known', undefined, { Score: 70 }],
  ] as const)('rates a face that is shown %s', (_, quality, expected) => {
    const fields = answers.detectFields([{ ...FACE, quality }], { ...OPTIONS, needsQuality: true })
    expect(fields).toMatchObject({ FaceInfos: [{ FaceQualityInfo: expected }] })
  })

  it('rates faces of a pack that asks for much', () => {
    const rate = (score: number) =>
      answers.detectFields([{ ...FACE, quality: { score, reasons: [] } }], {
        ...OPTIONS,
        needsQuality: true,
        packLeastQuality: 50,
      })
    expect(rate(25)).toMatchObject({ FaceInfos: [{ FaceQualityInfo: { Score: 20 } }] })
    expect(rate(50)).toMatchObject({ FaceInfos: [{ FaceQualityInfo: { Score: 80 } }] })
  })

  it('gives as many points of each outline as the vendor', () => {
    const fields = answers.analyzeFields([FACE, FACE], '3.0')
    const shapes = fields.FaceShapeSet
    expect(shapes).toHaveLength(2)
    expect(
      Object.entries(Array.isArray(shapes) ? shapes[0] : {}).map(([name, points]) => [
        name,
        Array.isArray(points) && points.length,
      ]),
    ).toEqual([
      ['FaceProfile', 21],
      ['LeftEye', 8],
      ['RightEye', 8],
      ['LeftEyeBrow', 8],
      ['RightEyeBrow', 8],
      ['Mouth', 22],
      ['Nose', 13],
      ['LeftPupil', 1],
      ['RightPupil', 1],
    ])
  })

  it('answers for groups and persons', () => {
    expect(answers.createGroupFields()).toEqual({ FaceModelVersion: '3.0' })
    expect(answers.deletedFields()).toEqual({})
    const madeAt = new Date(1_700_000_000_123)
    expect(
      answers.groupListFields(
        [{ groupId: 'a' }, { groupId: 'b', name: '员工', descriptions: ['x'], tag: 't', madeAt }],
        7,
      ),
    ).toEqual({
      GroupInfos: [
        { GroupName: 'a', GroupId: 'a', GroupExDescriptions: [], Tag: '', FaceModelVersion: '3.0' },
        {
          GroupName: '员工',
          GroupId: 'b',
          GroupExDescriptions: ['x'],
          Tag: 't',
          FaceModelVersion: '3.0',
          CreationTimestamp: 1_700_000_000_123,
        },
      ],
      GroupNum: 7,
    })
    expect(
      answers.personListFields([{ personId: 'ann', name: '安', gender: 'female', faceIds: ['1'] }], {
        personCount: 3,
        faceCount: 5,
      }),
    ).toEqual({
      PersonInfos: [{ PersonName: '安', PersonId: 'ann', Gender: 2, PersonExDescriptions: [], FaceIds: ['1'] }],
      PersonNum: 3,
      FaceNum: 5,
      FaceModelVersion: '3.0',
    })
  })

  it('answers for new persons and faces', () => {
    expect(answers.createPersonFields({ faceId: '7', box })).toEqual({
      FaceId: '7',
      FaceRect: RECT,
      SimilarPersonId: '',
      FaceModelVersion: '3.0',
    })
    expect(answers.createPersonFields({ samePersonId: 'ann' })).toEqual({
      FaceId: '',
      SimilarPersonId: 'ann',
      FaceModelVersion: '3.0',
    })
    expect(
      answers.createFaceFields([
        { faceId: '1', box },
        { failure: 'noFace' },
        { faceId: '2', box },
        { failure: 'notThePerson' },
      ]),
    ).toEqual({
      SucFaceNum: 2,
      SucFaceIds: ['1', '2'],
      RetCode: [0, -1101, 0, -1604],
      SucIndexes: [0, 2],
      SucFaceRects: [RECT, RECT],
      FaceModelVersion: '3.0',
    })
    expect(answers.deleteFaceFields(['1'])).toEqual({ SucDeletedNum: 1, SucFaceIds: ['1'] })
  })

  it('answers searches, the most alike first; a face that is shown too poorly finds nobody', () => {
    const candidates = [
      { personId: 'bob', faceId: '2', score: 70 },
      { personId: 'ann', faceId: '1', score: 90, info: { name: '安', gender: 'female' as const } },
    ]
    const results = [
      { box, isTooPoor: false, candidates },
      { box, isTooPoor: true, candidates },
    ]
    expect(answers.searchFacesFields(results, 9)).toEqual({
      Results: [
        {
          Candidates: [
            { PersonId: 'ann', FaceId: '1', Score: 60, PersonName: '安', Gender: 2 },
            { PersonId: 'bob', FaceId: '2', Score: 40 },
          ],
          FaceRect: RECT,
          RetCode: 0,
        },
        { Candidates: [], FaceRect: RECT, RetCode: -1601 },
      ],
      FaceNum: 9,
      FaceModelVersion: '3.0',
    })
    expect(answers.searchPersonsFields(results, 4)).toMatchObject({
      Results: [
        {
          Candidates: [
            { PersonId: 'ann', FaceId: '' },
            { PersonId: 'bob', FaceId: '' },
          ],
        },
        {},
      ],
      PersonNum: 4,
    })
  })
})

describe('wrapError', () => {
  const names = Object.keys(ERRORS).filter((name): name is ErrorName => name in ERRORS)
  it.each(names)('has a code and the plain sentence for %s', (kind) => {
    expect(answers.wrapError(new FaceCompareError(kind, 'The plain sentence.'), 'id')).toEqual({
      Response: {
        Error: { Code: expect.stringMatching(/^[A-Za-z]+(\.[A-Za-z]+)?$/), Message: 'The plain sentence.' },
        RequestId: 'id',
      },
    })
  })

  it.each([
    [
      new FaceCompareError('FACE_NOT_DETECTED', 'No face was found.', { side: 'B' }),
      'InvalidParameterValue.NoFaceInPhoto',
      'ImageB: No face was found.',
    ],
    [new FaceCompareError('TOO_MANY_REQUESTS', 'Wait.', { retryAfterSeconds: 1 }), 'RequestLimitExceeded', 'Wait.'],
    [new FaceCompareError('TOO_MANY_REQUESTS', 'Used up.', { retryAfterSeconds: 86_400 }), 'LimitExceeded', 'Used up.'],
    [new IaiError('BAD_REQUEST', 'InvalidAction', 'No.'), 'InvalidAction', 'No.'],
  ])('says %s as the vendor does', (error, Code, Message) => {
    expect(answers.wrapError(error, 'id').Response).toMatchObject({ Error: { Code, Message } })
  })
})
